"""`junheng ledger import`: take what people filled in, each row by its id, and say what was not taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import python_calamine

from junheng.errors import MachineError, UsageError
from junheng.messages import LANGUAGES
from junheng.report.excel_county import County
from junheng.report.excel_ledger import DATES, EARLIEST, ID, LATEST, LONGEST, computed
from junheng.report.facts import Facts
from junheng.report.ledger import FILE, FILLED_IN, STATUSES, Entry, Ledger, ledger_id
from junheng.report.texts import Texts

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
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

    Raises UsageError when the file is none or no warehouse is there, MachineError when the ledger cannot be written.
    """
    with Facts(out / "warehouse.duckdb") as facts:
        known = _known(facts)
    ledger = Ledger.of(out)
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
            for gap in county.rows("shown_remediation", "school_code"):
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
        cell = row.cell(name)
        text = shown(cell)
        if not text:
            continue
        if name in DATES:
            day = day_of(cell)
            if day is None or not EARLIEST <= day <= LATEST:
                errors.append(row.finding("error", "date_wrong", name, f"{EARLIEST} … {LATEST}"))
            else:
                values[name] = day.isoformat()
        elif name == "status":
            status = _statuses().get(text.casefold())
            if status is None:
                errors.append(row.finding("error", "status_wrong", name, " / ".join(_statuses())))
            else:
                values[name] = status
        elif len(text) > LONGEST:
            errors.append(row.finding("error", "text_too_long", name, str(LONGEST)))
        else:
            values[name] = text
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


def _statuses() -> dict[str, str]:
    """Every word for a status, in all languages."""
    return {
        Texts(language).text(f"ledger.{status}").casefold(): status for language in LANGUAGES for status in STATUSES
    }


def day_of(cell: Any) -> date | None:
    """A cell as a day; None when it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = DAY.fullmatch(shown(cell))
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def shown(cell: Any) -> str:
    """A cell as text, as a person reads it."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
