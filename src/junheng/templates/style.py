"""How template workbooks look, and how they are opened and closed: the same content gives the same bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
BLUE, PALE, GREY, RED, AMBER = "#1F4E79", "#DDEBF7", "#7F7F7F", "#FFC7CE", "#FFEB9C"
# A date in the file would make two equal workbooks differ.
CREATED = datetime(2000, 1, 1)
# Cells hold what was handed in: nothing of it becomes a formula, a link or a number.
AS_GIVEN = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
# Data cells are unlocked; headers and instructions cannot be overwritten by accident. There is no password.
PROTECTION = dict.fromkeys(
    (
        "format_cells",
        "format_columns",
        "format_rows",
        "insert_rows",
        "delete_rows",
        "sort",
        "autofilter",
        "select_locked_cells",
        "select_unlocked_cells",
    ),
    True,
)
# Cells without a format are unlocked too: a row with a locked cell in it can neither be deleted nor sorted.
DEFAULT_FORMAT = {"font_name": "Calibri", "font_size": 11, "locked": False}
A4 = 9
TEXT = "@"


@dataclass(frozen=True)
class Book:
    """An open workbook with its formats."""

    workbook: Workbook
    formats: dict[str, Format]

    def format(self, name: str, **properties: Any) -> Format:
        """A format, made once for each name."""
        if name not in self.formats:
            self.formats[name] = self.workbook.add_format({**FONT, "locked": True, **properties})
        return self.formats[name]

    def data(self, number_format: str, colour: str | None = None) -> Format:
        """The format of an unlocked cell for data."""
        marked = {"bg_color": colour, "border": 1, "border_color": GREY} if colour else {}
        # Text does not touch the number on its left.
        indented = {"indent": 1} if number_format == TEXT else {}
        name = f"data {number_format} {colour}"
        return self.format(name, num_format=number_format, locked=False, **indented, **marked)

    def header(self, *, required: bool) -> Format:
        """The format of a header."""
        colours = {"bg_color": BLUE, "font_color": "white"} if required else {"bg_color": PALE, "font_color": BLUE}
        return self.format(
            f"header {required}", bold=True, text_wrap=True, align="center", border=1, border_color=GREY, **colours
        )


@contextmanager
def new_book(path: Path, title: str, created: datetime = CREATED) -> Iterator[Book]:
    """Write a workbook; it stands at its place only when it is complete. `created` stands in its properties.

    Raises OSError when it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    options = {**AS_GIVEN, "in_memory": True, "default_format_properties": dict(DEFAULT_FORMAT)}
    workbook = xlsxwriter.Workbook(str(partial), options)
    workbook.set_properties({"title": title, "created": created})
    try:
        yield Book(workbook, {})
        workbook.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def print_setup(sheet: Worksheet, header_row: int | None) -> None:
    """Landscape, as wide as the paper, with the header on every page and the page number below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&A  &P / &N")
    if header_row is not None:
        sheet.repeat_rows(header_row)


def display_width(text: str) -> int:
    """How many columns of a fixed-width font a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
