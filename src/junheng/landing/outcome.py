"""What landing gives back: for every block what became of its rows, for every raw table what it was filled from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from junheng.landing.model import Block, HandedFile, Reading

# What became of a block, or of a file without one.
LANDED = "landed"
REJECTED = "rejected"
REPEATED = "repeated"
NOT_READ = "not_read"


@dataclass
class LandedBlock:
    """One block, how it was read, and what became of its rows.

    `rows_read` is counted where the rows are read, all others where they end: the two are compared in `accounting`.
    `rows_header` counts all header rows, those that are repeated among the data too. `reason` is a rule id.
    """

    number: int
    block: Block
    reading: Reading
    status: str = LANDED
    reason: str | None = None
    school_years: Sequence[int] = ()
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_repeated: int = 0
    rows_title: int = 0
    rows_header: int = 0
    rows_note: int = 0
    rows_total: int = 0
    rows_blank: int = 0

    @property
    def table(self) -> str | None:
        """The raw table, when it is known."""
        return self.reading.table


@dataclass(frozen=True)
class UnreadFile:
    """A file that gave no block: `status` is `rejected`, `repeated` or `not_read`, `reason` a rule id."""

    file: HandedFile
    status: str
    reason: str
    kind: str | None = None


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
    """All that was handed in and what became of it."""

    tables: tuple[LandedTable, ...]
    blocks: tuple[LandedBlock, ...]
    unread: tuple[UnreadFile, ...] = ()
