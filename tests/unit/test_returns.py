"""Workbooks that go back to schools: whose rows they hold, how wrong cells are marked, how their files are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.returns import FileNames, Returned, School, safe_part, write_returns

CONTRACT = read_contract(packaged_project().standards)
ZH = Messages("zh")
PLACE = "_source_file varchar, _source_sheet varchar, _source_row bigint"
SCHOOL = {"school_year": 2024, "county_code": "500152", "school_kind": "primary", "ownership": "public"}
FORMULA = '=HYPERLINK("http://x")&<b>'
UNKNOWN, INDEX, PROBLEMS = "未能归到学校.xlsx", "目录.xlsx", "问题清单"
RED, AMBER = "FFFFC7CE", "FFFFEB9C"


class Landed:
    """Raw tables and findings as a landing leaves them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as scratch; create schema raw; create schema quality")
        for table in CONTRACT.values():
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
            self.connection.execute(f"create table raw.{table.name} ({columns}, {PLACE})")
        self.connection.execute(
            "create table quality.rejected_row (table_name varchar, source_file varchar, source_sheet varchar,"
            " source_row bigint, cells json, reasons varchar[])"
        )
        self.findings = Findings(self.connection)

    def row(self, table: str, file: str, row: int, **values: object) -> None:
        cells = {**values, "_source_file": file, "_source_row": row}
        names = ", ".join(f'"{name}"' for name in cells)
        marks = ", ".join("?" * len(cells))
        self.connection.execute(f"insert into raw.{table} ({names}) values ({marks})", list(cells.values()))

    def rejected(self, table: str, file: str, row: int, cells: str) -> None:
        self.connection.execute(
            "insert into quality.rejected_row values (?, ?, null, ?, ?, [])", [table, file, row, cells]
        )

    def wrong(self, table: str | None, file: str, row: int | None, column: str | None, **facts: str) -> None:
        severity = facts.pop("severity", CRITICAL)
        given = {"title": "人数不对", "action": "改成实际人数", **facts}
        self.findings.add(Finding("rule", severity, table, file, row=row, column=column, **given))  # type: ignore[arg-type]

    def returned(self, **options: bool) -> Returned | None:
        return write_returns(self.findings, self.folder / "returns", ZH, **options)

    def book(self, name: str) -> Workbook:
        return load_workbook(self.folder / "returns" / name)

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "returns").iterdir())


@pytest.fixture
def landed(tmp_path: Path) -> Iterator[Landed]:
    """Two schools with two classes each, in one file."""
    county = Landed(tmp_path)
    for number, name in ((1, "甲小学"), (2, "乙小学")):
        code = f"050015200{number}"
        county.row("schools", "学校.csv", 1 + number, school_code=code, school_name=name, **SCHOOL)
        for class_no in (1, 2):
            county.row(
                "classes",
                "班级.csv",
                2 * number + class_no - 1,
                school_year=2024,
                school_code=code,
                stage="primary",
                grade=1,
                class_no=f"0{class_no}",
                pupils=40 + class_no,
            )
    yield county
    county.connection.close()


