"""One workbook for each school: verdict, indicators, what is lacking, and its rows of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from junheng.report.excel_county import County
from junheng.report.excel_gaps import gap_columns, gap_line
from junheng.report.excel_sheet import Cell, Sheet, sheet_name
from junheng.report.facts import Row
from junheng.report.paths import safe
from junheng.returns import safe_part
from junheng.templates.style import Book, new_book

LONGEST_NAME = 30
Rows = defaultdict[str, list[Row]]


def write_schools(county: County, folder: Path) -> int:
    """Write the workbooks of a county's schools. Gives the number of files."""
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = _by_school(county.rows("shown_unit_verdict", "-stage"))
    indicators = _by_school(county.rows("shown_unit_indicator", "-stage", "ratio_to_threshold", "indicator_id"))
    items = _by_school(county.rows("shown_school_item", "indicator_id", "-stage"))
    gaps = _by_school(county.rows("shown_remediation", "-stage", "ratio_to_threshold", "indicator_id"))
    for code, school in county.schools.items():
        title = f"{code} {county.school_name(code)}"
        with new_book(folder / file_name(code, school.school_name), title, county.facts.built_at) as book:
            _verdict(county, book, school, verdicts[code], indicators[code])
            _items(county, book, title, items[code])
            _gaps(county, book, title, gaps[code])
    return len(county.schools)


def file_name(code: str, name: str | None) -> str:
    """Code and shortened name of a school, as the name of its workbook."""
    return "_".join(part for part in (safe(code), safe_part(name or "", LONGEST_NAME)) if part) + ".xlsx"


def _verdict(county: County, book: Book, school: Row, verdicts: Sequence[Row], indicators: Sequence[Row]) -> None:
    """The verdict of each stage, then every indicator, the worst first."""
    word, text = county.texts.word, county.text
    names = {row.indicator_id: row for row in county.indicators}
    stages = {row.stage: word(row, "stage") for row in county.indicators}
    columns = [
        county.column("stage", 9, "sign"),
        county.column("indicator", 42),
        county.column("value", 12, "number"),
        county.column("threshold", 11, "number"),
        county.column("floor", 11, "number"),
        county.column("unit", 12),
        county.column("ratio", 12, "number"),
        county.column("median", 12, "number"),
        county.column("numerator", 12, "number"),
        county.column("denominator", 12, "number"),
        county.column("lacking", 12, "number"),
        county.column("verdict", 30),
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_verdict")), columns)
    kind = " · ".join(
        part
        for part in (word(school, "school_kind"), word(school, "ownership"), word(school, "area_kind"), school.township)
        if part
    )
    sheet.title(f"{county.school_name(school.school_code)} {school.school_code}", kind, county.about(), text("legend"))
    for row in verdicts:
        sheet.title_line(f"{word(row, 'stage')}  {row.sign} {word(row, 'standing')}  {word(row, 'sentence')}")
    if not verdicts:
        sheet.title_line(f"{school.sign} {word(school, 'standing')} {word(school, 'reason')}")
    sheet.heads()
    for row in indicators:
        sheet.line(
            [
                stages[row.stage],
                word(names[row.indicator_id], "name"),
                Cell(row.value_shown or row.sign, row.standing),
                row.threshold_shown,
                row.floor_shown,
                word(row, "unit"),
                row.ratio_pct_shown,
                row.median_shown,
                row.numerator_shown,
                row.denominator_shown,
                row.lacking_shown,
                Cell(f"{row.sign} {word(row, 'standing')} {word(row, 'reason')}".strip(), row.standing),
            ]
        )
    sheet.finish()


def _items(county: County, book: Book, title: str, rows: Sequence[Row]) -> None:
    """Class size, school size, rooms and funds."""
    word = county.texts.word
    columns = [
        county.column("stage", 10, "sign"),
        county.column("indicator", 46),
        county.column("value", 12, "number"),
        county.column("unit", 14),
        county.column("limit", 22),
        county.column("numerator", 14, "number"),
        county.column("denominator", 14, "number"),
        county.column("verdict", 30),
    ]
    sheet = Sheet.added(book, sheet_name(county.text("sheet_school_items")), columns)
    sheet.title(title, county.text("legend"))
    sheet.heads()
    for row in rows:
        sheet.line(
            [
                word(row, "stage"),
                word(row, "name"),
                row.value_shown or row.sign,
                word(row, "unit"),
                word(row, "limit"),
                row.numerator_shown,
                row.denominator_shown,
                Cell(f"{row.sign} {word(row, 'standing')} {word(row, 'reason')}".strip(), row.standing),
            ]
        )
    sheet.finish()


def _gaps(county: County, book: Book, title: str, rows: Sequence[Row]) -> None:
    sheet = Sheet.added(book, sheet_name(county.text("sheet_ledger")), gap_columns(county))
    sheet.title(title)
    sheet.heads()
    for row in rows:
        sheet.line(gap_line(county, row))
    sheet.finish()


def _by_school(rows: Sequence[Row]) -> Rows:
    found: Rows = defaultdict(list)
    for row in rows:
        found[row.school_code].append(row)
    return found
