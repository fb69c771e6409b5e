"""Worksheets as grids of text: XLSX, XLS, ET, ODS. Formulas are never calculated; only stored values are read."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from junheng.errors import MachineError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing import file_kind
from junheng.landing.archive import ArchiveRefusedError, open_archive
from junheng.landing.limits import DEFAULT_LIMITS, Limits
from junheng.landing.model import HandedFile, Merge, Sheet
from junheng.landing.number_formats import as_shown
from junheng.landing.ods_scan import scan_ods
from junheng.landing.refused import FileRefusedError
from junheng.landing.sheet_facts import Place, SheetFacts, WorkbookRefusedError, column_letters
from junheng.landing.xls_scan import scan_xls
from junheng.landing.xlsx_scan import scan_xlsx

KINDS = frozenset({file_kind.XLSX, file_kind.XLS, file_kind.ET, file_kind.ODS})
MIDNIGHT = datetime.time()
Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


@dataclass(frozen=True)
class _Facts:
    """What the scan of a workbook found: facts by name or by order, and the other files that it links to."""

    by_name: Mapping[str, SheetFacts]
    by_order: tuple[SheetFacts, ...]
    outside: tuple[str, ...]

    def of(self, index: int, name: str) -> SheetFacts:
        if self.by_order:
            return self.by_order[index] if index < len(self.by_order) else SheetFacts()
        return self.by_name.get(name, SheetFacts())


def sheets(file: HandedFile, findings: Findings, limits: Limits = DEFAULT_LIMITS) -> Iterator[Sheet]:
    """Read the worksheets of a workbook in their order, hidden ones too, empty ones without rows.

    Numbers are written as short as they can be read back, whole ones without a point; percentages, codes that are
    filled up with zeros and figures whose format names a unit as the sheet shows them; dates and times in ISO 8601;
    TRUE and FALSE. An error is its text, a formula without a stored value is the formula with its `=`: neither is ever
    an empty cell. Formulas that would fetch something from outside are warnings. Raises FileRefusedError for a workbook
    that is not opened; nothing of it has been read then.
    """
    try:
        facts = _scan(file, limits)
        with file.path.open("rb") as content:
            # A path would be judged by its suffix.
            read = list(_read(CalamineWorkbook.from_filelike(content), facts))
    except WorkbookRefusedError as refused:
        raise FileRefusedError(
            Finding(
                refused.rule_id,
                CRITICAL,
                file=file.name,
                sheet=refused.sheet,
                row=refused.row,
                column=refused.column,
                found=refused.found,
                expected=refused.expected,
            )
        ) from refused
    except PasswordError as error:
        raise FileRefusedError(Finding("workbook_encrypted", CRITICAL, file=file.name)) from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefusedError(Finding("workbook_damaged", CRITICAL, file=file.name, found=str(error)[:200])) from error
    except BaseException as error:
        # A panic of the reader is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError(Finding("workbook_damaged", CRITICAL, file=file.name)) from error
    if not any(sheet.rows for _, sheet in read):
        raise FileRefusedError(Finding("workbook_empty", CRITICAL, file=file.name))
    _report_outside(file, facts, read, findings)
    for _, sheet in read:
        yield sheet


def _scan(file: HandedFile, limits: Limits) -> _Facts:
    if file.kind in (file_kind.XLS, file_kind.ET):
        in_order, outside = scan_xls(file.path, limits)
        return _Facts({}, tuple(in_order), tuple(outside))
    try:
        with open_archive(file.path, limits) as archive:
            if file.kind == file_kind.ODS:
                return _Facts(scan_ods(archive, limits), (), ())
            by_name, outside = scan_xlsx(archive, limits)
            return _Facts(by_name, (), tuple(outside))
    except ArchiveRefusedError as refused:
        raise WorkbookRefusedError("workbook_damaged", refused.found, refused.expected) from refused


def _read(workbook: CalamineWorkbook, facts: _Facts) -> Iterator[tuple[int, Sheet]]:
    """The worksheets with their places among all sheets."""
    with workbook:
        for index, metadata in enumerate(workbook.sheets_metadata):
            if metadata.typ == SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_index(index)
                yield index, _sheet(sheet, metadata, facts.of(index, metadata.name))


def _sheet(sheet: CalamineSheet, metadata: SheetMetadata, facts: SheetFacts) -> Sheet:
    is_hidden = metadata.visible != SheetVisibleEnum.Visible
    # The reader gives rows from the first row of the sheet on, but columns from the first filled one on.
    left = sheet.start[1] if sheet.start else 0
    last_row, last_column = sheet.end or (-1, -1)
    width = max(last_column, facts.last_column if facts.texts else -1) + 1
    special = _special_rows(facts)
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    margin: list[str | None] = [None] * left
    height = 0
    for index, values in enumerate(sheet.iter_rows()):
        height += 1
        columns = special.get(index)
        if columns is None and not any(value != "" for value in values):
            continue
        row = margin + [_text(value) for value in values]
        row += [None] * (width - len(row))
        if columns is not None:
            _show_special(row, index, columns, facts, values, left)
        if any(text and not text.isspace() for text in row):
            rows.append(row)
            numbers.append(index + 1)
    if height != last_row + 1:
        raise MachineError("sheet_rows_differ", found=str(height), expected=str(last_row + 1))
    # Rows below the last value the reader knows of: they hold errors or formulas only.
    for row_index in sorted(row for row in special if row >= height):
        row = [None] * width
        _show_special(row, row_index, special[row_index], facts, [], 0)
        if any(row):
            rows.append(row)
            numbers.append(row_index + 1)
    return Sheet(metadata.name, is_hidden, rows, numbers, _merges(sheet, facts))


def _special_rows(facts: SheetFacts) -> dict[int, list[int]]:
    special: dict[int, list[int]] = {}
    for row, column in (*facts.texts, *facts.shown):
        special.setdefault(row, []).append(column)
    return special


def _show_special(
    row: list[str | None], index: int, columns: list[int], facts: SheetFacts, values: list[Value], left: int
) -> None:
    """Put in what the reader does not give: errors, formulas without a value, numbers as they are shown."""
    for column in columns:
        place: Place = (index, column)
        if place in facts.texts:
            row[column] = facts.texts[place]
        elif left <= column < left + len(values):
            value = values[column - left]
            if isinstance(value, int | float) and not isinstance(value, bool):
                row[column] = as_shown(value, facts.shown[place])


def _merges(sheet: CalamineSheet, facts: SheetFacts) -> tuple[Merge, ...]:
    ranges = sheet.merged_cell_ranges
    if ranges is None:
        return tuple(facts.merges)
    return tuple(
        Merge(first_row + 1, first_column, last_row + 1, last_column)
        for (first_row, first_column), (last_row, last_column) in ranges
    )


def _text(value: Value) -> str | None:
    """A cell as text; None for an empty one."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        text = repr(value)
        return f"{Decimal(text):f}" if "e" in text else text.removesuffix(".0")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _report_outside(file: HandedFile, facts: _Facts, read: list[tuple[int, Sheet]], findings: Findings) -> None:
    """Warn of formulas that would fetch something from elsewhere: what they show was right when somebody saved it."""
    for index, sheet in read:
        outside = facts.of(index, sheet.name).outside
        first: dict[int, tuple[Place, int]] = {}
        for place in sorted(outside):
            known, count = first.get(place[1], (place, 0))
            first[place[1]] = (known, count + 1)
        for column, (place, count) in first.items():
            findings.add(
                Finding(
                    "formula_calls_outside",
                    WARNING,
                    file=file.name,
                    sheet=sheet.name,
                    row=place[0] + 1,
                    column=column_letters(column),
                    found=f"={outside[place].lstrip('=')}" + (f" ×{count}" if count > 1 else ""),
                )
            )
    for name in facts.outside:
        findings.add(Finding("workbook_links_outside", WARNING, file=file.name, found=name[:200]))
