"""Workbooks in which the number format of a cell says what its value does not: a unit, thousands left out."""

from __future__ import annotations

from pathlib import Path

import xlwt

from tests.dirty.writing import FACILITIES, Row, write_xlsx, write_zip

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
    """An OpenDocument workbook as LibreOffice writes it: a style of numbers, and beside each value the text shown."""

    def cell(value: object, shown: str = "") -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        style = ' table:style-name="ce1"' if shown else ""
        kind = f'office:value-type="float" office:value="{value}"{style}'
        return f"<table:table-cell {kind}><text:p>{shown or value}</text:p></table:table-cell>"

    lines = [[cell(name) for name in FACILITIES]]
    for row in rows((429.8,)):
        lines.append([cell(value, "429.80万元" if place == 5 else "") for place, value in enumerate(row)])
    body = "".join(f"<table:table-row>{''.join(line)}</table:table-row>" for line in lines)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in (("office",) * 2, ("style",) * 2, ("table",) * 2, ("text",) * 2, ("number", "datastyle"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
        '<office:automatic-styles><number:number-style style:name="N1">'
        '<number:number number:decimal-places="2" number:min-integer-digits="1"/><number:text>万元</number:text>'
        '</number:number-style><style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="办学条件">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{media}"/>'
        for name, media in (("/", kind), ("content.xml", "text/xml"))
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        f' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entries}</manifest:manifest>'
    )
    members = (("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content))
    write_zip(path, [(name, text.encode()) for name, text in members])
