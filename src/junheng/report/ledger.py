"""The remediation ledger: what people filled in about each gap, kept beside the warehouse and known by its id."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from io import StringIO
from pathlib import Path

from junheng.findings import WARNING, Finding
from junheng.messages import Messages
from junheng.report.facts import Row
from junheng.report.ledger_cells import NotTaken, filled_in

FILE = "ledger.csv"
FORMULA = ("=", "+", "-", "@", "'")

# What is wrong with a cell that was filled in -> the finding of the file.
NOT_TAKEN = {
    "date_wrong": "ledger_date_wrong",
    "status_wrong": "ledger_status_wrong",
    "text_too_long": "ledger_text_too_long",
}


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
ID = "id"
HEADER = (ID, *FILLED_IN)
# What stands for the school in the id of what the county itself has to put right.
OF_COUNTY = "-"


def ledger_id(row: Row) -> str:
    """The id of a gap of a unit, or of what the county puts right: the same in every build and every year."""
    if "subject_id" in row.values:
        return f"{row.county_code}/{OF_COUNTY}/{row.stage}/{row.subject_id}"
    return f"{row.county_code}/{row.school_code}/{row.stage}/{row.indicator_id}"


class Ledger:
    """The entries by id, and the cells of the file that could not be taken."""

    def __init__(self, entries: Mapping[str, Entry], problems: Sequence[Finding] = ()) -> None:
        self.entries = dict(entries)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, out: Path) -> Ledger:
        """The ledger of an output folder; empty when nothing was imported yet."""
        return cls.read(out / FILE)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Take every cell that can be taken; each of the others is a problem with row and column.

        A verdict does not wait for a ledger: this raises nothing. The file stays as it is, so that no entry is lost.
        """
        if not path.exists():
            return cls({})
        try:
            records = list(csv.reader(StringIO(_decoded(path.read_bytes()), newline=""), strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            return cls({}, [_problem("ledger_unreadable", found=str(error))])
        if not records or ID not in records[0] or len(set(records[0])) < len(records[0]):
            found = ", ".join(records[0]) if records else ""
            return cls({}, [_problem("ledger_columns_missing", row=1, found=found, expected=", ".join(HEADER))])
        return _taken(records)

    def for_the_public(self) -> Ledger:
        """Deadlines, statuses and dates: what people wrote and who is responsible is not for the public."""
        return Ledger({key: replace(entry, measure="", owner="") for key, entry in self.entries.items()})

    def entry(self, row: Row) -> Entry:
        """What was filled in for a row of `display.shown_remediation` or `display.shown_county_remediation`."""
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


def _decoded(content: bytes) -> str:
    """The text of the file: UTF-8, or GB18030, which a spreadsheet makes of it. Raises UnicodeDecodeError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _taken(records: Sequence[Sequence[str]]) -> Ledger:
    """The entries of the records below the header."""
    header = records[0]
    problems = [
        _problem("ledger_column_missing", row=1, column=name, expected=", ".join(HEADER))
        for name in FILLED_IN
        if name not in header
    ] + [
        _problem("ledger_column_unknown", row=1, column=name, expected=", ".join(HEADER))
        for name in header
        if name not in HEADER
    ]
    entries: dict[str, Entry] = {}
    for number, cells in enumerate(records[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            problems.append(_problem("ledger_cells", row=number, found=str(len(cells)), expected=str(len(header))))
            continue
        named = dict(zip(header, cells, strict=True))
        key = named[ID].strip()
        if not key or key in entries:
            problems.append(
                _problem("ledger_id_twice" if key else "ledger_id_missing", row=number, column=ID, found=key or None)
            )
            continue
        values: dict[str, str] = {}
        for name in FILLED_IN:
            text = _unguarded(named.get(name, ""))
            match filled_in(name, text):
                case NotTaken(kind, expected):
                    problems.append(_problem(NOT_TAKEN[kind], row=number, column=name, found=text, expected=expected))
                case value:
                    values[name] = value
        entries[key] = Entry(**values)
    return Ledger(entries, problems)


def _problem(
    rule_id: str,
    *,
    row: int | None = None,
    column: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> Finding:
    return Finding(rule_id, WARNING, file=FILE, row=row, column=column, found=found or None, expected=expected)


def in_words(problems: Sequence[Finding], messages: Messages) -> list[Finding]:
    """The problems of a ledger with their titles, and what to do about them."""
    return [
        replace(
            one,
            title=messages.text("findings", one.rule_id),
            action=messages.text("finding_actions", one.rule_id),
        )
        for one in problems
    ]
