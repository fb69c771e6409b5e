"""Statistics forms: rows of a raw table from the layouts written down in `words/form_columns.csv`."""

from __future__ import annotations

from pathlib import Path

import pytest

from junheng.findings import CRITICAL, WARNING, Findings
from junheng.landing.form_layouts import form_named, forms
from junheng.landing.forms import LayoutError, form_of, unpivot
from junheng.landing.land import land
from junheng.landing.mapping import LandingMap, MapEntry
from junheng.landing.model import Block, GridRows, Reading, TextRows
from junheng.landing.plain import word_rows
from junheng.landing.recognise import recognise
from junheng.messages import Messages
from junheng.workspace import workspace
from tests.unit.landing_blocks import CONTRACT, block

PRIMARY = [
    "",
    "毕业生数",
    "招生数",
    "在校生数 / 合计",
    *(f"在校生数 / {grade}年级" for grade in "一二三四五六"),
    "预计毕业生数",
]
TITLE = "教基3112  小学学生数  2024-2025学年  学校标识码：0500152001  单位：人"
COUNTS = ["70", "61", "363", "61", "62", "60", "59", "60", "61", "61"]


def primary(counts: list[str], **beside: object) -> Block:
    rows = [["总计", *counts], ["其中：女", *["30"] * 10], ["少数民族", *["1"] * 10]]
    return block(PRIMARY, titles=[TITLE], rows=rows, **beside)  # type: ignore[arg-type]


def landed(one: Block, reading: Reading) -> list[dict[str, str | None]]:
    """The rows as they would be landed."""
    rows = unpivot(one, reading.form or "")
    assert isinstance(rows.rows, GridRows)
    beside = {constant.column: constant.value for constant in reading.constants}
    return [beside | {use.column: row[use.position] for use in reading.columns} for row in rows.rows.rows]


def rules(reading: Reading) -> set[tuple[str, str]]:
    return {(doubt.rule_id, doubt.severity) for doubt in reading.doubts}


def test_pupils_of_a_primary_school_by_grade() -> None:
    one = primary(COUNTS)
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.form) == ("enrolment", "教基3112")
    rows = landed(one, reading)
    assert [(row["grade"], row["pupils"], row["entrants"]) for row in rows] == [
        ("1", "61", "61"),
        *((str(grade), count, None) for grade, count in zip(range(2, 7), COUNTS[4:9], strict=True)),
    ]
    assert {(row["school_year"], row["school_code"], row["stage"]) for row in rows} == {
        ("2024", "0500152001", "primary")
    }


def test_an_unconfirmed_layout_and_figures_of_the_year_before_are_said() -> None:
    reading = recognise(primary(COUNTS), CONTRACT)
    assert rules(reading) == {("form_layout_unconfirmed", WARNING), ("form_value_of_other_year", WARNING)}
    assert [doubt.column for doubt in reading.doubts if doubt.rule_id == "form_value_of_other_year"] == ["毕业生数"]
    assert "graduates" in reading.missing


def test_a_total_that_is_not_the_sum_of_the_grades_is_an_error_with_its_row() -> None:
    reading = recognise(primary([*COUNTS[:2], "364", *COUNTS[3:]]), CONTRACT)
    wrong = next(doubt for doubt in reading.doubts if doubt.rule_id == "form_total_differs")
    assert (wrong.severity, wrong.found, wrong.expected, wrong.row) == (CRITICAL, "364", "363", 3)


def test_rows_of_a_form_that_hold_no_raw_value_are_kept_as_lines() -> None:
    one = primary(COUNTS)
    rows = unpivot(one, "教基3112")
    assert [(line.row, line.text) for line in rows.titles[1:]] == [(4, "其中：女"), (5, "少数民族")]
    assert isinstance(rows.rows, GridRows)
    assert list(rows.rows.numbers) == [3] * 6


def test_the_old_number_and_the_junior_form() -> None:
    headers = ["", "招生数", "在校生数 / 计", "在校生数 / 一年级", "在校生数 / 二年级", "在校生数 / 三年级"]
    one = block(
        headers,
        file="2024/0500152002.xls",
        sheet="基础基313",
        rows=[["一、总计", "90", "270", "90", "91", "89"]],
    )
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.form) == ("enrolment", "教基3115")
    assert [(row["stage"], row["grade"], row["pupils"]) for row in landed(one, reading)] == [
        ("junior", "7", "90"),
        ("junior", "8", "91"),
        ("junior", "9", "89"),
    ]


