"""The remediation ledger: what people filled in about each gap, kept beside the warehouse and known by its id."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from junheng.errors import UsageError
from junheng.report.facts import Row

FILE = "ledger.csv"
FORMULA = ("=", "+", "-", "@", "'")
STATUSES = ("not_started", "in_progress", "done")


@dataclass(frozen=True)
class Entry:
    """What is planned for one gap. Dates are `YYYY-MM-DD`, `status` is one of STATUSES; empty: not filled in."""

    measure: str = ""
    owner: str = ""
    deadline: str = ""
    status: str = ""
    closed_on: str = ""

    def __bool__(self) -> bool:
        return any((self.measure, self.owner, self.deadline, self.status, self.closed_on))


FILLED_IN = tuple(field.name for field in fields(Entry))
HEADER = ("id", *FILLED_IN)


def ledger_id(row: Row) -> str:
    """The id of a gap: the same in every build and every year."""
    return f"{row.county_code}/{row.school_code}/{row.stage}/{row.indicator_id}"


class Ledger:
    """The entries by id."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)

    @classmethod
    def of(cls, out: Path) -> Ledger:
        """The ledger of an output folder; empty when nothing was imported yet."""
        return cls.read(out / FILE)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Raises UsageError when the file is no ledger."""
        if not path.is_file():
            return cls({})
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                if tuple(reader.fieldnames or ()) != HEADER:
                    raise UsageError("ledger_unreadable", file=path, expected=", ".join(HEADER))
                return cls({row["id"]: Entry(*(_unguarded(row[name] or "") for name in FILLED_IN)) for row in reader})
        except (csv.Error, UnicodeDecodeError) as error:
            raise UsageError("ledger_unreadable", file=path, found=str(error)) from error

    def entry(self, row: Row) -> Entry:
        """What was filled in for a row of `display.shown_remediation`."""
        return self.entries.get(ledger_id(row), Entry())

    def write(self, path: Path) -> None:
        """Write the entries in the order of their ids; a reader never sees half a file. Raises OSError."""
        partial = path.with_name(f".{path.name}.part")
        try:
            with partial.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADER)
                for key in sorted(self.entries):
                    entry = self.entries[key]
                    if entry:
                        writer.writerow([key, *(_guarded(getattr(entry, name)) for name in FILLED_IN)])
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _guarded(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe, and so does one that begins with one."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
