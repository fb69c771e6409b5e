"""Workbooks: the supervisor's with formatted and tidy sheets, the ledger to be filled in, and one for each school."""

from __future__ import annotations

from pathlib import Path

from junheng.report.excel_county import County
from junheng.report.excel_gaps import county_gaps, gaps
from junheng.report.excel_items import item_indicators, items
from junheng.report.excel_ledger import ledger_sheets
from junheng.report.excel_overview import quality, summary
from junheng.report.excel_school import write_schools
from junheng.report.excel_tidy import tidy_sheets
from junheng.report.excel_units import coefficients, units
from junheng.report.facts import Facts
from junheng.report.ledger import Ledger
from junheng.report.paths import safe
from junheng.report.texts import Texts
from junheng.templates.style import new_book

SHEETS = (summary, units, coefficients, items, item_indicators, county_gaps, gaps, quality)


def write_workbooks(facts: Facts, folder: Path, language: str, ledger: Ledger) -> int:
    """Write the workbooks of every county of the judged year. Gives the number of files. Raises OSError."""
    written = 0
    for row in facts.counties:
        county = County(facts, row, Texts(language), ledger)
        target = folder / safe(row.county_code)
        target.mkdir(parents=True, exist_ok=True)
        title = f"{row.county_name or row.county_code} {county.text('file')}"
        with new_book(target / f"{county.text('file')}.xlsx", title, facts.built_at) as book:
            for sheet in SHEETS:
                sheet(county, book)
            tidy_sheets(county, book)
        title = f"{row.county_name or row.county_code} {county.text('ledger_file')}"
        with new_book(target / f"{county.text('ledger_file')}.xlsx", title, facts.built_at) as book:
            ledger_sheets(county, book)
        written += 2 + write_schools(county, target / county.text("school_folder"))
    return written
