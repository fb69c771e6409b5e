"""Files made to do harm are refused by name, within seconds and little memory. They are small until they are opened."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from tests.unit.test_workbook import ODS, write_ods

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="memory of a process cannot be limited there")

SECONDS = 5
PEAK = 1 << 30
Taken = Callable[[Path], dict[str, Any]]


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    """Take a file or folder in, in another process; fail when it takes too long or too much."""

    def take(path: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.unit.hostile", str(path), str(tmp_path / "scratch")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
        assert run.returncode == 0, run.stderr[-2000:]
        result: dict[str, Any] = json.loads(run.stdout)
        assert result["seconds"] < SECONDS
        assert result["peak"] < PEAK
        return result

    return take


def rules(result: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(found[0], found[1]) for found in result["said"]["critical"]]


class Zeros(io.RawIOBase):
    """So many bytes of one kind, without holding them."""

    def __init__(self, size: int, byte: bytes = b"0") -> None:
        self.left = size
        self.piece = byte * (1 << 20)

    def pieces(self) -> Iterator[bytes]:
        while self.left > 0:
            yield self.piece[: self.left]
            self.left -= len(self.piece)


def add_large(
    archive: zipfile.ZipFile, name: str, size: int, byte: bytes = b"0", head: bytes = b"", tail: bytes = b""
) -> None:
    with archive.open(name, "w", force_zip64=True) as member:
        member.write(head)
        for piece in Zeros(size, byte).pieces():
            member.write(piece)
        member.write(tail)


def changed(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
    """The same archive with some parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            new = changes.get(name, lambda same: same)(content)
            assert name not in changes or new != content
            archive.writestr(name, new)
    return path


def workbook(path: Path, **cells: object) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        for place, value in (cells or {"A1": "x"}).items():
            sheet.write(place, value)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_a_flat_bomb(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        add_large(archive, "a.csv", 1 << 30)
        archive.writestr("b.csv", "x,y\n1,2\n")
    assert path.stat().st_size < 8 << 20
    assert rules(taken(path)) == [("archive_bomb", "a.zip/a.csv")]
    assert sum(file.stat().st_size for file in (tmp_path / "scratch").iterdir()) < 1 << 20


def test_a_nested_bomb(tmp_path: Path, taken: Taken) -> None:
    content, name = b"0" * (1 << 20), "0.csv"
    for depth in range(5):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(8):
                archive.writestr(f"{copy}{name}", content)
        content, name = packed.getvalue(), f"{depth}.zip"
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    result = taken(path)
    assert {rule for rule, _ in rules(result)} == {"archive_too_deep"}


def test_a_list_of_members_without_end(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30_000):
            archive.writestr(f"{number}.csv", b"")
    assert rules(taken(path)) == [("archive_too_many_members", "a.zip")]


def test_two_gigabytes_of_blanks(tmp_path: Path, taken: Taken) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, tail = parts.pop(SHEET).split(b"<sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        rows = b'<row><c s="1"/></row>'
        add_large(archive, SHEET, 2 << 30, rows, head + b"<sheetData>", b"</sheetData>" + tail)
    assert path.stat().st_size < 32 << 20
    assert rules(taken(path)) == [("workbook_too_large", "a.xlsx")]


def test_blanks_up_to_the_limit_cost_little(tmp_path: Path, taken: Taken) -> None:
    blanks = b'<row><c s="1"/><c s="1"/></row>' * 100_000 + b"<row/>" * 900_000
    path = changed(
        workbook(tmp_path / "a.xlsx"), {SHEET: lambda part: part.replace(b"</sheetData>", blanks + b"</sheetData>")}
    )
    result = taken(path)
    assert rules(result) == []
    assert result["said"]["warning"] == []


@pytest.mark.parametrize("cell", ["XFD1048576", "ALL1048576", "XFD1000"])
def test_one_cell_at_the_end_of_the_sheet(tmp_path: Path, taken: Taken, cell: str) -> None:
    result = taken(workbook(tmp_path / "a.xlsx", A1="x", **{cell: "y"}))
    assert rules(result) == [("sheet_too_large", "a.xlsx")]
    assert result["said"]["critical"][0][2] == "表"
    assert result["said"]["critical"][0][5] == cell


def test_a_cell_beyond_any_sheet(tmp_path: Path, taken: Taken) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx"), {SHEET: lambda part: part.replace(b'r="A1" t', b'r="ZZZZZZZZ4294967296" t')}
    )
    assert rules(taken(path)) == [("sheet_too_large", "a.xlsx")]


def test_a_dimension_that_lies(tmp_path: Path, taken: Taken) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx", A1="x", B2="y"),
        {SHEET: lambda part: part.replace(b'<dimension ref="A1:B2"/>', b'<dimension ref="A1:XFD1048576"/>')},
    )
    assert rules(taken(path)) == []


