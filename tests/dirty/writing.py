"""Writes small files as real programs write them: text in any encoding, workbooks of four kinds, ZIP archives."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

Cell = str | int | float | bool | datetime | None
Row = Sequence[Cell]

CLASSES = ("学年", "学校标识码", "学段", "年级", "班号", "班额")
CLASSES_EN = ("school_year", "school_code", "stage", "grade", "class_no", "pupils")
SCHOOLS = (
    *("学年", "学校标识码", "学校名称", "区县代码", "区县", "乡镇街道", "办学类型", "举办者性质", "城乡类型"),
    *("主校标识码", "规划建成年份", "寄宿制"),
)
FACILITIES = (
    *("学年", "学校标识码", "教学及辅助用房面积", "室内体育用房面积", "运动场地面积", "教学仪器设备值"),
    "网络多媒体教室",
)
FUNDING = ("年度", "学校标识码", "公用经费预算", "公用经费支出", "教师培训支出", "总支出")
FACTS = ("学年", "区县代码", "指标项", "数值", "自评结论", "化解年份", "佐证")
ROOMS = ("学年", "学校标识码", "教室编号", "类别", "面积")
STAFF = (
    *("学年", "学校标识码", "教职工编号", "任教学段", "专任教师", "在编", "学历", "骨干级别", "任教学科"),
    *("持教师资格证", "五年培训学时", "符合交流条件", "本年交流", "年工资收入"),
)
# Three good rows of `classes`: the body of every file that is odd elsewhere.
THREE: tuple[tuple[str, ...], ...] = (
    ("2024", "0500152001", "小学", "1", "01", "44"),
    ("2024", "0500152001", "小学", "1", "02", "43"),
    ("2024", "0500152002", "初中", "7", "01", "48"),
)
FIXED_DATE = datetime(2024, 9, 1)


def school(code: str, name: str = "合成小学", **other: str) -> tuple[str, ...]:
    """A good row of `schools`; `other` replaces cells by their header."""
    row = dict(
        zip(
            SCHOOLS,
            ("2024", code, name, "500152", "潼南区", "合成镇", "小学", "公办", "乡村", "", "1998", "否"),
            strict=True,
        )
    )
    return tuple((row | other).values())


def table(header: Sequence[str], rows: Sequence[Row], delimiter: str = ",", end: str = "\r\n") -> str:
    """A table as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text as bytes: no line end is changed on the way."""
    write_bytes(path, text.encode(encoding))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[Row]], more: Callable[..., None] | None = None) -> None:
    """Write a workbook: text as text, numbers as numbers, dates as dates. `more` gets the workbook and its sheets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": FIXED_DATE})
    made = {}
    for name, rows in sheets.items():
        sheet = made[name] = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, position, cell)
                elif cell is not None:
                    sheet.write(number, position, cell)
    if more:
        more(book, made)
    book.close()


def write_biff(path: Path, sheets: Mapping[str, Sequence[Row]]) -> None:
    """Write a workbook as Excel 97 did; the ET files of WPS are the same under another suffix."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, position, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))


def write_ods(path: Path, sheets: Mapping[str, Sequence[Row]]) -> None:
    """Write an OpenDocument workbook."""
    book = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        sheet = Table(name=name)
        for row in rows:
            line = TableRow()
            for cell in row:
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    made = TableCell(valuetype="float", value=str(cell))
                else:
                    made = TableCell(valuetype="string")
                if cell is not None:
                    made.addElement(P(text=str(cell)))
                line.addElement(made)
            sheet.addElement(line)
        book.spreadsheet.addElement(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    repack(path)


def repack(path: Path) -> None:
    """Write a ZIP-based file again without the clock: the same members, all of one date."""
    with zipfile.ZipFile(path) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    write_zip(path, members)


class _LegacyName(zipfile.ZipInfo):
    """A member whose name is stored in GBK without a mark, as the file manager of a Chinese Windows does."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name that zipfile gave
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def write_zip(path: Path, members: Sequence[tuple[str, bytes]], legacy_names: bool = False) -> None:
    """Write an archive; with `legacy_names` the names of its members are GBK."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            info = (_LegacyName if legacy_names else zipfile.ZipInfo)(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
