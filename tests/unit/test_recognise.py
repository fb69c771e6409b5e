"""Which raw table a block is: taken when it is certain, and otherwise said to be in doubt, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from junheng.findings import CRITICAL, WARNING
from junheng.landing.constants import years_in
from junheng.landing.headers import match_header
from junheng.landing.model import Constant, Doubt, Reading
from junheng.landing.plain import word_rows
from junheng.landing.reading_findings import findings_of
from junheng.landing.recognise import recognise
from junheng.messages import Messages, catalogue
from tests.unit.landing_blocks import CONTRACT, block

PUPILS = "学年 学校标识码 学段 年级 在校生数"


def read(headers: str | Sequence[str], **beside: object) -> Reading:
    return recognise(block(headers, **beside), CONTRACT)  # type: ignore[arg-type]


def values(reading: Reading) -> dict[str, str]:
    return {constant.column: constant.value for constant in reading.constants}


def rules(reading: Reading) -> list[tuple[str, str, str | None]]:
    return [(doubt.rule_id, doubt.severity, doubt.column) for doubt in reading.doubts]


@pytest.mark.parametrize("table", CONTRACT)
@pytest.mark.parametrize("language", ["name", "name_zh"])
@pytest.mark.parametrize("file", ["x.csv", "学校.xlsx"])
def test_every_table_is_known_by_its_headers(table: str, language: str, file: str) -> None:
    columns = CONTRACT[table].columns
    reading = read([getattr(column, language) for column in columns], file=file, sheet="Sheet1")
    if file == "学校.xlsx" and table != "schools":
        # The name of the file says another table, which its headers are not.
        assert reading.table == table
        assert reading.doubts == (Doubt("name_and_headers_differ", WARNING, None, "schools", table),)
    else:
        assert reading.table == table
        assert [use.column for use in reading.columns] == [column.name for column in columns]
        assert {use.origin for use in reading.columns} == {"name"}
        assert (reading.unread, reading.missing, reading.doubts) == ({}, (), ())


@pytest.mark.parametrize("table", CONTRACT)
def test_the_required_columns_are_enough(table: str) -> None:
    required = [column.name for column in CONTRACT[table].columns if column.is_required]
    optional = [column.name for column in CONTRACT[table].columns if not column.is_required]
    # Keys alone are no table: at least one figure has to be there.
    extra = [] if table in ("schools", "enrolment", "classes", "staff", "rooms") else optional[:1]
    reading = read([*required, *extra])
    assert reading.table == table
    assert reading.missing == tuple(name for name in optional if name not in extra)


def test_pupils_by_class_are_classes_and_by_grade_are_enrolment() -> None:
    assert read(PUPILS).table == "enrolment"
    assert read(f"{PUPILS} 班号").table == "classes"
    assert read("年度 学校标识码 公用经费预算").table == "school_funding"
    assert read("年度 区县代码 学段 一般公共预算教育支出 在校学生数").table == "county_finance"
    assert read("年度 区县代码 学校标识码 公用经费预算 总支出").table == "school_funding"


def test_the_name_of_a_sheet_against_its_headers_is_a_doubt() -> None:
    reading = read(PUPILS, sheet="班级")
    assert (reading.table, reading.reason) == (None, "name_and_headers_differ")
    assert reading.candidates == ("enrolment", "classes")
    assert rules(reading) == [("table_in_doubt", CRITICAL, None)]


def test_the_sheet_speaks_before_the_file() -> None:
    assert read(PUPILS, sheet="学生", file="班级.xlsx").table == "enrolment"


def test_two_tables_that_fit_alike_are_a_doubt_unless_a_name_decides() -> None:
    headers = "学年 年度 学校标识码 教学仪器设备值 公用经费预算"
    reading = read(headers)
    assert (reading.table, reading.reason) == (None, "two_tables_fit")
    assert set(reading.candidates) == {"facilities", "school_funding"}
    assert rules(reading) == [("table_in_doubt", CRITICAL, None)]
    assert read(headers, file="各校经费汇总.csv").table == "school_funding"


@pytest.mark.parametrize(
    ("headers", "file", "lacking"),
    [
        ("学校标识码 学段 年级 在校生数", "x.csv", ["school_year"]),
        ("学年 学校标识码 在校生数", "学生.csv", ["stage", "grade"]),
    ],
)
def test_a_table_without_a_required_column_is_not_landed(headers: str, file: str, lacking: list[str]) -> None:
    reading = read(headers, file=file)
    assert (reading.table, reading.reason) == (None, "columns_missing")
    assert reading.candidates[0] == "enrolment"
    assert rules(reading) == [("missing_column", CRITICAL, name) for name in lacking]


def test_a_table_by_its_name_without_any_header_word_has_no_header() -> None:
    reading = read("乱 码", file="学生.csv")
    assert (reading.table, reading.candidates) == (None, ("enrolment",))
    assert rules(reading) == [("header_missing", CRITICAL, None)]


def test_a_cover_sheet_is_no_table_without_an_alarm() -> None:
    for headers in (["填写说明"], ["一、本表由学校填报", ""], [], ["代码", "含义"], ["填报人", "联系电话"]):
        reading = read(headers, sheet="封面", file="某校.xlsx")
        assert (reading.table, reading.reason, reading.doubts) == (None, "no_header_words", ())


def test_a_sheet_of_our_own_notes_is_no_table() -> None:
    assert read(PUPILS, sheet="填报说明").reason == "own_sheet"


def test_a_sheet_with_some_header_words_is_never_silent() -> None:
    reading = read("学校名称 学生数 班级数", sheet="汇总")
    assert reading.table is None
    assert rules(reading) == [("sheet_not_landed", WARNING, None)]
    reading = read("学年 学校名称 学校标识码 学生数 班级数", sheet="汇总")
    assert reading.table is None
    assert {severity for _, severity, _ in rules(reading)} == {CRITICAL}


def test_the_same_column_twice_is_a_doubt_unless_one_has_the_own_name() -> None:
    reading = read(f"{PUPILS} 招生人数 新生数")
    assert (reading.table, reading.reason) == (None, "columns_in_doubt")
    assert rules(reading) == [("duplicate_column", CRITICAL, "entrants")]
    reading = read(f"学校代码 {PUPILS}")
    assert reading.table == "enrolment"
    assert {use.column: use.header for use in reading.columns}["school_code"] == "学校标识码"
    assert reading.unread == {0: "学校代码"}


def test_units_of_header_and_title_become_factors() -> None:
    headers = ["学年", "学校标识码", "教学及辅助用房面积", "教学仪器设备值（万元）", "运动场地面积（公顷）"]
    reading = read(headers, titles=["单位：平方米、元"])
    assert reading.table == "facilities"
    read_as = {use.column: (use.unit, use.factor) for use in reading.columns}
    assert read_as["teaching_area_m2"] == ("平方米", 1)
    assert read_as["equipment_value_wan"] == ("万元", 1)
    assert read_as["sports_ground_area_m2"] == ("公顷", 10_000)
    money = read("年度 学校标识码 公用经费预算 总支出", titles=["单位：万元"])
    assert {use.factor for use in money.columns if use.unit} == {Decimal(10_000)}


def test_a_column_named_with_its_unit_takes_no_unit_from_a_title() -> None:
    reading = read("school_year school_code equipment_value_wan", titles=["单位：元"])
    assert {use.column: use.factor for use in reading.columns}["equipment_value_wan"] == 1


@pytest.mark.parametrize(
    ("header", "titles", "rule"),
    [
        ("教学仪器设备值（台）", [], "unit_of_another_kind"),
        ("运动场地面积（亩）", [], "unit_not_exact"),
        ("教学仪器设备值", ["单位：元、万元"], "unit_in_doubt"),
    ],
)
def test_a_column_whose_unit_is_in_doubt_is_an_error_and_not_read(header: str, titles: list[str], rule: str) -> None:
    one = block(["学年", "学校标识码", header, "网络多媒体教室"], titles=titles)
    reading = recognise(one, CONTRACT)
    assert reading.table == "facilities"
    assert [use.column for use in reading.columns] == ["school_year", "school_code", "multimedia_rooms"]
    assert rules(reading) == [(rule, CRITICAL, header)]
    # It is said once: neither as an unknown column nor as a missing one.
    assert [finding.rule_id for finding in findings_of(one, reading, Messages("en")) if finding.column == header] == [
        rule
    ]
    match = match_header(header, CONTRACT["facilities"])
    assert match is not None
    assert match.column not in reading.missing


def test_a_required_column_whose_unit_is_in_doubt_stops_the_table() -> None:
    reading = read(["学年", "学校标识码", "学段", "年级", "在校生数（间）"])
    assert (reading.table, reading.reason) == (None, "columns_missing")
    assert {rule for rule, _, _ in rules(reading)} == {"unit_of_another_kind", "missing_column"}


def test_columns_of_two_tables_and_no_key_of_either_are_a_question() -> None:
    reading = read("学年 学校标识码 面积", file="各校_数据.csv")
    assert (reading.table, reading.candidates) == (None, ("rooms",))
    assert rules(reading) == [("table_in_doubt", CRITICAL, None)]
    assert reading.doubts[0].expected == "room_id, room_kind"


def test_a_column_without_header_is_said_when_it_holds_something() -> None:
    headers = [*PUPILS.split(), "", ""]
    one = block(headers, rows=[["2024", "0500152001", "primary", "1", "44", None, "x"]])
    found = findings_of(one, recognise(one, CONTRACT), Messages("en"))
    assert [finding.found for finding in found if finding.rule_id == "column_without_header"] == ["#7"]


@pytest.mark.parametrize(
    ("beside", "origin", "year"),
    [
        ({"file": "2024年学生.csv"}, "file_name", "2024"),
        ({"file": "学生_2023-2024学年.xlsx"}, "file_name", "2023"),
        ({"file": "学生2023—2024.xlsx"}, "file_name", "2023"),
        ({"file": "2024/学生.csv"}, "folder_name", "2024"),
        ({"file": "2024报送/2023学年学生.csv"}, "file_name", "2023"),
        ({"sheet": "2022-2023"}, "sheet_name", "2022"),
        ({"titles": ["合成区2024-2025学年学生情况"]}, "title", "2024"),
        ({"titles": ["学年：2024"]}, "title", "2024"),
    ],
)
def test_the_school_year_is_taken_from_beside_the_table(beside: dict[str, object], origin: str, year: str) -> None:
    reading = read("学校标识码 学段 年级 在校生数", **beside)
    assert reading.table == "enrolment"
    assert [(constant.column, constant.value, constant.origin) for constant in reading.constants] == [
        ("school_year", year, origin)
    ]


@pytest.mark.parametrize(
    "beside",
    [
        {"file": "2023年学生_2024年.csv"},
        {"file": "学生2023.xlsx", "titles": ["2024-2025学年"]},
        {"file": "学生.xlsx", "sheet": "2022", "titles": ["2023学年"]},
    ],
)
def test_two_years_beside_a_table_are_a_doubt(beside: dict[str, object]) -> None:
    reading = read("学校标识码 学段 年级 在校生数", **beside)
    assert reading.table is None
    assert ("value_in_doubt", CRITICAL, "school_year") in rules(reading)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2024-2025学年", ["2024"]),
        ("2023年至2024年", ["2023", "2024"]),
        ("2021-2024", ["2021", "2024"]),
        ("20240915报送", []),
        ("2024.09.15", []),
        ("2024年9月1日", []),
        ("202409", []),
        ("3150002024", []),
        ("v2024.1", []),
        ("２０２４年", ["2024"]),
    ],
)
def test_years_in_a_text(text: str, years: list[str]) -> None:
    assert years_in(text, is_fiscal=False) == years


def test_a_school_year_is_no_fiscal_year() -> None:
    assert years_in("2023-2024学年经费", is_fiscal=True) == []
    assert read("学校标识码 公用经费预算", file="经费2023-2024学年.csv").table is None
    assert values(read("学校标识码 公用经费预算", file="学校经费2023.csv")) == {"fiscal_year": "2023"}


def test_a_workbook_of_one_school() -> None:
    reading = read(
        "年级 在校学生",
        file="2024年/3150000001 合成小学.xlsx",
        sheet="小学",
        titles=["合成小学学生情况表", "填表人：张三  填表日期：2024年9月20日"],
    )
    assert reading.table == "enrolment"
    assert {(constant.column, constant.value, constant.origin) for constant in reading.constants} == {
        ("school_year", "2024", "folder_name"),
        ("school_code", "3150000001", "file_name"),
        ("stage", "primary", "sheet_name"),
    }


def test_a_schools_name_does_not_say_the_stage() -> None:
    reading = read("学年 学校标识码 年级 在校生数", file="合成小学.xlsx", sheet="合成小学")
    assert rules(reading) == [("missing_column", CRITICAL, "stage")]
    assert values(read("学年 学校标识码 年级 在校生数", file="初中学生.csv"))["stage"] == "junior"


def test_a_title_line_gives_the_school_and_names_no_person() -> None:
    titles = ["学校标识码：0500152001   填表人：张三   联系电话：13800000000"]
    reading = read("学年 学段 年级 在校生数", titles=titles)
    assert reading.constants == (Constant("school_code", "0500152001", "title", "学校标识码:0500152001"),)


def test_a_date_is_neither_school_nor_county() -> None:
    assert values(read("学年 学段 年级 在校生数", file="2024091512.xlsx")) == {}
    assert values(read("年度 学段 在校学生数 一般公共预算教育支出", file="202409.xlsx")) == {}
    assert values(read("年度 学段 一般公共预算教育支出", file="500152.xlsx")) == {"county_code": "500152"}


def test_a_figure_is_never_a_constant() -> None:
    reading = read("学年 学校标识码 学段 年级", titles=["在校生数：120"], sheet="学生")
    assert rules(reading) == [("missing_column", CRITICAL, "pupils")]


def test_personal_columns_are_never_read() -> None:
    reading = read(f"{PUPILS} 姓名 身份证号 备注")
    assert reading.table == "enrolment"
    assert reading.personal == {5, 6}
    assert set(reading.unread) == {5, 6, 7}


def test_findings_name_headers_and_what_depends_on_missing_columns() -> None:
    one = block(f"{PUPILS} 姓名 备注 食堂", titles=["学生表"])
    reading = recognise(one, CONTRACT)
    found = findings_of(one, reading, Messages("en"))
    assert {(finding.rule_id, finding.column) for finding in found if finding.rule_id != "optional_column_missing"} == {
        ("personal_column_not_read", "姓名"),
        ("column_not_read", "食堂"),
    }
    assert {finding.row for finding in found} == {2}
    missing = {finding.column: finding.title for finding in found if finding.rule_id == "optional_column_missing"}
    retention = "entrants, graduates, transfers_in, transfers_out, suspended, resumed, deaths"
    assert "three-year retention" in str(missing[retention])
    assert len(missing) == 4


def test_findings_of_a_block_in_doubt_name_its_likeliest_table() -> None:
    one = block("学校标识码 学段 年级 在校生数 姓名", sheet="学生")
    found = findings_of(one, recognise(one, CONTRACT), Messages("zh"))
    assert [(finding.rule_id, finding.table, finding.column) for finding in found] == [
        ("missing_column", "enrolment", "school_year"),
        ("personal_column_not_read", None, "姓名"),
    ]
    assert found[0].expected == "school_year / 学年"


def test_every_column_that_may_be_missing_says_what_depends_on_it() -> None:
    optional = {
        f"{table.name}.{column.name}"
        for table in CONTRACT.values()
        for column in table.columns
        if not column.is_required
    }
    assert set(catalogue()["depends_on_column"]) == optional


def test_names_of_tables_are_unambiguous() -> None:
    names = [(row["table_name"], row["synonym"]) for row in word_rows("tables")]
    assert {table for table, _ in names} == set(CONTRACT)
    assert len({name for _, name in names}) == len(names)
