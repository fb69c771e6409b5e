"""What landing gives back, and what is known of a block before its account is closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from junheng.findings import Finding
from junheng.landing.accounting import LANDED, Counted, SourceRecord, record_of_block
from junheng.landing.model import Block, HandedFile, Reading

# A text file has one block, which ends with the file.
LAST_OF_FILE = 1 << 62


@dataclass
class OpenBlock:
    """A block whose rows are being landed. The first one has `number` 0.

    `rows_read` is counted where the rows are read, the others where they end; `accounting` compares them.
    """

    number: int
    block: Block
    reading: Reading
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_header: int = 0
    rows_note: int = 0
    rows_total: int = 0
    rows_blank: int = 0
    last_row: int | None = None
    # Columns and their cells that are plain but for the unit of their header.
    scaled: list[tuple[str, Counted]] = field(default_factory=list)

    @property
    def table(self) -> str:
        """The raw table of a block that has one."""
        return self.reading.table or ""

    @property
    def extent(self) -> tuple[int, int]:
        """The numbers between which the rows of data stand."""
        first = max(self.block.header_rows, default=0) + 1
        return first, self.last_row if self.last_row is not None else LAST_OF_FILE

    def count(self, kind: str, rows: int) -> None:
        """Count rows that are no data by their kind."""
        setattr(self, f"rows_{kind}", getattr(self, f"rows_{kind}") + rows)

    def record(self, years: tuple[int, ...]) -> SourceRecord:
        """The account of the block."""
        return record_of_block(
            self.block,
            self.reading,
            LANDED,
            school_years=years,
            rows_read=self.rows_read,
            rows_landed=self.rows_landed,
            rows_rejected=self.rows_rejected,
            rows_title=len(self.block.titles),
            rows_header=self.rows_header + len(self.block.header_rows),
            rows_note=self.rows_note,
            rows_total=self.rows_total,
            rows_blank=self.rows_blank,
        )


@dataclass(frozen=True)
class LandedTable:
    """One raw table of the build file and the files that it was filled from; none when it was not handed in.

    `rows` are those in the table, `rows_rejected` those that stand in `quality.rejected_row` instead.
    """

    name: str
    files: tuple[HandedFile, ...]
    rows: int
    rows_rejected: int = 0

    @property
    def sha256(self) -> str | None:
        """The hash of the table's file; of several files the hash of their hashes."""
        hashes = sorted({file.sha256 for file in self.files})
        if len(hashes) > 1:
            return hashlib.sha256("\n".join(hashes).encode("ascii")).hexdigest()
        return hashes[0] if hashes else None


@dataclass(frozen=True)
class Landing:
    """All that was handed in and what became of it. `readings` are all blocks as they were read, without their rows.

    `handed` are the files; `taken` the names of those that were not read again, whose readings are missing; `blocks`
    the outlines of all blocks; `findings` what landing has to say of the files, None when that is too much to keep.
    """

    tables: tuple[LandedTable, ...]
    records: tuple[SourceRecord, ...]
    readings: tuple[tuple[Block, Reading], ...] = ()
    handed: tuple[HandedFile, ...] = ()
    taken: frozenset[str] = frozenset()
    blocks: tuple[Block, ...] = ()
    findings: tuple[Finding, ...] | None = None