def values(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def colour(sheet: Worksheet, cell: str) -> str | None:
    fill = sheet[cell].fill
    return str(fill.fgColor.rgb) if fill.fill_type else None


def test_nothing_wrong_returns_nothing(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 2, "pupils", severity=WARNING)
    assert landed.returned() is None
    assert not (landed.folder / "returns").exists()


def test_a_school_gets_all_of_its_rows_and_no_others(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 3, "pupils")
    assert landed.returned() == Returned(landed.folder / "returns", 1, 1, False)
    assert landed.files() == ["0500152001_甲小学.xlsx", INDEX]
    book = landed.book("0500152001_甲小学.xlsx")
    assert book.sheetnames == [PROBLEMS, "填报说明", "学校", "班级"]
    assert values(book["班级"]) == [
        [2024, "0500152001", "小学", 1, "01", 41, None, "班级.csv · 第2行"],
        [2024, "0500152001", "小学", 1, "02", 42, "人数不对", "班级.csv · 第3行"],
    ]
    assert [cell.value for cell in book["班级"][1]][-3:] == ["班额（人）*", "问题", "来源"]


def test_the_wrong_cell_is_coloured_and_says_what_to_do(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 3, "pupils", found="42", expected="≤ 40")
    landed.wrong("classes", "班级.csv", 2, "grade", severity=WARNING)
    landed.returned()
    sheet = landed.book("0500152001_甲小学.xlsx")["班级"]
    assert colour(sheet, "F3") == RED
    assert colour(sheet, "D2") == AMBER
    assert colour(sheet, "E3") is None
    assert sheet["F3"].comment.text == "人数不对\n实际: 42\n应为: ≤ 40\n处理: 改成实际人数"
    assert not sheet["F3"].protection.locked


def test_a_finding_about_the_key_marks_all_its_cells(landed: Landed) -> None:
    landed.wrong("schools", "学校.csv", 2, "school_year, school_code")
    landed.returned()
    sheet = landed.book("0500152001_甲小学.xlsx")["学校"]
    assert [colour(sheet, cell) for cell in ("A2", "B2", "C2")] == [RED, RED, None]


def test_a_finding_about_no_column_marks_the_remark(landed: Landed) -> None:
    landed.wrong("schools", "学校.csv", 2, "table")
    landed.returned()
    sheet = landed.book("0500152001_甲小学.xlsx")["学校"]
    position = len(CONTRACT["schools"].columns) + 1
    assert sheet.cell(2, position).value == "人数不对"
    assert sheet.cell(2, position).comment is not None


def test_the_list_leads_to_the_cell(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 3, "pupils", found="42", expected="≤ 40")
    landed.returned()
    sheet = landed.book("0500152001_甲小学.xlsx")[PROBLEMS]
    assert sheet["B4"].hyperlink.location == "'班级'!F3"
    assert [sheet.cell(4, position).value for position in (1, 3, 4, 5, 6, 7, 8)] == [
        "错误",
        "班额（人）",
        "42",
        "≤ 40",
        "人数不对",
        "改成实际人数",
        "班级.csv · 第3行",
    ]


def test_a_rejected_row_comes_back_as_it_was_written(landed: Landed) -> None:
    cells = '{"school_year": "2024", "school_code": " 0500152002", "class_no": "003", "pupils": "四十五"}'
    landed.rejected("classes", "班级.csv", 9, cells)
    landed.wrong("classes", "班级.csv", 9, "pupils", found="四十五")
    landed.returned()
    sheet = landed.book("0500152002_乙小学.xlsx")["班级"]
    assert values(sheet)[-1][:6] == [2024, " 0500152002", None, None, "003", "四十五"]
    assert colour(sheet, "F4") == RED


def test_rows_of_no_known_school_go_into_one_workbook(landed: Landed) -> None:
    landed.row("classes", "班级.csv", 7, school_year=2024, school_code="9", stage="primary", grade=1, class_no="01")
    landed.row("county_finance", "区县经费.csv", 2, fiscal_year=2024, county_code="500152", stage="all", pupils=-1)
    landed.wrong("classes", "班级.csv", 7, "school_code")
    landed.wrong("county_finance", "区县经费.csv", 2, "pupils")
    landed.wrong("schools", "学校.csv", None, "school_kind")
    assert landed.returned() == Returned(landed.folder / "returns", 0, 0, True)
    book = landed.book(UNKNOWN)
    assert [row[1] for row in values(book["班级"])] == ["9"]
    assert colour(book["区县经费"], "E2") == RED
    assert [row[7] for row in values(book[PROBLEMS])[2:]] == ["班级.csv · 第7行", "区县经费.csv · 第2行", "学校.csv"]


def test_a_row_without_a_code_in_the_file_of_one_school_is_of_this_school(landed: Landed) -> None:
    landed.row("rooms", "乙.xlsx", 2, school_year=2024, school_code="0500152002", room_id="1", room_kind="art")
    landed.rejected("rooms", "乙.xlsx", 3, '{"school_year": "2024", "room_id": "2", "room_kind": "art"}')
    landed.wrong("rooms", "乙.xlsx", 3, "school_code")
    landed.wrong(None, "乙.xlsx", None, None)
    assert landed.returned() == Returned(landed.folder / "returns", 1, 1, False)
    book = landed.book("0500152002_乙小学.xlsx")
    assert colour(book["专用教室"], "B3") == RED
    assert len(values(book[PROBLEMS])) == 4


def test_warnings_go_back_when_they_stop_the_build(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 2, "pupils", severity=WARNING)
    assert landed.returned(with_warnings=True) == Returned(landed.folder / "returns", 1, 1, False)


def test_personal_numbers_do_not_go_back(landed: Landed) -> None:
    landed.row("staff", "教职工.csv", 2, school_year=2024, school_code="0500152001", staff_id="500152199001011234")
    landed.rejected("staff", "教职工.csv", 3, '{"school_code": "0500152001", "annual_pay_yuan": "电话13812345678"}')
    landed.wrong("staff", "教职工.csv", 2, "staff_id")
    landed.returned()
    sheet = landed.book("0500152001_甲小学.xlsx")["教职工"]
    assert sheet["C2"].value == sheet["N3"].value == ZH.text("returns", "hidden")


def test_what_was_written_before_is_kept(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 2, "pupils")
    landed.returned()
    corrected = landed.folder / "returns" / "0500152001_甲小学.xlsx"
    corrected.write_bytes(b"corrected")
    landed.returned()
    assert (landed.folder / "returns-1" / corrected.name).read_bytes() == b"corrected"
    assert corrected.read_bytes() != b"corrected"


def test_the_index_names_every_school_and_its_workbook(landed: Landed) -> None:
    landed.wrong("classes", "班级.csv", 2, "pupils")
    landed.wrong("classes", "班级.csv", 2, "grade", severity=WARNING)
    landed.returned()
    rows = values(landed.book(INDEX)["目录"])
    assert rows == [["0500152001", "甲小学", 1, 1, "0500152001_甲小学.xlsx"]]


def test_a_hostile_name_is_text_in_the_workbook_and_harmless_in_its_file(landed: Landed) -> None:
    code = "../../" + "x" * 200
    landed.row("schools", "学校.csv", 9, school_code=code, school_name=FORMULA, **SCHOOL)
    landed.wrong("schools", "学校.csv", 9, "school_name", found=FORMULA)
    landed.returned()
    (name,) = [name for name in landed.files() if name != INDEX]
    assert name == "x" * 32 + "_HYPERLINK-http-x-b.xlsx"
    cell = landed.book(name)["学校"]["C2"]
    assert (cell.value, cell.data_type) == (FORMULA, "s")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("../a/b", "a-b"), ("CON.", "CON"), ("a\n\tb", "a-b"), ("中" * 200, "中" * 30), ("-_-", ""), ("c:\\x*?", "c-x")],
)
def test_parts_of_file_names_are_safe(text: str, safe: str) -> None:
    assert safe_part(text, 30) == safe


