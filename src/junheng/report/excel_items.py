"""Sheets on the items of the county and the indicators behind them."""

from __future__ import annotations

from junheng.report.excel_county import County
from junheng.templates.style import Book


def items(county: County, book: Book) -> None:
    """The items of guarantee, quality, recognition, veto and application with their conclusions."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("group", 14),
        county.column("number", 6, "number"),
        county.column("item", 56),
        county.column("value", 12, "number"),
        county.column("unit", 9),
        county.column("limit", 18),
        county.column("verdict", 14, "sign"),
        county.column("due", 10, "number"),
        county.column("conclusion", 36),
        county.column("reason", 22),
    ]
    sheet = county.sheet(book, "sheet_items", columns, text("legend"))
    for row in county.rows("shown_county_item", "grp_position", "item_no"):
        sheet.line(
            [
                word(row, "grp"),
                str(row.item_no),
                word(row, "name"),
                row.value_shown,
                word(row, "unit") if row.value_shown is not None else None,
                word(row, "limit"),
                county.verdict(row),
                row.due_year_shown,
                word(row, "conclusion"),
                word(row, "reason"),
            ]
        )
    sheet.finish(columns_kept=3)


def item_indicators(county: County, book: Book) -> None:
    """The indicators behind the items, with the parts of every rate."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("group", 14),
        county.column("number", 6, "number"),
        county.column("indicator", 40),
        county.column("stage", 9, "sign"),
        county.column("numerator_name", 28),
        county.column("numerator", 12, "number"),
        county.column("denominator_name", 28),
        county.column("denominator", 12, "number"),
        county.column("value", 10, "number"),
        county.column("unit", 8),
        county.column("limit", 16),
        county.column("verdict", 14, "sign"),
        county.column("evidence", 36),
    ]
    names = {row.grp: (row.grp_position, word(row, "grp")) for row in county.rows("shown_county_item", "item_id")}
    sheet = county.sheet(book, "sheet_indicators", columns, text("legend"))
    rows = county.rows("shown_county_indicator", "item_no", "indicator_id", "-stage")
    for row in sorted(rows, key=lambda row: names[row.grp][0]):
        sheet.line(
            [
                names[row.grp][1],
                str(row.item_no),
                word(row, "name"),
                word(row, "stage"),
                word(row, "numerator"),
                row.numerator_shown,
                word(row, "denominator"),
                row.denominator_shown,
                row.value_shown,
                word(row, "unit") if row.value_shown is not None else None,
                word(row, "limit"),
                county.verdict(row),
                row.evidence,
            ]
        )
    sheet.finish(columns_kept=3)
