"""Lists of gaps with what people filled in, of the county and of each school."""

from __future__ import annotations

from collections.abc import Sequence

from junheng.report.excel_county import County
from junheng.report.excel_sheet import Cell, Column
from junheng.report.facts import Row
from junheng.templates.style import Book


def gap_columns(county: County) -> list[Column]:
    """The columns of a list of gaps with what people filled in."""
    return [
        county.column("stage", 8, "sign"),
        county.column("indicator", 38),
        county.column("value", 10, "number"),
        county.column("threshold", 9, "number"),
        county.column("unit", 10),
        county.column("ratio", 10, "number"),
        county.column("lacking", 11, "number"),
        county.column("lacking_to_floor", 11, "number"),
        county.column("lacking_unit", 9, "sign"),
        *filled_columns(county),
    ]


def gap_line(county: County, row: Row) -> Sequence[Cell | str | None]:
    """The cells of one gap."""
    word = county.texts.word
    return [
        word(row, "stage"),
        word(row, "name"),
        Cell(row.value_shown, row.standing, row.sign),
        row.threshold_shown,
        word(row, "unit"),
        row.ratio_pct_shown,
        row.lacking_shown,
        row.lacking_to_floor_shown,
        word(row, "lacking_unit"),
        *filled_cells(county, row),
    ]


def gaps(county: County, book: Book) -> None:
    """All gaps of the county, with what was filled in."""
    text = county.text
    columns = [county.column("code", 15, "code"), county.column("school", 26), *gap_columns(county)]
    sheet = county.sheet(book, "sheet_ledger", columns, text("legend"))
    for row in county.rows("shown_remediation", "school_code", "-stage", "indicator_id"):
        sheet.line([row.school_code, county.school_name(row.school_code), *gap_line(county, row)])
    sheet.finish(columns_kept=2)


def county_gaps(county: County, book: Book) -> None:
    """What the county itself puts right, with what was filled in."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("group", 14),
        county.column("number", 6, "number"),
        county.column("item", 46),
        county.column("stage", 9, "sign"),
        county.column("value", 10, "number"),
        county.column("unit", 8),
        county.column("limit", 18),
        county.column("verdict", 16, "sign"),
        county.column("due", 10, "number"),
        county.column("evidence", 30),
        *filled_columns(county),
    ]
    sheet = county.sheet(book, "sheet_county_ledger", columns, text("legend"))
    for row in county.rows("shown_county_remediation", "grp_position", "-stage", "item_no"):
        sheet.line(
            [
                word(row, "grp"),
                str(row.item_no),
                word(row, "name"),
                word(row, "stage"),
                Cell(row.value_shown, row.standing),
                word(row, "unit"),
                word(row, "limit"),
                Cell(f"{row.sign} {word(row, 'standing')}", row.standing),
                row.due_year_shown,
                row.evidence,
                *filled_cells(county, row),
            ]
        )
    sheet.finish(columns_kept=3)


def filled_columns(county: County) -> list[Column]:
    """The columns of what people filled in."""
    return [
        county.column("measure", 28),
        county.column("owner", 12),
        county.column("deadline", 12, "sign"),
        county.column("status", 10, "sign"),
        county.column("closed_on", 12, "sign"),
    ]


def filled_cells(county: County, row: Row) -> list[str | None]:
    """What people filled in about a gap."""
    entry = county.ledger.entry(row)
    status = county.texts.text(f"ledger.{entry.status}") if entry.status else None
    return [entry.measure, entry.owner, entry.deadline, status, entry.closed_on]