def test_a_form_of_many_schools_gives_rows_for_each() -> None:
    headers = ["学校标识码", "学校名称", *PRIMARY[2:-1]]
    rows = [["0500152001", "合成小学01", *COUNTS[1:9]], ["0500152002", "合成小学02", *COUNTS[1:9]]]
    one = block(headers, titles=["教基3112 2024-2025学年"], rows=rows)
    reading = recognise(one, CONTRACT)
    assert reading.table == "enrolment"
    assert [(row["school_code"], row["grade"]) for row in landed(one, reading)] == [
        (code, str(grade)) for code in ("0500152001", "0500152002") for grade in range(1, 7)
    ]


def test_buildings_and_grounds_by_their_old_numbers() -> None:
    buildings = block(
        ["", "校舍建筑面积 / 计", "校舍建筑面积 / 其中：危房"],
        titles=["基础基512 2024-2025学年 学校标识码：0500152001 单位：平方米"],
        rows=[
            ["总计", "9000", "0"],
            ["一、教学及辅助用房", "5000.5", "0"],
            ["（一）普通教室", "3000", "0"],
            ["（二）室内体育用房", "600", "0"],
        ],
    )
    reading = recognise(buildings, CONTRACT)
    assert reading.table == "facilities"
    assert landed(buildings, reading) == [
        {
            "school_year": "2024",
            "school_code": "0500152001",
            "teaching_area_m2": "5000.5",
            "indoor_sports_area_m2": "600",
        }
    ]
    grounds = block(
        ["", "占地面积 / 其中：运动场地面积", "固定资产总值 / 其中：教学仪器设备资产值（元）"],
        titles=["基础基522 2024-2025学年 学校标识码：0500152001"],
        rows=[["总计", "7445.5", "4298000"]],
    )
    reading = recognise(grounds, CONTRACT)
    assert landed(grounds, reading)[0]["sports_ground_area_m2"] == "7445.5"
    # The unit of the form's header holds.
    assert {use.column: str(use.factor) for use in reading.columns}["equipment_value_wan"] == "0.0001"


def test_a_unit_in_the_title_of_a_form_holds() -> None:
    one = block(
        ["", "固定资产总值 / 其中：教学仪器设备资产值"],
        titles=["基础基522 2024-2025学年 学校标识码：0500152001", "单位：元"],
        rows=[["总计", "4298000"]],
    )
    assert {use.column: str(use.factor) for use in recognise(one, CONTRACT).columns}["equipment_value_wan"] == "0.0001"


@pytest.mark.parametrize("number", ["教基5176", "教基5170"])
def test_which_of_5176_and_5170_is_which_is_never_guessed(number: str) -> None:
    one = block(["", "校舍建筑面积"], titles=[f"{number} 2024-2025学年"], rows=[["教学及辅助用房", "1"]])
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.reason) == (None, "form_in_doubt")
    assert [(doubt.rule_id, doubt.severity, doubt.expected) for doubt in reading.doubts] == [
        ("form_in_doubt", CRITICAL, "基础基512, 基础基522")
    ]
    entry = MapEntry(1, "*", form="基础基512", values={"school_code": "0500152001"})
    settled = recognise(one, CONTRACT, LandingMap(entries=(entry,)))
    assert (settled.table, settled.form) == ("facilities", "基础基512")


@pytest.mark.parametrize("number", ["教基2106", "教基2107", "教基4149", "基础基423", "教基1102"])
def test_forms_of_totals_are_no_raw_tables_and_say_so(number: str) -> None:
    one = block(["", "合计", "小学"], sheet=number, rows=[["总计", "1", "2"]])
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.reason) == (None, "form_without_rows")
    assert rules(reading) == {("form_not_landed", WARNING)}


def test_the_basics_of_a_school_stand_beside_their_labels() -> None:
    one = block(
        ["学校（机构）名称", "合成小学01", "学校（机构）标识码", "0500152001"],
        titles=["教基1001 学校（机构）基本情况 2024-2025学年 区县代码：500152"],
        rows=[["办学类型", "小学", "举办者", "公办"], ["城乡类型", "乡村", None, None]],
    )
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.form) == ("schools", "教基1001")
    assert landed(one, reading) == [
        {
            "school_year": "2024",
            "county_code": "500152",
            "school_name": "合成小学01",
            "school_code": "0500152001",
            "school_kind": "小学",
            "ownership": "公办",
            "area_kind": "乡村",
        }
    ]


