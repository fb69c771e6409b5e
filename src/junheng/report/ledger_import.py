"""`junheng ledger import`: take what people filled in, each row by its id, and say what was not taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import python_calamine

from junheng.errors import MachineError, UsageError
from junheng.messages import LANGUAGES
from junheng.report.excel_county import County
from junheng.report.excel_ledger import ID, computed
from junheng.report.facts import Facts
from junheng.report.ledger import FILE, FILLED_IN, Entry, Ledger, ledger_id
from junheng.report.ledger_cells import NotTaken, filled_in, shown
from junheng.report.texts import Texts

Severity = Literal["error", "note"]


@dataclass(frozen=True)
class LedgerFinding:
    """Something about one cell. An error: the row was not taken; a note: it was, and this is to be looked at."""

    severity: Severity
    kind: str
    sheet: str
    row: int
    column: str
    found: str
    expected: str = ""


@dataclass
class Imported:
    """What an import took: rows read, entries new or changed, and what it found."""

    rows: int = 0
    taken: int = 0
    changed: int = 0
    findings: list[LedgerFinding] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Findings that kept a row from being taken."""
        return sum(finding.severity == "error" for finding in self.findings)


def import_ledger(workbook: Path, out: Path) -> Imported:
    """Read a filled-in ledger into the ledger of an output folder.

    Raises UsageError when the file is none, no warehouse is there, or the ledger that is there cannot be read wholly;
    MachineError when it cannot be written.
    """
    with Facts(out / "warehouse.duckdb") as facts:
        known = _known(facts)
    ledger = _whole(out)
    imported, seen, sheets = Imported(), set[str](), 0
    for sheet, rows in _sheets(workbook):
        place = _heads(rows)
        if place is None:
            continue
        sheets += 1
        head_row, columns = place
        # The row of names is followed by the heads that people read.
        for number, cells in enumerate(rows[head_row + 2 :], start=head_row + 3):
            _take(_SheetRow(sheet, number, cells, columns), known, seen, ledger, imported)
    if not sheets:
        raise UsageError("ledger_no_ids", file=workbook, expected=ID)
    try:
        ledger.write(out / FILE)
    except OSError as error:
        raise MachineError("ledger_not_written", file=out / FILE, found=error.strerror) from error
    return imported


def _whole(out: Path) -> Ledger:
    """The ledger that is there. Writing one that was not read wholly would lose entries: raises UsageError."""
    ledger = Ledger.of(out)
    for one in ledger.problems:
        raise UsageError(
            "ledger_broken", file=out / FILE, row=one.row, column=one.column, found=one.found, expected=one.expected
        )
    return ledger


@dataclass(frozen=True)
class _SheetRow:
    """A row of a sheet whose columns have names."""

    sheet: str
    number: int
    cells: Sequence[Any]
    columns: Mapping[str, int]

    def cell(self, name: str) -> Any:
        position = self.columns.get(name)
        return "" if position is None or position >= len(self.cells) else self.cells[position]

    def finding(self, severity: Severity, kind: str, name: str, expected: str = "") -> LedgerFinding:
        return LedgerFinding(severity, kind, self.sheet, self.number, name, shown(self.cell(name)), expected)


def _known(facts: Facts) -> dict[str, list[dict[str, str]]]:
    """The computed cells of every gap by its id, in each language that a workbook may be in."""
    known: dict[str, list[dict[str, str]]] = {}
    for language in LANGUAGES:
        for row in facts.counties:
            county = County(facts, row, Texts(language), Ledger({}))
            gaps = county.rows("shown_remediation", "school_code")
            for gap in (*gaps, *county.rows("shown_county_remediation", "subject_id")):
                known.setdefault(ledger_id(gap), []).append(computed(county, gap))
    return known


def _sheets(workbook: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    try:
        book = python_calamine.load_workbook(str(workbook))
        for name in book.sheet_names:
            yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except OSError as error:
        raise UsageError("ledger_workbook_unreadable", file=workbook, found=error.strerror or str(error)) from error
    except (python_calamine.CalamineError, ValueError) as error:
        raise UsageError("ledger_workbook_unreadable", file=workbook, found=str(error)) from error


def _heads(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    """The row that names the columns, and where each stands."""
    for number, cells in enumerate(rows):
        names = [cell if isinstance(cell, str) else "" for cell in cells]
        if ID in names:
            return number, {name: position for position, name in enumerate(names) if name}
    return None


def _take(
    row: _SheetRow, known: Mapping[str, Sequence[Mapping[str, str]]], seen: set[str], ledger: Ledger, imported: Imported
) -> None:
    """Take one row, or say why not."""
    key = shown(row.cell(ID))
    if not key:
        if any(shown(row.cell(name)) for name in FILLED_IN):
            imported.rows += 1
            imported.findings.append(row.finding("error", "id_missing", ID))
        return
    imported.rows += 1
    if key not in known:
        imported.findings.append(row.finding("error", "id_unknown", ID))
        return
    if key in seen:
        imported.findings.append(row.finding("error", "id_twice", ID))
        return
    seen.add(key)
    values, errors = _entry(row)
    imported.findings += errors
    if errors:
        return
    imported.findings += _changed(row, known[key])
    entry = Entry(**values)
    imported.taken += bool(entry)
    imported.changed += ledger.entries.get(key, Entry()) != entry
    ledger.entries[key] = entry


def _entry(row: _SheetRow) -> tuple[dict[str, str], list[LedgerFinding]]:
    """What was filled in, and what of it cannot be taken."""
    values: dict[str, str] = {}
    errors: list[LedgerFinding] = []
    for name in FILLED_IN:
        match filled_in(name, row.cell(name)):
            case NotTaken(kind, expected):
                errors.append(row.finding("error", kind, name, expected))
            case value:
                values[name] = value
    return values, errors


def _changed(row: _SheetRow, languages: Sequence[Mapping[str, str]]) -> list[LedgerFinding]:
    """Computed cells that are not what the warehouse says; the row is taken all the same, they are not."""
    findings = []
    for name in languages[0]:
        if name not in row.columns:
            continue
        expected = [language[name] for language in languages]
        if not any(_same(row.cell(name), text) for text in expected):
            findings.append(row.finding("note", "computed_changed", name, expected[0]))
    return findings


def _same(cell: Any, text: str) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        try:
            return float(text) == float(cell)
        except ValueError:
            return False
    return shown(cell) == text.strip()
