"""What `--map FILE.yml` says: which table a block is, which columns, which units. It beats what is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from junheng.errors import UsageError
from junheng.landing.model import Block

SKIP = "skip"


@dataclass(frozen=True)
class MapEntry:
    """One entry of a map. `table` and the values of `columns` may be `skip`; None means: as recognised."""

    line: int
    file: str
    sheet: str | None = None
    block: int | None = None
    table: str | None = None
    form: str | None = None
    header_rows: tuple[int, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def fits_sheet(self, file: str, sheet: str | None) -> bool:
        """Whether the entry speaks of a sheet of a file."""
        if not fnmatchcase(file, self.file):
            return False
        return self.sheet is None or (sheet is not None and fnmatchcase(sheet, self.sheet))

    def fits(self, block: Block) -> bool:
        """Whether the entry speaks of a block."""
        return self.fits_sheet(block.file.name, block.sheet) and self.block in (None, block.number)


@dataclass(frozen=True)
class LandingMap:
    """A whole map; of several entries that fit a block the last one holds."""

    path: str | None = None
    entries: tuple[MapEntry, ...] = ()

    def entry_for(self, block: Block) -> MapEntry | None:
        """The entry for a block."""
        return next((entry for entry in reversed(self.entries) if entry.fits(block)), None)

    def header_rows(self, file: str, sheet: str | None) -> tuple[int, ...] | None:
        """The rows that the map says are the header of a sheet."""
        entries = [entry for entry in self.entries if entry.header_rows and entry.fits_sheet(file, sheet)]
        return entries[-1].header_rows if entries else None

    def require_used(self, blocks: Iterable[Block]) -> None:
        """Raise UsageError for an entry that fits no block."""
        known = list(blocks)
        for entry in self.entries:
            if not any(entry.fits(block) for block in known):
                found = " / ".join(str(part) for part in (entry.file, entry.sheet, entry.block) if part is not None)
                raise UsageError("map_entry_unused", file=self.path, row=entry.line, found=found)


NO_MAP = LandingMap()