def test_many_sheets_that_each_reach_far(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number in range(50):
            book.add_worksheet(f"表{number}").write(999_999, 8, "x")
    assert rules(taken(path)) == [("sheet_too_large", "a.xlsx")]


def test_a_long_text_in_a_million_cells(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        text = "长" * 30_000
        for row in range(20_000):
            sheet.write_string(row, 0, text)
    assert rules(taken(path)) == [("workbook_too_large", "a.xlsx")]


def test_an_old_workbook_with_cells_at_the_end_of_all_sheets(tmp_path: Path, taken: Taken) -> None:
    book = xlwt.Workbook()
    for number in range(40):
        sheet = book.add_sheet(f"{number}")
        sheet.write(0, 0, "x")
        sheet.write(65535, 255, "x")
    path = tmp_path / "a.xls"
    book.save(str(path))
    assert rules(taken(path)) == [("sheet_too_large", "a.xls")]


def test_an_old_workbook_whose_chains_have_no_end(tmp_path: Path, taken: Taken) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row in range(2000):
        sheet.write(row, 0, row)
    path = tmp_path / "a.xls"
    book.save(str(path))
    content = bytearray(path.read_bytes())
    fat = (int.from_bytes(content[76:80], "little") + 1) * 512
    content[fat : fat + 512] = b"\0\0\0\0" * 128
    path.write_bytes(content)
    assert rules(taken(path)) == [("workbook_damaged", "a.xls")]


@pytest.mark.parametrize(
    "part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "docProps/app.xml"]
)
def test_an_entity_bomb(tmp_path: Path, taken: Taken, part: str) -> None:
    entities = (
        '<!ENTITY a "'
        + "a" * 1000
        + '">'
        + "".join(f'<!ENTITY {name} "{f"&{before};" * 100}">' for before, name in zip("abcde", "bcdef", strict=True))
    )
    doctype = f"<!DOCTYPE x [{entities}]>".encode()
    end = b"?>"
    path = changed(workbook(tmp_path / "a.xlsx"), {part: lambda xml: xml.replace(end, end + doctype, 1)})
    assert rules(taken(path)) == [("workbook_entities", "a.xlsx")]


def test_an_entity_bomb_in_an_ods(tmp_path: Path, taken: Taken) -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    path = write_ods(tmp_path / "a.ods", ODS.replace("?>", f"?>{doctype}", 1))
    assert rules(taken(path)) == [("workbook_entities", "a.ods")]


def test_a_cell_repeated_without_end_in_an_ods(tmp_path: Path, taken: Taken) -> None:
    many = 'table:number-columns-repeated="2" office:value-type="float"'
    path = write_ods(tmp_path / "a.ods", ODS.replace(many, many.replace('"2"', '"2000000000"')))
    assert rules(taken(path)) == [("sheet_too_large", "a.ods")]


def test_xml_in_another_encoding_is_not_read_as_nothing(tmp_path: Path, taken: Taken) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx"),
        {SHEET: lambda xml: xml.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")},
    )
    assert rules(taken(path)) == [("workbook_damaged", "a.xlsx")]


def test_elements_without_end(tmp_path: Path, taken: Taken) -> None:
    path = workbook(tmp_path / "a.xlsx")
    path = changed(path, {SHEET: lambda part: part.replace(b"<sheetData>", b"<sheetData><row>" + b"<a>" * 3_000_000)})
    assert rules(taken(path)) == [("workbook_damaged", "a.xlsx")]


def test_a_line_of_a_hundred_megabytes(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"school_year,school_code\n2024,")
        for piece in Zeros(100 << 20).pieces():
            file.write(piece)
    assert rules(taken(path)) == [("line_too_long", "a.csv")]


def test_nul_bytes(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"school_year,school_code\n2024,00\x0001\n")
    assert rules(taken(path)) == [("nul_bytes", "a.csv")]


def test_a_parquet_with_a_lying_footer(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"\0" * 100 + (0x7FFFFFFF).to_bytes(4, "little") + b"PAR1")
    assert rules(taken(path)) == [("file_damaged", "a.parquet")]


def test_a_folder_that_leads_out(tmp_path: Path, taken: Taken) -> None:
    folder = tmp_path / "county"
    folder.mkdir()
    (folder / "a.csv").symlink_to("/etc/hostname")
    (folder / "loop").symlink_to(folder)
    (folder / "root").symlink_to("/")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("../../out.csv", "x,y\n1,2\n")
    assert rules(taken(folder)) == [
        ("link_outside", "a.csv"),
        ("archive_path_outside", "b.zip/../../out.csv"),
        ("link_outside", "root"),
    ]
    assert not (tmp_path / "out.csv").exists()


def test_a_formula_that_calls_outside_is_not_calculated(tmp_path: Path, taken: Taken) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("表").write_formula("A1", '=WEBSERVICE("http://127.0.0.1:9/")', None, "x")
    result = taken(path)
    assert rules(result) == []
    assert [found[0] for found in result["said"]["warning"]] == ["formula_calls_outside"]