def test_two_schools_never_share_a_file() -> None:
    names = FileNames()
    schools = [School("A/1", "x", 1, 0), School("a-1", "X", 1, 0), School("", None, 1, 0), School("/", "", 1, 0)]
    assert [names.of_school(school) for school in schools] == ["A-1_x.xlsx", "a-1_X-2.xlsx", "-.xlsx", "--2.xlsx"]


def test_more_workbooks_than_a_county_sends_are_listed_and_not_written(
    landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("junheng.returns.MOST_WORKBOOKS", 1)
    landed.wrong("classes", "班级.csv", 2, "pupils")
    landed.wrong("classes", "班级.csv", 4, "pupils")
    assert landed.returned() == Returned(landed.folder / "returns", 2, 1, False)
    assert landed.files() == ["0500152001_甲小学.xlsx", INDEX]
    assert values(landed.book(INDEX)["目录"])[1][4] == ZH.text("returns", "not_written", most=1)


def test_nothing_is_left_behind_in_the_build_file(landed: Landed) -> None:
    def count() -> object:
        return landed.connection.execute("select count(*) from duckdb_tables()").fetchone()

    before = count()
    landed.wrong("classes", "班级.csv", 2, "pupils")
    landed.returned()
    assert count() == before


def test_a_returned_workbook_carries_nothing_that_landing_would_not_know() -> None:
    import csv

    import junheng.landing
    from junheng.raw_contract import plain_name

    path = Path(junheng.landing.__file__).parent / "words" / "ignored.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        known = {(row["kind"], plain_name(row["word"])) for row in csv.DictReader(lines)}
    for language in ("zh", "en"):
        messages = Messages(language)
        for kind, key in (("sheet", "problems"), ("sheet", "index"), ("header", "problem"), ("header", "origin")):
            assert (kind, plain_name(messages.text("returns", key))) in known
