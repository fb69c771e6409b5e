"""The map that a county gives: it beats what is recognised, is read strictly, and a draft of it changes nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from junheng.errors import UsageError
from junheng.landing.map_draft import draft
from junheng.landing.mapping import LandingMap, read_map
from junheng.landing.model import Block, Reading
from junheng.landing.recognise import recognise
from junheng.messages import Messages
from tests.unit.landing_blocks import CONTRACT, block

PUPILS = "学年 学校标识码 学段 年级 在校生数"


@pytest.fixture
def mapped(tmp_path: Path):  # type: ignore[no-untyped-def]
    def read(text: str) -> LandingMap:
        path = tmp_path / "map.yml"
        path.write_text(text, encoding="utf-8")
        return read_map(path, CONTRACT)

    return read


def same(reading: Reading) -> tuple[object, ...]:
    """What a reading says, apart from who said it."""
    return (
        reading.table,
        {(use.position, use.column, use.unit, use.factor) for use in reading.columns},
        {(constant.column, constant.value) for constant in reading.constants},
        dict(reading.unread),
        reading.personal,
        reading.missing,
        reading.form,
        reading.reason,
        reading.candidates,
    )


def test_a_map_gives_table_columns_units_and_values(mapped) -> None:  # type: ignore[no-untyped-def]
    landing_map = mapped("""
- file: "*/经费*.xlsx"
  sheet: 表?
  table: school_funding
  columns:
    钱: public_funds_budget_yuan
    "#3": skip
    校: school_code
  units: {钱: 万元}
  values:
    fiscal_year: 2023
