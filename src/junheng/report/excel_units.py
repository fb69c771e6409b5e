"""Sheets on the units: the seven figures of each, and the coefficients of difference between them."""

from __future__ import annotations

from junheng.report.excel_county import County
from junheng.report.excel_sheet import Cell, Column, Sheet, sheet_name
from junheng.report.facts import Row
from junheng.templates.style import Book


def units(county: County, book: Book) -> None:
    """Every unit with its seven figures; what is not met is coloured and carries its sign."""
    word, text = county.texts.word, county.text
    seven = {row.indicator_id: row for row in county.indicators}
    columns = [
        county.column("code", 15, "code"),
        county.column("school", 26),
        county.column("township", 13),
        county.column("stage", 7, "sign"),
        county.column("class", 30),
        county.column("verdict", 10, "sign"),
        county.column("met_count", 8, "number"),
        county.column("other_ratio", 11, "number"),
        *(
            Column(text("head_unit", name=word(row, "name"), unit=word(row, "unit")), 14, "number")
            for row in seven.values()
        ),
    ]
    standards = [
        text("standard_one", stage=word(row, "stage"), name=word(row, "name"), limit=word(row, "limit"))
        for row in county.indicators
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_units")), columns)
    listed = county.texts.text("word.sentence_list").join(standards)
    sheet.title(text("sheet_units"), county.about(), text("legend"), text("standards", list=listed))
    sheet.heads()
    cells = {
        (row.school_code, row.stage, row.indicator_id): row for row in county.rows("shown_unit_indicator", "stage")
    }
    for row in county.rows("shown_unit_verdict", "-class_position", "-stage", "school_code"):
        school = county.schools.get(row.school_code)
        sheet.line(
            [
                row.school_code,
                county.school_name(row.school_code),
                school.township if school else None,
                word(row, "stage"),
                word(row, "class") or word(row, "reason"),
                county.verdict(row),
                row.met_count_shown,
                row.other_ratio_pct_shown,
                *(_figure(cells.get((row.school_code, row.stage, indicator))) for indicator in seven),
            ]
        )
    sheet.finish(columns_kept=2)


def _figure(row: Row | None) -> Cell:
    """A figure with its colour; the sign stands after it unless it is met, and alone when there is no figure."""
    if row is None:
        return Cell("—")
    if row.value_shown is None:
        return Cell(row.sign, row.standing)
    return Cell(row.value_shown, row.standing, "" if row.standing == "met" else row.sign)


def coefficients(county: County, book: Book) -> None:
    """The difference coefficients against their limits."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("stage", 8, "sign"),
        county.column("indicator", 40),
        county.column("unit", 12),
        county.column("mean", 12, "number"),
        county.column("std_dev", 12, "number"),
        county.column("coefficient", 12, "number"),
        county.column("limit", 14),
        county.column("verdict", 12, "sign"),
        county.column("units", 9, "number"),
        county.column("recipe", 28),
        county.column("flips", 12, "sign"),
        county.column("reason", 24),
    ]
    sheet = county.sheet(book, "sheet_coefficients", columns, text("legend"))
    order = {row.indicator_id: row.item_no for row in county.indicators}
    rows = county.rows("shown_county_difference", "-stage", "indicator_id")
    rows.sort(key=lambda row: (row.stage != "primary", order.get(row.indicator_id, 0)))
    for row in rows:
        sheet.line(
            [
                word(row, "stage"),
                word(row, "name"),
                word(row, "unit"),
                row.mean_shown,
                row.std_dev_shown,
                Cell(row.value_shown or row.sign, row.standing),
                word(row, "limit"),
                county.verdict(row),
                row.units_shown,
                word(row, "recipe"),
                _flag(county, row.choice_flips_verdict),
                word(row, "reason"),
            ]
        )
    sheet.finish(columns_kept=2)


def _flag(county: County, value: bool | None) -> str | None:
    return None if value is None else county.text("yes" if value else "no")
