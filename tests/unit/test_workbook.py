"""Worksheets become text without losing or inventing anything, on real files of four kinds."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter
import xlwt

from junheng.findings import WARNING, Findings
from junheng.landing.intake import hand_in
from junheng.landing.layout import blocks
from junheng.landing.limits import Limits
from junheng.landing.merged import FilledCell, fill_down
from junheng.landing.model import ColumnUse, GridRows, HandedFile, Merge, Reading, Sheet
from junheng.landing.number_formats import PERCENT, Shown, as_shown, shown_format, shown_in_text
from junheng.landing.refused import FileRefusedError
from junheng.landing.sheet_facts import column_letters
from junheng.landing.workbook import sheets
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

Grid = dict[tuple[int, int], str]


@pytest.fixture
def findings() -> Iterator[Findings]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as scratch")
        yield Findings(connection)


def read(path: Path, findings: Findings, limits: Limits | None = None) -> list[Sheet]:
    (file,) = hand_in(path, path.parent / "scratch", findings).files
    return list(sheets(file, findings, limits or Limits()))


def cells(sheet: Sheet) -> Grid:
    return {
        (number, column): text
        for number, row in zip(sheet.numbers, sheet.rows, strict=True)
        for column, text in enumerate(row)
        if text is not None
    }


def test_values_of_an_xlsx(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("甲")
    formats = {
        name: book.add_format({"num_format": name})
        for name in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm:ss", "0.0%", "0000000000", "000-0000", "0.00")
    }
    sheet.write(2, 1, "文字")
    sheet.write(2, 2, 12)
    sheet.write(2, 3, 12.5)
    sheet.write(2, 4, True)
    sheet.write_datetime(2, 5, datetime.datetime(2024, 9, 1), formats["yyyy-mm-dd"])
    sheet.write_datetime(2, 6, datetime.datetime(2024, 9, 1, 8, 30), formats["yyyy-mm-dd hh:mm"])
    sheet.write(2, 7, 0.5, formats["hh:mm"])
    sheet.write(2, 8, 1.5, formats["[h]:mm:ss"])
    sheet.write(2, 9, 0.9521, formats["0.0%"])
    sheet.write(2, 10, 500152001, formats["0000000000"])
    sheet.write(2, 11, 1e-7)
    sheet.write(2, 12, 1e20)
    sheet.write(2, 13, "0012")
    sheet.write(2, 14, 5.0, formats["000-0000"])
    sheet.write(2, 15, 0.125, formats["0.00"])
    sheet.write_formula(2, 16, "=C3*2", None, 24)
    sheet.write_blank(90, 90, None, formats["0.00"])
    sheet.write(4, 1, "  ")
    sheet.write(6, 2, "末")
    book.close()
    (read_sheet,) = read(path, findings)
    assert list(read_sheet.rows[0]) == [
        None,
        "文字",
        "12",
        "12.5",
        "TRUE",
        "2024-09-01",
        "2024-09-01 08:30:00",
        "12:00:00",
        "36:00:00",
        "95.21%",
        "0500152001",
        "0.0000001",
        "100000000000000000000",
        "0012",
        "5",
        "0.125",
        "24",
    ]
    assert read_sheet.numbers == [3, 7]
    assert cells(read_sheet)[7, 2] == "末"
    assert findings.first(WARNING, 9) == []


def test_errors_and_formulas_without_a_value_are_no_empty_cells(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in {"A1": "x", "B2": "=A1&1", "C3": "#REF!", "E9": "=SUM(A1:A2)", "D1": 3}.items():
        sheet[place] = value
    sheet["C3"].data_type = "e"
    book.save(path)
    assert cells(read(path, findings)[0]) == {
        (1, 0): "x",
        (1, 3): "3",
        (2, 1): "=A1&1",
        (3, 2): "#REF!",
        (9, 4): "=SUM(A1:A2)",
    }


def test_errors_that_excel_has_calculated(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write(3, 3, "x")
    sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
    sheet.write_formula(9, 9, "=NA()", None, "#N/A")
    sheet.write_formula(3, 4, '=IF(A1=1,"",1)', None, "text")
    book.close()
    assert cells(read(path, findings)[0]) == {(1, 0): "#DIV/0!", (4, 3): "x", (4, 4): "text", (10, 9): "#N/A"}


def test_an_empty_result_of_a_formula_is_an_empty_cell(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_row(0, 0, ["x", "REPLACED"])
    book.close()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(
        b'<c r="B1" t="s"><v>1</v></c>', b'<c r="B1" t="str"><f>IF(1,"","")</f><v></v></c>'
    )
    assert b"IF(1" in parts[name]
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    assert cells(read(path, findings)[0]) == {(1, 0): "x"}


def test_hidden_and_empty_sheets_and_merged_cells(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("甲").merge_range("B5:C7", "合")
    book.add_worksheet("藏").hide()
    hidden = book.add_worksheet("很")
    hidden.very_hidden()
    hidden.write(0, 0, "x")
    book.add_chartsheet("图")
    book.close()
    found = read(path, findings)
    assert [(sheet.name, sheet.is_hidden, len(sheet.rows)) for sheet in found] == [
        ("甲", False, 1),
        ("藏", True, 0),
        ("很", True, 1),
    ]
    assert found[0].merges == (Merge(5, 1, 7, 2),)


def test_values_of_an_xls(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(1, 1, "文字")
    sheet.write(1, 2, 0.9521, xlwt.easyxf(num_format_str="0.00%"))
    sheet.write(1, 3, 12, xlwt.easyxf(num_format_str="0000"))
    sheet.write(1, 4, datetime.date(2024, 9, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.row(1).set_cell_error(5, "#REF!")
    sheet.write(2, 1, 0.1)
    sheet.write_merge(4, 5, 0, 0, "合")
    book.add_sheet("隐").visibility = 1
    book.save(str(path))
    shown, hidden = read(path, findings)
    assert cells(shown) == {
        (2, 1): "文字",
        (2, 2): "95.21%",
        (2, 3): "0012",
        (2, 4): "2024-09-01",
        (2, 5): "#REF!",
        (3, 1): "0.1",
        (5, 0): "合",
    }
    assert shown.merges == (Merge(5, 0, 6, 0),)
    assert hidden.is_hidden


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>
<table:table table:name="表"><table:table-row table:number-rows-repeated="2">
<table:table-cell table:number-columns-repeated="3"/></table:table-row><table:table-row>
<table:table-cell office:value-type="float" office:value="1.5"><text:p>2</text:p></table:table-cell>
<table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="2" office:value-type="string">
<text:p>合</text:p></table:table-cell>
<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error">
<text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=1+1"/>
<table:table-cell office:value-type="percentage" office:value="0.9521"><text:p>95%</text:p></table:table-cell>
<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="7"/>
<table:table-cell table:number-columns-repeated="16000"/></table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def write_ods(path: Path, content: str = ODS) -> Path:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content.replace("\n<", "<").replace("\n", " "))
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )
    return path


def test_values_of_an_ods(tmp_path: Path, findings: Findings) -> None:
    (sheet,) = read(write_ods(tmp_path / "a.ods"), findings)
    assert cells(sheet) == {
        (3, 0): "1.5",
        (3, 1): "合",
        (3, 2): "#DIV/0!",
        (3, 3): "=1+1",
        (3, 4): "95.21%",
        (3, 5): "7",
        (3, 6): "7",
    }
    assert sheet.merges == (Merge(3, 1, 4, 1),)


def test_formulas_that_call_outside_are_told(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    sheet.write_formula("B2", "='[1]其他表'!A1", None, 7)
    sheet.write_formula("B3", "='[1]其他表'!A2", None, 8)
    sheet.write_formula("C2", '=WEBSERVICE("http://example.org/")', None, "x")
    sheet.write_formula("D2", "=cmd|'/c calc'!A1", None, 0)
    sheet.write_formula("E2", '=SUM(A1:A2)&IF(A1>1,"|","a")', None, "3")
    sheet.write_formula("F2", "=甲!A1", None, 0)
    book.close()
    assert cells(read(path, findings)[0])[2, 1] == "7"
    told = [(f.rule_id, f.sheet, f.row, f.column, f.found) for f in findings.first(WARNING, 9)]
    assert told == [
        ("formula_calls_outside", "表", 2, "B", "='[1]其他表'!A1 ×2"),
        ("formula_calls_outside", "表", 2, "C", '=WEBSERVICE("http://example.org/")'),
        ("formula_calls_outside", "表", 2, "D", "=cmd|'/c calc'!A1"),
    ]


def test_a_workbook_without_content_is_refused(tmp_path: Path, findings: Findings) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    with pytest.raises(FileRefusedError) as refused:
        read(path, findings)
    assert refused.value.finding.rule_id == "workbook_empty"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("suffix", ["xls", "xlsx"])
def test_half_a_workbook_is_refused(tmp_path: Path, findings: Findings, suffix: str, keep: float) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("表")
        for row in range(3000):
            sheet.write(row, 0, row)
        book.save(str(path))
    else:
        with xlsxwriter.Workbook(path) as writer:
            writer.add_worksheet().write(0, 0, "x")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    handed = hand_in(path, tmp_path / "scratch", findings)
    if not handed.files:
        assert handed.unread
        return
    with pytest.raises(FileRefusedError) as refused:
        list(sheets(handed.files[0], findings))
    assert refused.value.finding.rule_id == "workbook_damaged"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0%", PERCENT),
        ('0.0"%"', Shown("%")),
        ("0\\%", Shown("%")),
        ("0000", Shown(digits=4)),
        ("0", None),
        ("000-000", None),
        ("[Red]0.00%;-0%", PERCENT),
        ('0.00"万元"', Shown("万元")),
        ("0.00\\万\\元", Shown("万元")),
        ('#,##0.00" （千元）"', Shown("千元")),
        ('General"元"', Shown("元")),
        ('0!.0,"万元"', Shown("万元", -4)),
        ('#,##0.0,,"百万元"', Shown("百万元", -6)),
        ("#,##0,", Shown(unclear="#,##0,")),
        ('[>=10000]0!.0,"万";0', Shown(unclear='[>=10000]0!.0,"万";0')),
        ('_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ', None),
        # A name that only ends in a word that is a unit elsewhere; a date.
        ('0"班"', None),
        ('yyyy"年"m"月"', None),
    ],
)
def test_formats_that_change_what_a_cell_says(code: str, shown: Shown | None) -> None:
    assert shown_format(code) == shown


@pytest.mark.parametrize(
    ("number", "how", "text"),
    [
        (0.9521, PERCENT, "95.21%"),
        (1, PERCENT, "100%"),
        (0.07, PERCENT, "7%"),
        (1e-05, PERCENT, "0.001%"),
        (12.0, Shown(digits=5), "00012"),
        (-3, Shown(digits=3), "-003"),
        (1.5, Shown(digits=3), "1.5"),
        (4.3, Shown("万元"), "4.3万元"),
        (4298000, Shown("万元", -4), "429.8万元"),
        (0, Shown("元"), "0元"),
        (4298000.0, Shown(unclear="#,##0,"), "4298000 [#,##0,]"),
    ],
)
def test_numbers_as_the_sheet_shows_them(number: float, how: Shown, text: str) -> None:
    assert as_shown(number, how) == text


@pytest.mark.parametrize(
    ("number", "text", "shown"),
    [
        ("4.3", "4.30万元", Shown("万元")),
        ("4298000", "430万元", Shown("万元", -4)),
        ("4298000", "¥4,298.00 千元", Shown("千元", -3)),
        ("4298000", "17万元", Shown(unclear="17万元")),
        ("1", "1班", None),
        ("12", "12", None),
    ],
)
def test_units_in_the_text_that_a_sheet_shows(number: str, text: str, shown: Shown | None) -> None:
    assert shown_in_text(number, text) == shown


def test_columns_have_the_names_of_a_spreadsheet() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_merged_names_hold_for_all_rows_and_merged_amounts_for_none(findings: Findings) -> None:
    table = read_contract(packaged_project().standards)["classes"]
    sheet = Sheet(
        "表",
        False,
        [
            ["学校标识码", "班号", "班额", "备注"],
            ["0012", "1", "90", "x"],
            [None, "2", None, None],
            ["13", "1", "40", None],
        ],
        [1, 2, 3, 4],
        (Merge(2, 0, 3, 0), Merge(2, 2, 3, 2), Merge(2, 3, 900_000, 3)),
    )
    (block,) = blocks(HandedFile("a.xlsx", Path("a.xlsx"), 1, ""), sheet)
    uses = (
        ColumnUse(0, "学校标识码", "school_code"),
        ColumnUse(1, "班号", "class_no"),
        ColumnUse(2, "班额", "pupils", factor=Decimal(1)),
    )
    full, filled = fill_down(block, Reading("classes", uses), table, findings)
    assert isinstance(full.rows, GridRows)
    assert [list(row) for row in full.rows.rows] == [
        ["0012", "1", "90", "x"],
        ["0012", "2", None, None],
        ["13", "1", "40", None],
    ]
    assert filled == (FilledCell(3, 0, "0012"),)
    (told,) = findings.first("critical", 9)
    assert (told.rule_id, told.row, told.column, told.found) == ("amount_merged", 2, "pupils", "C2:C3 = 90")
