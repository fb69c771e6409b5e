"""Tidy sheets: one row for each fact, all years, column names in English, for pivot tables."""

from __future__ import annotations

from collections.abc import Sequence

from junheng.report.excel_county import County
from junheng.report.excel_sheet import Cell, Column, Sheet
from junheng.templates.style import Book

YEAR = ("school_year", "number")
KEYS = (YEAR, ("county_code", "code"), ("school_code", "code"), ("stage", "code"))
# sheet -> table, its order, its columns; `_shown` is left off the head
SHEETS: dict[str, tuple[str, Sequence[str], Sequence[tuple[str, str]]]] = {
    "data_unit_indicator": (
        "shown_unit_indicator",
        ("-school_year", "school_code", "-stage", "indicator_id"),
        (
            *KEYS,
            ("indicator_id", "code"),
            ("standing", "code"),
            ("value_shown", "number"),
            ("threshold_shown", "number"),
            ("floor_shown", "number"),
            ("ratio_pct_shown", "number"),
            ("gap_shown", "number"),
            ("numerator_shown", "number"),
            ("denominator_shown", "number"),
            ("pupils_shown", "number"),
            ("median_shown", "number"),
            ("place_from_worst", "number"),
            ("lacking_shown", "number"),
            ("lacking_to_floor_shown", "number"),
            ("lacking_unit", "code"),
        ),
    ),
    "data_unit_verdict": (
        "shown_unit_verdict",
        ("-school_year", "school_code", "-stage"),
        (
            *KEYS,
            ("standing", "code"),
            ("verdict_class", "code"),
            ("met_count_shown", "number"),
            ("indicators_shown", "number"),
            ("other_ratio_pct_shown", "number"),
        ),
    ),
    "data_difference": (
        "shown_county_difference",
        ("-school_year", "-stage", "indicator_id"),
        (
            YEAR,
            ("county_code", "code"),
            ("stage", "code"),
            ("indicator_id", "code"),
            ("standing", "code"),
            ("value_shown", "number"),
            ("threshold_shown", "number"),
            ("mean_shown", "number"),
            ("std_dev_shown", "number"),
            ("units_shown", "number"),
            ("choice_flips_verdict", "code"),
        ),
    ),
    "data_county_item": (
        "shown_county_indicator",
        ("-school_year", "item_id", "indicator_id", "-stage"),
        (
            YEAR,
            ("county_code", "code"),
            ("item_id", "code"),
            ("indicator_id", "code"),
            ("stage", "code"),
            ("standing", "code"),
            ("value_shown", "number"),
            ("threshold_shown", "number"),
            ("numerator_shown", "number"),
            ("denominator_shown", "number"),
            ("due_year_shown", "number"),
        ),
    ),
    "data_remediation": (
        "shown_remediation",
        ("-school_year", "school_code", "-stage", "indicator_id"),
        (
            *KEYS,
            ("school_name", "code"),
            ("township", "code"),
            ("indicator_id", "code"),
            ("standing", "code"),
            ("value_shown", "number"),
            ("threshold_shown", "number"),
            ("ratio_pct_shown", "number"),
            ("lacking_shown", "number"),
            ("lacking_to_floor_shown", "number"),
            ("is_compliant", "code"),
        ),
    ),
    "data_county_remediation": (
        "shown_county_remediation",
        ("-school_year", "grp_position", "-stage", "item_no"),
        (
            YEAR,
            ("county_code", "code"),
            ("stage", "code"),
            ("subject_id", "code"),
            ("grp", "code"),
            ("standing", "code"),
            ("value_shown", "number"),
            ("due_year_shown", "number"),
        ),
    ),
}


def tidy_sheets(county: County, book: Book) -> None:
    """Add the tidy sheets to a workbook."""
    for name, (table, order, fields) in SHEETS.items():
        columns = [Column(field.removesuffix("_shown"), 16, kind) for field, kind in fields]  # type: ignore[arg-type]
        sheet = Sheet.added(book, name, columns)
        sheet.heads()
        for row in county.facts.rows(f"display.{table}", order, county_code=county.county.county_code):
            for position, column in enumerate(columns):
                value = row.values[fields[position][0]]
                if value is not None:
                    sheet.write(position, Cell(str(value)), column)
            sheet.row += 1
        sheet.finish()
