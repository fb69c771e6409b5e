"""A sheet of a report workbook: heads, widths, and cells that are numbers where the shown text is a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from junheng.templates.style import TEXT, Book, display_width, print_setup

NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")
# What Excel keeps exactly of a number; a longer one stays text.
LONGEST_NUMBER = 15
# What Excel holds in one cell.
LONGEST_TEXT = 32767
LINE_HEIGHT = 15
COLOURS = {
    "met": None,
    "at_floor": "#FFF4D6",
    "remediation": "#FFF4D6",
    "below_floor": "#FBE3E1",
    "not_met": "#FBE3E1",
}
Kind = Literal["code", "text", "number", "sign"]


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in characters, and what its cells are. Codes stay text; long texts are wrapped."""

    head: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True)
class Cell:
    """A cell that says more than its text: the standing behind its colour, and a sign shown after the number."""

    text: str | None
    standing: str | None = None
    sign: str = ""


Value = str | Cell | None


@dataclass
class Sheet:
    """Writes one sheet from top to bottom."""

    book: Book
    sheet: Worksheet
    columns: Sequence[Column]
    row: int = 0
    head_row: int = field(default=0, init=False)

    @classmethod
    def added(cls, book: Book, name: str, columns: Sequence[Column]) -> Sheet:
        """A new sheet of a workbook."""
        sheet = book.workbook.add_worksheet(name)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
        return cls(book, sheet, columns)

    def title(self, text: str, *notes: str) -> None:
        """A title above the table, and notes below it."""
        form = self.book.format("title", bold=True, font_size=14, text_wrap=True, locked=False)
        self._across(text, form, 21 * self._lines(text, 1.6) + 3)
        for note in notes:
            form = self.book.format("note", font_color="#404040", text_wrap=True, valign="top", locked=False)
            self._across(note, form, LINE_HEIGHT * self._lines(note))

    def title_line(self, text: str) -> None:
        """A line below the title that is read first."""
        form = self.book.format("title line", bold=True, font_size=11, text_wrap=True, locked=False)
        self._across(text, form, 18 * self._lines(text, 1.25))

    def _lines(self, text: str, larger: float = 1.0) -> int:
        """How many lines a text across the sheet takes, in letters that are so much larger than those of cells."""
        width = max(int(sum(column.width for column in self.columns)) - 4, 20)
        return max(-(-int(display_width(text) * larger) // width), 1)

    def _across(self, text: str, form: Format, height: float) -> None:
        last = len(self.columns) - 1
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", form)
        self.sheet.write_string(self.row, 0, text[:LONGEST_TEXT], form)
        self.sheet.set_row(self.row, height)
        self.row += 1

    def section(self, text: str) -> None:
        """A heading between two tables of one sheet."""
        self.row += 1
        form = self.book.format("section", bold=True, font_size=11, font_color="#1F4E79", locked=False)
        self.sheet.write_string(self.row, 0, text, form)
        self.row += 1

    def heads(self, columns: Sequence[Column] | None = None) -> None:
        """The row of heads."""
        shown = columns or self.columns
        lines = max(-(-display_width(column.head) // max(int(column.width) - 1, 1)) for column in shown)
        self.sheet.set_row(self.row, LINE_HEIGHT * max(lines, 1) + 4)
        for position, column in enumerate(shown):
            self.sheet.write_string(self.row, position, column.head, self.book.header(required=True))
        self.head_row = self.row
        self.row += 1

    def line(self, values: Sequence[Value], columns: Sequence[Column] | None = None) -> None:
        """One row of cells."""
        lines = 1
        for position, (column, value) in enumerate(zip(columns or self.columns, values, strict=True)):
            cell = value if isinstance(value, Cell) else Cell(value)
            self.write(position, cell, column)
            if column.kind == "text" and cell.text:
                lines = max(lines, wrapped_lines(cell.text, column.width))
        if lines > 1:
            self.sheet.set_row(self.row, min(LINE_HEIGHT * lines, 400))
        self.row += 1

    def write(self, position: int, cell: Cell, column: Column) -> None:
        """A cell by what its column is."""
        colour = COLOURS.get(cell.standing or "")
        found = NUMBER.fullmatch(cell.text or "") if column.kind == "number" else None
        if cell.text is None or cell.text == "":
            self.sheet.write_blank(self.row, position, None, self.cell_format(column.kind, colour))
        elif found and len(cell.text) <= LONGEST_NUMBER:
            digits = "0" + ("." + "0" * len(found.group(1)) if found.group(1) else "")
            form = self.cell_format("number", colour, f'{digits}" {cell.sign}"' if cell.sign else digits)
            self.sheet.write_number(self.row, position, float(cell.text), form)
        else:
            form = self.cell_format("sign" if column.kind == "number" else column.kind, colour)
            self.sheet.write_string(self.row, position, cell.text[:LONGEST_TEXT], form)

    def cell_format(self, kind: str, colour: str | None, number: str = TEXT, *, locked: bool = True) -> Format:
        """The format of a cell."""
        layout: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF"}
        if kind == "number":
            layout |= {"align": "right"}
        elif kind == "sign":
            layout |= {"align": "center"}
        elif kind == "code":
            layout |= {"align": "left", "indent": 1}
        else:
            layout |= {"text_wrap": True, "align": "left", "indent": 1}
        if colour:
            layout["bg_color"] = colour
        name = f"report {kind} {colour} {number} {locked}"
        return self.book.format(name, num_format=number, locked=locked, **layout)

    def finish(self, *, columns_kept: int = 0, filtered: bool = True, landscape: bool = True) -> None:
        """Freeze the heads, filter the table below them, and set the sheet up for paper."""
        if filtered and self.row > self.head_row + 1:
            self.sheet.autofilter(self.head_row, 0, self.row - 1, len(self.columns) - 1)
        if filtered:
            self.sheet.freeze_panes(self.head_row + 1, columns_kept)
        print_setup(self.sheet, self.head_row if filtered else None)
        if not landscape:
            self.sheet.set_portrait()
        self.sheet.hide_gridlines(2)


def wrapped_lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width."""
    return sum(-(-max(display_width(part), 1) // max(int(width) - 2, 1)) for part in text.split("\n"))


def sheet_name(text: str) -> str:
    """A text as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31].strip() or "-"
