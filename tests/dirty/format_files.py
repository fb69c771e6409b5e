"""Workbooks in which the number format of a cell says what its value does not: a unit, thousands left out."""

from __future__ import annotations

from pathlib import Path

import xlwt
from odf.number import Number, NumberStyle, Text
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style
from odf.table import Table, TableCell, TableRow
from odf.text import P

from tests.dirty.writing import FACILITIES, Row, repack, write_xlsx

# One value three times: typed in 万元, typed in 元, and typed in 元 but shown in 万元.
SHOWN = ((429.8, '0.00"万元"'), (4298000, "#,##0\\元"), (4298000, '0!.0,"万元"'))


def rows(values: tuple[float | None, ...]) -> list[Row]:
    """Rows of facilities of as many schools, with the value of their equipment."""
    return [(2024, f"050015200{place}", 9734, 902, 7445.5, value, 19) for place, value in enumerate(values, start=1)]


def make(folder: Path) -> None:
    """Write the files."""

    def formats(book: object, sheets: dict[str, object]) -> None:
        for place, (value, code) in enumerate(SHOWN, start=1):
            shown = book.add_format({"num_format": code})  # type: ignore[attr-defined]
            sheets["办学条件"].write_number(place, 5, value, shown)  # type: ignore[attr-defined]

    empty = rows((None,) * len(SHOWN))
    write_xlsx(folder / "format_with_a_unit.xlsx", {"办学条件": [FACILITIES, *empty]}, formats)

    def thousands(book: object, sheets: dict[str, object]) -> None:
        shown = book.add_format({"num_format": "#,##0,"})  # type: ignore[attr-defined]
        sheets["办学条件"].write_number(1, 5, 4298000, shown)  # type: ignore[attr-defined]

    hidden = rows((None, 429.8))
    write_xlsx(folder / "format_leaves_thousands_out.xlsx", {"办学条件": [FACILITIES, *hidden]}, thousands)
    _write_xls(folder / "format_with_a_unit.xls")
    _write_ods(folder / "format_with_a_unit.ods")


def _write_xls(path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("办学条件")
    for number, row in enumerate([FACILITIES, *rows(tuple(value for value, _ in SHOWN))]):
        for position, cell in enumerate(row):
            style = xlwt.XFStyle()
            if number and position == 5:
                style.num_format_str = SHOWN[number - 1][1]
            sheet.write(number, position, cell, style)
    book.save(str(path))


def _write_ods(path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    number = NumberStyle(name="N1")
    number.addElement(Number(decimalplaces=2, minintegerdigits=1))
    number.addElement(Text(text="万元"))
    book.automaticstyles.addElement(number)
    book.automaticstyles.addElement(Style(name="ce1", family="table-cell", datastylename="N1"))
    sheet = Table(name="办学条件")
    for place, row in enumerate([FACILITIES, *rows((429.8,))]):
        line = TableRow()
        for position, cell in enumerate(row):
            if isinstance(cell, str):
                made = TableCell(valuetype="string")
                made.addElement(P(text=cell))
            elif place and position == 5:
                made = TableCell(valuetype="float", value=str(cell), stylename="ce1")
                made.addElement(P(text="429.80万元"))
            else:
                made = TableCell(valuetype="float", value=str(cell))
                made.addElement(P(text=str(cell)))
            line.addElement(made)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))
    repack(path)