def test_a_list_of_schools_with_grades_beside_each_other() -> None:
    headers = ["学校标识码", "学校名称", "一年级", "二年级", "七年级", "合计"]
    rows = [
        ["0500152001", "甲", "30", "31", None, "61"],
        ["0500152002", "乙", "", " ", "45", "45"],
        ["", "制表", *[None] * 4],
    ]
    one = block(headers, file="2024年学生.xlsx", rows=rows)
    reading = recognise(one, CONTRACT)
    assert (reading.table, reading.form) == ("enrolment", "grades_beside")
    assert [(row["school_code"], row["stage"], row["grade"], row["pupils"]) for row in landed(one, reading)] == [
        ("0500152001", "primary", "1", "30"),
        ("0500152001", "primary", "2", "31"),
        ("0500152002", "junior", "7", "45"),
    ]
    assert rules(reading) == {("form_layout_unconfirmed", WARNING)}


def test_grades_beside_each_other_that_may_count_something_else_are_no_pupils() -> None:
    assert recognise(block("学校标识码 一年级 二年级 合计", file="2024年.xlsx"), CONTRACT).form is None
    classes = block(["学校标识码", "班级数 / 一年级", "班级数 / 二年级"], file="2024年学生.xlsx")
    assert recognise(classes, CONTRACT).form is None
    girls = block(["学校标识码", "一年级 / 女", "二年级 / 女", "在校生数"], file="2024年.xlsx")
    assert recognise(girls, CONTRACT).form is None


def test_a_list_as_text_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("title\n学校标识码;一年级;二年级;在校生数\n\n0500152001;30;31;61\n", encoding="utf-8")
    grid = block("学校标识码 一年级 二年级 在校生数", file="2024.csv")
    one = Block(**{**vars(grid), "rows": TextRows(path, ";", 2, 3)})
    rows = unpivot(one, "grades_beside")
    assert isinstance(rows.rows, GridRows)
    assert list(rows.rows.numbers) == [4, 4]
    assert [row[-1] for row in rows.rows.rows] == ["30", "31"]


def test_a_layout_that_differs_is_never_read_by_halves() -> None:
    reading = recognise(block(["", "男", "女"], sheet="教基3112", rows=[["总计", "1", "2"]]), CONTRACT)
    assert (reading.table, reading.reason) == (None, "form_layout_differs")
    assert rules(reading) == {("form_layout_differs", CRITICAL)}
    twice = primary(COUNTS)
    assert isinstance(twice.rows, GridRows)
    doubled = Block(**{**vars(twice), "rows": GridRows([*twice.rows.rows, ["合计", *COUNTS]], [3, 4, 5, 6])})
    with pytest.raises(LayoutError, match="总计, 合计"):
        unpivot(doubled, "教基3112")


def test_two_numbers_beside_a_block_name_no_form() -> None:
    assert form_of(block(["a", "b"], titles=["教基3112、教基3115"])) is None
    assert form_of(block(["a", "b"], sheet="教基31123")) is None


def test_a_raw_table_that_only_mentions_a_form_stays_one() -> None:
    one = block("学年 学校标识码 学段 年级 在校生数", titles=["按教基3112整理"])
    assert (recognise(one, CONTRACT).table, recognise(one, CONTRACT).form) == ("enrolment", None)


def test_the_data_of_forms_are_consistent() -> None:
    layouts = {row["layout"] for row in word_rows("form_columns")}
    assert {form.layout for form in forms() if form.layout} == layouts
    for form in forms():
        assert form.status in ("CONFIRMED", "UNCONFIRMED")
        assert form_named(form.name) is form
        known = {column.name for column in CONTRACT[form.table].columns} if form.table else set()
        for cell in form.cells:
            assert (cell.total_of or cell.column) in known
            assert cell.status == "UNCONFIRMED"
        assert not (form.layout and form.is_confirmed)
    numbers = [name for form in forms() for name in form.names]
    assert len(set(numbers)) == len(numbers)


def test_a_form_is_landed_as_rows_with_the_place_of_each_value(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    text = "学校标识码,学校名称,一年级,二年级,七年级,合计\n0500152001,甲,30,31,,61\n0500152002,乙,,,4x,45\n"
    (folder / "2024年学生.csv").write_text(text, encoding="utf-8")
    with workspace(tmp_path / "out") as work, work.connect() as connection:
        findings = Findings(connection)
        land(connection, folder, CONTRACT, findings, Messages("en"), work.landing)
        query = "select school_year, school_code, stage, grade, pupils, _source_row from raw.enrolment order by all"
        assert connection.execute(query).fetchall() == [
            (2024, "0500152001", "primary", 1, 30, 2),
            (2024, "0500152001", "primary", 2, 31, 2),
        ]
        wrong = [finding for finding in findings.first(CRITICAL, 9) if finding.column == "pupils"]
        assert [(finding.row, finding.found) for finding in wrong] == [(3, "4x")]