""")
    one = block("校 钱 总支出 备考", file="某县/经费2024.xlsx", sheet="表1")
    reading = recognise(one, CONTRACT, landing_map)
    assert reading.table == "school_funding"
    assert {use.column: (use.position, use.unit, use.factor, use.origin) for use in reading.columns} == {
        "school_code": (0, None, Decimal(1), "map"),
        "public_funds_budget_yuan": (1, "万元", Decimal(10000), "map"),
    }
    assert [(constant.column, constant.value, constant.origin) for constant in reading.constants] == [
        ("fiscal_year", "2023", "map")
    ]
    assert reading.unread == {2: "总支出", 3: "备考"}
    assert reading.missing == ("public_funds_spend_yuan", "training_spend_yuan", "total_spend_yuan")
    landing_map.require_used([one])


def test_codes_in_a_map_keep_their_zeros(mapped) -> None:  # type: ignore[no-untyped-def]
    landing_map = mapped("- file: x.xlsx\n  values: {school_code: 0500152001, school_year: 2024}\n")
    reading = recognise(block("学段 年级 在校生数"), CONTRACT, landing_map)
    assert reading.table == "enrolment"
    assert {constant.column: constant.value for constant in reading.constants} == {
        "school_code": "0500152001",
        "school_year": "2024",
    }


def test_a_map_settles_what_is_in_doubt_and_skips(mapped) -> None:  # type: ignore[no-untyped-def]
    doubtful = block("学年 年度 学校标识码 教学仪器设备值 公用经费预算")
    assert recognise(doubtful, CONTRACT).table is None
    landing_map = mapped("- file: x.xlsx\n  table: facilities\n")
    assert recognise(doubtful, CONTRACT, landing_map).table == "facilities"
    skipped = recognise(doubtful, CONTRACT, mapped("- file: x.xlsx\n  table: skip\n"))
    assert (skipped.table, skipped.is_skipped, skipped.reason) == (None, True, "skipped_by_map")


def test_the_last_entry_that_fits_holds(mapped) -> None:  # type: ignore[no-untyped-def]
    landing_map = mapped('- file: "*"\n  table: skip\n- file: x.xlsx\n  sheet: 学生\n  header_rows: [2, 3]\n')
    assert recognise(block(PUPILS, sheet="学生"), CONTRACT, landing_map).table == "enrolment"
    assert recognise(block(PUPILS, sheet="其他"), CONTRACT, landing_map).is_skipped
    assert landing_map.header_rows("x.xlsx", "学生") == (2, 3)
    assert landing_map.header_rows("x.xlsx", "其他") is None


def test_a_unit_of_another_kind_is_a_doubt_in_a_map_too(mapped) -> None:  # type: ignore[no-untyped-def]
    landing_map = mapped("- file: x.xlsx\n  units: {教学仪器设备值: 台}\n")
    reading = recognise(block("学年 学校标识码 教学仪器设备值 网络多媒体教室"), CONTRACT, landing_map)
    assert [doubt.rule_id for doubt in reading.doubts] == ["unit_of_another_kind"]
    assert "equipment_value_wan" not in {use.column for use in reading.columns}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("file: x\n", 1, "map_wrong"),
        ("- x\n", 1, "map_wrong"),
        ("- table: schools\n", 1, "map_wrong"),
        ("- file: x\n  tabel: schools\n", 2, "map_wrong"),
        ("- file: x\n  table: pupils\n", 2, "map_wrong"),
        ("- file: x\n  block: 0\n", 2, "map_wrong"),
        ("- file: x\n  header_rows: 3\n", 2, "map_wrong"),
        ("- file: x\n  header_rows: [a]\n", 2, "map_wrong"),
        ("- file: x\n  table: rooms\n  columns:\n    人数: pupils\n", 4, "map_wrong"),
        ("- file: x\n  columns:\n    人数:\n", 3, "map_wrong"),
        ("- file: x\n  units:\n    面积: 光年\n", 3, "map_wrong"),
        ("- file: x\n  values:\n    year: 2024\n", 3, "map_wrong"),
        ("- file: x\n  form: 教基9999\n", 2, "map_wrong"),
        ("- file: x\n  columns:\n    甲: stage\n    甲: grade\n", 4, "map_key_twice"),
        ("- file: x\n  columns: {\n", 3, "map_unreadable"),
    ],
)
def test_what_a_map_may_not_say_is_refused_with_its_line(mapped, text: str, line: int, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError) as caught:
        mapped(text)
    assert (caught.value.message_id, caught.value.row) == (message, line)
    assert Messages("en").error(caught.value)


def test_a_map_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_map(tmp_path / "none.yml", CONTRACT)
    assert caught.value.message_id == "map_unreadable"


@pytest.mark.parametrize(
    ("text", "message", "found"),
    [
        ("- file: x.xlsx\n- file: y.xlsx\n", "map_entry_unused", "y.xlsx"),
        ("- file: x.xlsx\n- file: x.xlsx\n  sheet: 二\n", "map_entry_unused", "x.xlsx / 二"),
        ("- file: x.xlsx\n- file: x.xlsx\n  columns: {人数: pupils}\n", "map_header_unused", "人数"),
        ("- file: x.xlsx\n- file: x.xlsx\n  units: {'#9': 元}\n", "map_header_unused", "#9"),
    ],
)
def test_an_entry_that_fits_nothing_is_refused(mapped, text: str, message: str, found: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError) as caught:
        mapped(text).require_used([block(PUPILS, sheet="一")])
    assert (caught.value.message_id, caught.value.row, caught.value.found) == (message, 2, found)


READ: list[Block] = [
    block(PUPILS, file="学生.csv"),
    block(f"{PUPILS} 姓名 备注 食堂", file="2024/学生[1]*.xlsx", sheet="a: b #1"),
    block("学校标识码 教学仪器设备值 教学及辅助用房", file="办学条件2024.xlsx", sheet="1", titles=["单位：元、平方米"]),
    block(["学 年", "学校（机构）\n标识码", "运动场地面积(公顷)", "", "", "x'\"y"], file="z.xlsx", sheet="0050"),
    block(f"学校代码 {PUPILS}", file="两个代码.csv"),
    block(PUPILS, file="many.xlsx", sheet="s", number=1),
    block("年度 区县代码 学段 一般公共预算教育支出", file="many.xlsx", sheet="s", number=2),
    block("封面", file="many.xlsx", sheet="封面"),
    block("学校标识码 学段 年级 在校生数", file="无年份.csv"),
    block("学年 年度 学校标识码 教学仪器设备值 公用经费预算", file="两表.csv"),
    block("学年 学校标识码 运动场地面积（亩） 网络多媒体教室", file="亩.csv"),
    block("学校名称 学生数", file="汇总.csv"),
    block("学校标识码 一年级 二年级 在校生数", file="2024学生.xlsx", rows=[["0500152001", "3", "4", "7"]]),
    block([], file="空.csv"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_draft_loads_again_and_gives_the_same_readings(mapped, language: str) -> None:  # type: ignore[no-untyped-def]
    readings = [recognise(one, CONTRACT) for one in READ]
    assert {reading.table for reading in readings} >= {None, "enrolment", "facilities", "county_finance"}
    text = draft(zip(READ, readings, strict=True), Messages(language))
    landing_map = mapped(text)
    assert len(landing_map.entries) == len(READ)
    for one, reading in zip(READ, readings, strict=True):
        assert same(recognise(one, CONTRACT, landing_map)) == same(reading)
    landing_map.require_used(READ)


def test_what_is_in_doubt_is_marked_and_settled_by_taking_the_mark_away(mapped) -> None:  # type: ignore[no-untyped-def]
    one = block("学校标识码 学段 年级 在校生数", file="无年份.csv")
    text = draft([(one, recognise(one, CONTRACT))], Messages("zh"))
    assert "# ? table: enrolment" in text
    assert "# ?   school_year:" in text
    settled = mapped(text.replace("school_year:", "school_year: 2024").replace("# ? ", ""))
    assert recognise(one, CONTRACT, settled).table == "enrolment"


def test_a_draft_says_what_is_personal_and_shows_no_cell() -> None:
    one = block(f"{PUPILS} 姓名", rows=[["2024", "0500152001", "primary", "1", "44", "张三"]])
    text = draft([(one, recognise(one, CONTRACT))], Messages("en"))
    assert '"姓名": skip  # personal data, never read' in text
    assert "张三" not in text
