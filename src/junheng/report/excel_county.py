"""What every workbook of a county needs: its rows, words, columns of sheets and how a sheet begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from junheng.report.excel_sheet import Cell, Column, Sheet, sheet_name
from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.texts import Texts
from junheng.templates.style import Book


@dataclass(frozen=True)
class County:
    """One county and what every workbook of it needs."""

    facts: Facts
    county: Row
    texts: Texts
    ledger: Ledger

    @property
    def place(self) -> dict[str, object]:
        """The keys of its rows."""
        return {"school_year": self.facts.school_year, "county_code": self.county.county_code}

    def rows(self, table: str, *order: str, **equal: object) -> list[Row]:
        """Its rows of a display table, of the judged year."""
        return self.facts.rows(f"display.{table}", order, **self.place, **equal)

    def text(self, key: str, **params: object) -> str:
        """A text of the section `excel`."""
        return self.texts.text(f"excel.{key}", **params)

    def column(self, key: str, width: float, kind: str = "text") -> Column:
        """A column whose head is a text of the section."""
        return Column(self.text(key), width, kind)  # type: ignore[arg-type]

    @cached_property
    def schools(self) -> dict[str, Row]:
        """Every institution by its code."""
        return {row.school_code: row for row in self.rows("shown_school", "school_code")}

    @cached_property
    def indicators(self) -> list[Row]:
        """The seven indicators by stage, in their order."""
        return self.rows("shown_indicator_summary", "stage_position", "item_no")

    def school_name(self, code: str) -> str:
        """The name of a school; its code when it has none."""
        school = self.schools.get(code)
        return (school.school_name if school else None) or code

    def about(self) -> str:
        """What the figures are of."""
        county = self.county
        return self.text(
            "about",
            year=county.school_year_shown,
            date=county.stock_date_shown,
            build=self.facts.run.build_id,
        )

    def sheet(self, book: Book, name: str, columns: Sequence[Column], *notes: str) -> Sheet:
        """A sheet whose name is a text of the section, with its title, what it is of, notes and heads."""
        sheet = Sheet.added(book, sheet_name(self.text(name)), columns)
        sheet.title(self.text(name), self.about(), *notes)
        sheet.heads()
        return sheet

    def verdict(self, row: Row) -> Cell:
        """The sign and the words of a row's standing, in its colour."""
        return Cell(f"{row.sign} {self.texts.word(row, 'standing')}", row.standing)
