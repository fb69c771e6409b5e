"""Workbooks: what stands around a table on a sheet, what a cell can be, and files that are not what they say."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import xlwt

from tests.dirty.writing import (
    CLASSES,
    FACILITIES,
    FACTS,
    FIXED_DATE,
    ROOMS,
    SCHOOLS,
    THREE,
    Row,
    school,
    table,
    write_biff,
    write_bytes,
    write_ods,
    write_text,
    write_xlsx,
)

# As people type them: the code as text, numbers as numbers.
TYPED: list[Row] = [
    (2024, "0500152001", "小学", 1, "01", 44),
    (2024, "0500152001", "小学", 1, "02", 43),
    (2024, "0500152002", "初中", 7, "01", 48),
]
SHEET = [CLASSES, *TYPED]


def make(folder: Path) -> None:
    """Write the files."""
    _formats(folder)
    _layouts(folder)
    _sheets(folder)
    _cells(folder)
    _formulas(folder)
    _not_what_they_say(folder)


def _formats(folder: Path) -> None:
    write_xlsx(folder / "book_plain.xlsx", {"班级": SHEET})
    write_biff(folder / "book_plain.xls", {"班级": SHEET})
    write_biff(folder / "book_wps.et", {"班级": SHEET})
    write_ods(folder / "book_plain.ods", {"班级": SHEET})


def _layouts(folder: Path) -> None:
    first: Row = ("学年", "学校标识码", "面积（㎡）", None, None, "设备", None)
    second: Row = (None, None, "教学及辅助用房面积", None, "运动场地面积", "教学仪器设备值（万元）", "网络多媒体教室")
    third: Row = (None, None, "合计", "其中：室内体育用房面积", None, None, None)
    body: list[Row] = [
        (2024, "0500152001", 9734, 902, 7445.5, 429.8, 19),
        (2024, "0500152002", 9523.95, 1104, 7279.5, 541.88, 15),
    ]

    def merge(book: object, sheets: dict[str, object]) -> None:
        sheet = sheets["办学条件"]
        for area, text in (("A1:A3", "学年"), ("B1:B3", "学校标识码"), ("C1:E1", "面积（㎡）"), ("F1:G1", "设备")):
            sheet.merge_range(area, text)  # type: ignore[attr-defined]
        for area, text in (
            ("C2:D2", "教学及辅助用房面积"),
            ("E2:E3", "运动场地面积"),
            ("F2:F3", "教学仪器设备值（万元）"),
        ):
            sheet.merge_range(area, text)  # type: ignore[attr-defined]
        sheet.merge_range("G2:G3", "网络多媒体教室")  # type: ignore[attr-defined]

    write_xlsx(folder / "book_merged_header_three_rows.xlsx", {"办学条件": [first, second, third, *body]}, merge)
    title: list[Row] = [
        ("潼南区2024-2025学年中小学班级情况表",),
        ("填报单位：潼南区教育委员会", None, None, None, None, "单位：人"),
        (),
    ]
    note: list[Row] = [
        ("合计", None, None, None, None, 135),
        (),
        ("注：班额为9月1日实有人数。",),
        ("填表人：", None, "审核人："),
    ]

    def title_over_all(book: object, sheets: dict[str, object]) -> None:
        sheets["Sheet1"].merge_range("A1:F1", title[0][0])  # type: ignore[attr-defined]

    write_xlsx(folder / "book_title_total_note.xlsx", {"Sheet1": [*title, *SHEET, *note]}, title_over_all)
    parts: list[Row] = [
        CLASSES,
        *TYPED[:2],
        (None, "小计", None, None, None, 87),
        TYPED[2],
        (None, "小计", None, None, None, 48),
        ("总计", None, None, None, None, 135),
    ]
    write_xlsx(folder / "book_subtotals.xlsx", {"班级": parts})
    write_xlsx(folder / "book_total_contradicts.xlsx", {"班级": [*SHEET, ("合 计", None, None, None, None, 153)]})
    shifted = [(), (), *((None, None, *row) for row in (CLASSES, *TYPED))]
    write_xlsx(folder / "book_starts_at_c3.xlsx", {"班级": shifted})
    # A printed form repeats its header on every page.
    write_xlsx(folder / "book_header_on_every_page.xlsx", {"班级": [CLASSES, *TYPED[:2], (), CLASSES, TYPED[2]]})
    numbered: list[Row] = [
        ("序号", *CLASSES),
        ("甲", "1", "2", "3", "4", "5", "6"),
        *((n, *row) for n, row in enumerate(TYPED, start=1)),
    ]
    write_xlsx(folder / "book_column_numbers_under_header.xlsx", {"班级": numbered})

    def merge_code(book: object, sheets: dict[str, object]) -> None:
        sheets["班级"].merge_range("B2:B3", "0500152001")  # type: ignore[attr-defined]

    merged: list[Row] = [CLASSES, TYPED[0], (2024, None, *TYPED[1][2:]), TYPED[2]]
    write_xlsx(folder / "book_merged_school_cells.xlsx", {"班级": merged}, merge_code)


def _sheets(folder: Path) -> None:
    def hide(book: object, sheets: dict[str, object]) -> None:
        sheets["旧"].hide()  # type: ignore[attr-defined]

    old: list[Row] = [CLASSES, (2024, "0500152003", "小学", 2, "01", 39)]
    write_xlsx(folder / "book_hidden_sheet.xlsx", {"班级": SHEET, "旧": old}, hide)
    rooms: list[Row] = [ROOMS, (2024, "0500152001", "M01", "音乐", 96.5), (2024, "0500152001", "A01", "美术", 90)]
    write_xlsx(folder / "book_two_tables_on_a_sheet.xlsx", {"数据": [*SHEET, (), ("专用教室情况",), *rooms]})
    beside = [(*a, None, *b) for a, b in zip(SHEET[:3], rooms, strict=True)]
    write_xlsx(folder / "book_tables_side_by_side.xlsx", {"数据": beside})
    schools: list[Row] = [SCHOOLS, school("0500152001"), school("0500152002")]
    explain: list[Row] = [("填表说明",), ("一、本表由学校填写。",), ("二、班额为9月1日实有人数。",)]
    many = {"说明": explain, "学校": schools, "班级": SHEET, "专用教室": rooms, "Sheet4": []}
    write_xlsx(folder / "book_several_tables.xlsx", many)
    # Sheets named by year, and no column that says the year.
    write_xlsx(
        folder / "book_sheet_per_year_班级.xlsx",
        {"2023": [CLASSES[1:], TYPED[0][1:]], "2024": [CLASSES[1:], TYPED[1][1:], TYPED[2][1:]]},
    )


def _cells(folder: Path) -> None:
    write_xlsx(
        folder / "book_text_numbers.xlsx",
        {"班级": [CLASSES, *THREE, ("2024", "0500152002", "初中", "7", "02", " 47 ")]},
    )
    noise: list[Row] = [
        (2024, "0500152001", 0.1 + 0.2, 1.1 + 2.2, 7445.5, 541.88000000000011, 19.0),
        (2024, "0500152002", 9734, 1 / 3, 7445.5, 541.88, 19),
    ]
    write_xlsx(folder / "book_binary_noise.xlsx", {"办学条件": [FACILITIES, *noise]})
    days: list[Row] = [(datetime(2024, 9, 1), *TYPED[0][1:]), (datetime(2025, 3, 1), *TYPED[1][1:])]
    write_xlsx(folder / "book_date_as_school_year.xlsx", {"班级": [CLASSES, *days]})
    # Somebody typed 1-2 and Excel made 2 January of it.
    became: list[Row] = [(*TYPED[0][:4], datetime(2024, 1, 2), 44), (*TYPED[1][:4], "1-3", 43)]

    def became_time(book: object, sheets: dict[str, object]) -> None:
        clock = book.add_format({"num_format": "h:mm"})  # type: ignore[attr-defined]
        sheets["班级"].write_number("E4", 62 / 1440, clock)  # type: ignore[attr-defined]

    became.append((*TYPED[1][:4], None, 41))
    write_xlsx(folder / "book_class_became_date.xlsx", {"班级": [CLASSES, *became]}, became_time)
    write_xlsx(folder / "book_pupils_became_date.xlsx", {"班级": [CLASSES, (*TYPED[0][:5], datetime(1900, 2, 13))]})
    numbers: list[Row] = [(2024, 500152001, "小学", 1, 1, 44), (2024, 500152001, "小学", 1, 2, 43)]
    write_xlsx(folder / "book_code_is_number.xlsx", {"班级": [CLASSES, *numbers]})

    def formats(book: object, sheets: dict[str, object]) -> None:
        percent = book.add_format({"num_format": "0.00%"})  # type: ignore[attr-defined]
        sheets["区县情况"].write_number("D2", 0.9521, percent)  # type: ignore[attr-defined]

    facts: list[Row] = [
        FACTS,
        (2024, "500152", "social_recognition", None, "达标", None, "甲"),
        (2024, "500152", "junior_retention", 96.3),
    ]
    write_xlsx(folder / "book_percent_format.xlsx", {"区县情况": facts}, formats)

    def zeros(book: object, sheets: dict[str, object]) -> None:
        padded = book.add_format({"num_format": "0000000000"})  # type: ignore[attr-defined]
        for row in (1, 2):
            sheets["班级"].write_number(row, 1, 500152001, padded)  # type: ignore[attr-defined]

    write_xlsx(folder / "book_code_padded_by_format.xlsx", {"班级": [CLASSES, *numbers]}, zeros)
    mixed: list[Row] = [
        school("0500152001", 寄宿制="√"),
        (*school("0500152002")[:-1], True),
        (*school("0500152003")[:-1], 0),
    ]
    write_xlsx(folder / "book_booleans.xlsx", {"学校": [SCHOOLS, *mixed]})


def _formulas(folder: Path) -> None:
    def cached(book: object, sheets: dict[str, object]) -> None:
        sheet = sheets["班级"]
        sheet.write_formula("F2", "=40+4", None, 44)  # type: ignore[attr-defined]
        sheet.write_formula("B3", '="0500"&"152001"', None, "0500152001")  # type: ignore[attr-defined]
        sheet.write_formula("F5", "=SUM(F2:F4)", None, 135)  # type: ignore[attr-defined]

    write_xlsx(folder / "book_formulas_cached.xlsx", {"班级": [*SHEET, ("合计",)]}, cached)

    def broken(book: object, sheets: dict[str, object]) -> None:
        sheet = sheets["班级"]
        sheet.write_formula("F3", "=班级!#REF!", None, "#REF!")  # type: ignore[attr-defined]
        sheet.write_formula("B4", "=VLOOKUP(1,A1:B2,2)", None, "#N/A")  # type: ignore[attr-defined]

    write_xlsx(folder / "book_error_cells.xlsx", {"班级": SHEET}, broken)
    path = folder / "book_formula_without_value.xlsx"
    book = openpyxl.Workbook()
    book.properties.created = FIXED_DATE
    sheet = book.active
    assert sheet is not None
    sheet.title = "办学条件"
    rows: list[Row] = [
        FACILITIES,
        (2024, "0500152001", 9734, 902, 7445.5, 429.8, 19),
        (2024, "0500152002", 9523, "=D2+1", 7279, "=1+1", 15),
    ]
    for row in rows:
        sheet.append(row)
    book.save(path)
    _without_clock(path)


def _without_clock(path: Path) -> None:
    """Openpyxl writes the time of saving into the file: leave its properties out."""
    with zipfile.ZipFile(path) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            text = content
            if name == "docProps/core.xml":
                start, end = content.index(b"<dcterms:modified"), content.index(b"</dcterms:modified>")
                text = content[:start] + content[end + len(b"</dcterms:modified>") :]
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)


def _not_what_they_say(folder: Path) -> None:
    write_xlsx(folder / "book_empty.xlsx", {"班级": []})
    cover: list[Row] = [("某县教职工和班级情况汇编",), ("二〇二四年九月",)]
    write_xlsx(folder / "book_with_cover_班级.xlsx", {"封面": cover, "Sheet2": SHEET})
    write_xlsx(folder / "book_only_title.xlsx", {"班级": [("潼南区班级情况",), ("填表人：",)]})
    write_xlsx(folder / "spare.xlsx", {"班级": SHEET})
    content = (folder / "spare.xlsx").read_bytes()
    (folder / "spare.xlsx").unlink()
    write_bytes(folder / "book_named_csv.csv", content)
    write_bytes(folder / "book_named_xls.xls", content)
    write_bytes(folder / "book_truncated.xlsx", content[: len(content) // 2])
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (CLASSES, *THREE))
    html = f"<html><head><meta charset='gbk'></head><body><table>{cells}</table></body></html>"
    write_text(folder / "html_named_xls.xls", html, "gbk")
    write_text(folder / "tsv_named_xls.xls", table(CLASSES, THREE, "\t"), "gb18030")
    # What Excel leaves of a workbook with a password: an OLE container with one encrypted stream.
    book = xlwt.Workbook()
    book.add_sheet("班级")
    path = folder / "book_encrypted.xlsx"
    book.save(str(path))
    ole = path.read_bytes()
    old, new = ("Workbook\0".encode("utf-16-le"), "EncryptedPackage\0".encode("utf-16-le"))
    at = ole.rindex(old)
    entry = bytearray(ole[at : at + 128])
    entry[: len(new)] = new
    entry[64:66] = len(new).to_bytes(2, "little")
    path.write_bytes(ole[:at] + bytes(entry) + ole[at + 128 :])
    write_bytes(folder / "picture_named_csv.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
