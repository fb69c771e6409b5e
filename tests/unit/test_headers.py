"""Headers as counties write them: which column they are, which unit they give, and which must not be taken for one."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.landing.headers import header_word_test, is_context, is_personal, match_header
from junheng.landing.plain import WORDS, key, tidy, word_rows
from junheng.landing.units import UnitError, factor_for, unit_in, units, units_in_titles
from junheng.raw_contract import RawColumn
from tests.unit.landing_blocks import CONTRACT

with (WORDS / "headers.csv").open(encoding="utf-8", newline="") as lines:
    SYNONYMS = [(row["table_name"], row["column_name"], row["synonym"]) for row in csv.DictReader(lines)]
NAMES = [
    (table.name, column.name, name)
    for table in CONTRACT.values()
    for column in table.columns
    for name in (column.name, column.name_zh)
]
SPACES = ["", " ", "  ", "\n", "\r\n", "\t", "\u3000", "\u00a0", "\u200b", "\ufeff"]
NUMBERS = ["", "1.", "12、", "(3)", "（四）", "五、", "⑥"]
AROUND = [
    ("", ""),
    ("「", "」"),
    ("『", "』"),
    ("【", "】"),
    ("(", ")"),
    ("（", "）"),
    ("[", "]"),
    ("*", ""),
    ("", "*"),
]
BEHIND = ["", ":", "：", "*", "(必填)", "（选填）", "（如：2024）"]


def column(table: str, name: str) -> RawColumn:
    return next(column for column in CONTRACT[table].columns if column.name == name)


@pytest.mark.parametrize(("table", "name", "synonym"), SYNONYMS + NAMES)
def test_every_synonym_is_its_column(table: str, name: str, synonym: str) -> None:
    match = match_header(synonym, CONTRACT[table])
    assert match is not None
    assert match.column == name


def test_no_synonym_fits_two_columns_of_a_table() -> None:
    columns = defaultdict(set)
    for table, name, synonym in SYNONYMS + NAMES:
        columns[table, key(synonym)].add(name)
    assert {words: names for words, names in columns.items() if len(names) > 1} == {}


def test_every_synonym_is_of_a_column_that_exists() -> None:
    known = {(table, name) for table, name, _ in NAMES}
    assert {(table, name) for table, name, _ in SYNONYMS} <= known
    # Every column has at least one other name than its own.
    assert {(table, name) for table, name, _ in SYNONYMS} == known


@given(
    st.sampled_from(NAMES + SYNONYMS),
    st.sampled_from(SPACES),
    st.sampled_from(NUMBERS),
    st.sampled_from(AROUND),
    st.sampled_from(BEHIND),
    st.booleans(),
    st.data(),
)
def test_decorations_change_nothing(
    known: tuple[str, str, str],
    space: str,
    number: str,
    around: tuple[str, str],
    behind: str,
    is_wide: bool,
    data: st.DataObject,
) -> None:
    table, name, header = known
    place = data.draw(st.integers(0, len(header)))
    spaced = f"{header[:place]}{space}{header[place:]}"
    if is_wide:
        spaced = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in spaced)
    unit = column(table, name).unit
    spelt = data.draw(st.sampled_from(["", f"({unit})", f"（单位：{unit}）", f"【{unit}】"])) if unit else ""
    match = match_header(f"{number}{around[0]}{spaced}{around[1]}{spelt}{behind}", CONTRACT[table])
    assert match is not None
    assert match.column == name
    if spelt:
        assert match.unit is not None
        assert factor_for(column(table, name), match.unit) == 1


@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_of_a_column_is_no_part_of_its_name(number: str) -> None:
    """Also where the name is one letter or begins with a digit."""
    found = {
        (table, name, header): match_header(f"{number}{header}", CONTRACT[table])
        for table, name, header in NAMES + SYNONYMS
    }
    assert [known for known, match in found.items() if match is None or match.column != known[1]] == []


def test_two_grades_are_no_column_with_a_number() -> None:
    for header in ("5、6年级", "五、六年级", "5、6年级在校生数", "(3)4年级"):
        assert match_header(header, CONTRACT["enrolment"]) is None


@pytest.mark.parametrize(
    ("table", "header", "name"),
    [
        ("enrolment", "在校生数 / 合计", "pupils"),
        ("enrolment", "在校生 / 计", "pupils"),
        ("enrolment", "学生情况 / 在校生数", "pupils"),
        ("enrolment", "随迁子女 / 人数", "migrant_pupils"),
        ("enrolment", "在校生数 / 其中：寄宿生", "boarders"),
        ("facilities", "面积（㎡） / 教学及辅助用房面积 / 其中：室内体育用房面积", "indoor_sports_area_m2"),
        ("school_funding", "总支出 / 其中：教师培训支出", "training_spend_yuan"),
        ("enrolment", "學生變動 / 轉出人數", "transfers_out"),
        ("facilities", "面积（㎡） / 教学及辅助用房", "teaching_area_m2"),
        ("facilities", "运动场地 / 面积", "sports_ground_area_m2"),
        ("facilities", "教学仪器设备资产值 / 万元", "equipment_value_wan"),
        ("facilities", "教学仪器设备值万元", "equipment_value_wan"),
        ("schools", "學校（機構）標識碼", "school_code"),
        ("schools", "乡（镇、街道）", "township"),
        ("schools", "公办／民办", "ownership"),
        ("classes", "班", "class_no"),
        ("staff", "五年培训\n学时", "training_hours_5y"),
    ],
)
def test_headers_of_several_levels_and_spellings(table: str, header: str, name: str) -> None:
    match = match_header(header, CONTRACT[table])
    assert match is not None
    assert match.column == name


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("enrolment", "在校生数 / 其中：女"),
        ("enrolment", "其中：女 / 在校生数"),
        ("enrolment", "女 / 合计"),
        ("enrolment", "其中：女"),
        ("enrolment", "毕业生数 / 其中：随迁子女"),
        ("enrolment", "女 / 其中：寄宿生"),
        ("enrolment", "其中：寄宿生"),
        ("facilities", "运动场地面积 / 其中：室内体育用房"),
        ("enrolment", "小学 / 在校生数"),
        ("enrolment", "上学年 / 在校生数"),
        ("enrolment", "随迁子女 / 在校生数"),
        ("enrolment", "随迁子女占比"),
        ("enrolment", "预计毕业生数"),
        ("enrolment", "招生计划数"),
        ("enrolment", "学校名称"),
        ("facilities", "体育运动场馆面积"),
        ("facilities", "生均教学及辅助用房面积"),
        ("facilities", "教学及辅助用房面积（不含室内体育用房）"),
        ("facilities", "教学及辅助用房 / 其中：危房"),
        ("facilities", "教学用房面积"),
        ("school_funding", "公用经费"),
        ("school_funding", "学年"),
        ("county_finance", "一般公共预算教育经费"),
        ("county_finance", "国家财政性教育经费"),
        ("county_finance", "生均一般公共预算教育支出"),
        ("staff", "第一学历"),
        ("staff", "培训学时"),
        ("staff", "月工资"),
        ("schools", "校长姓名"),
        ("schools", "建校年份"),
        ("classes", "班级数"),
    ],
)
def test_what_only_resembles_a_column_is_none(table: str, header: str) -> None:
    assert match_header(header, CONTRACT[table]) is None


def test_indoor_and_outdoor_sports_are_different_columns() -> None:
    facilities = CONTRACT["facilities"]
    names = [match_header(header, facilities) for header in ("室内体育用房", "运动场地", "室外运动场地面积")]
    assert [match.column for match in names if match] == [
        "indoor_sports_area_m2",
        "sports_ground_area_m2",
        "sports_ground_area_m2",
    ]


@pytest.mark.parametrize(
    ("table", "header", "factor"),
    [
        ("facilities", "教学仪器设备值（元）", "0.0001"),
        ("facilities", "教学仪器设备值（万元）", "1"),
        ("facilities", "教学仪器设备值(千元)", "0.1"),
        ("facilities", "教学及辅助用房面积（万㎡）", "10000"),
        ("facilities", "教学及辅助用房面积/平方米", "1"),
        ("facilities", "运动场地面积（公顷）", "10000"),
        ("school_funding", "公用经费预算（单位：万元）", "10000"),
        ("county_finance", "一般公共预算教育支出[亿元]", "100000000"),
        ("county_finance", "在校学生数（万人）", "10000"),
        ("facilities", "网络多媒体教室（个）", "1"),
    ],
)
def test_a_unit_gives_its_factor(table: str, header: str, factor: str) -> None:
    match = match_header(header, CONTRACT[table])
    assert match is not None
    assert str(factor_for(column(table, match.column), match.unit)) == factor


@pytest.mark.parametrize(
    ("table", "header", "rule"),
    [
        ("facilities", "教学仪器设备值（台）", "unit_of_another_kind"),
        ("facilities", "教学及辅助用房面积（间）", "unit_of_another_kind"),
        ("facilities", "运动场地面积（亩）", "unit_not_exact"),
        ("staff", "五年培训学时（小时）", "unit_of_another_kind"),
        ("school_funding", "公用经费预算（元/生）", "unit_of_another_kind"),
        ("county_facts", "数值（万元）", "unit_of_another_kind"),
    ],
)
def test_a_unit_that_does_not_fit_is_never_ignored(table: str, header: str, rule: str) -> None:
    match = match_header(header, CONTRACT[table])
    assert match is not None
    with pytest.raises(UnitError) as caught:
        factor_for(column(table, match.column), match.unit)
    assert caught.value.rule_id == rule


def test_every_unit_of_the_contract_is_listed_and_every_factor_is_exact() -> None:
    wanted = {column.unit for table in CONTRACT.values() for column in table.columns if column.unit}
    assert all(unit_in(unit) for unit in wanted)
    for name, unit in units().items():
        assert unit.factor is None or unit.factor > 0, name
        # One unit of each kind is the base itself.
        assert any(other.base == unit.base and other.factor == Decimal(1) for other in units().values())


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("单位：万元", {"元": ("万元",)}),
        ("（金额单位：元）", {"元": ("元",)}),
        ("2024年办学条件  单位：平方米、万元、间", {"㎡": ("平方米",), "元": ("万元",), "间": ("间",)}),
        ("单位：元、万元", {"元": ("元", "万元")}),
        ("填报单位：合成小学01", {}),
        ("单位：合成区教委", {}),
        ("单位名称：元", {}),
    ],
)
def test_units_of_a_title(title: str, found: dict[str, tuple[str, ...]]) -> None:
    assert units_in_titles([title]) == found


@pytest.mark.parametrize(
    "header",
    [
        *("姓名", "教师姓名", "身份证号码", "身份证件号", "手机号", "联系电话", "出生年月", "家庭住址", "姓 名"),
        *("监护人", "填表人", "Name", "ID number", "Phone No.", "基本信息 / 姓名", "教师资格证号码", "學生姓名"),
    ],
)
def test_personal_headers(header: str) -> None:
    assert is_personal(header)
    assert not any(match_header(header, table) for table in CONTRACT.values())


@pytest.mark.parametrize(
    "header", ["学校名称", "班级名称", "学校", "教师资格证", "教职工编号", "School name", "专任教师"]
)
def test_names_of_things_are_not_personal(header: str) -> None:
    assert not is_personal(header) or any(match_header(header, table) for table in CONTRACT.values())


def test_columns_of_the_contract_are_not_personal() -> None:
    assert [name for _, _, name in NAMES + SYNONYMS if is_personal(name)] == []


def test_numbers_and_remarks_are_missed_by_nobody() -> None:
    assert all(is_context(header) for header in ("序号", "备注", "来源", "No."))
    # The name of a school is a column of one table, and for the eye beside a code in all others.
    assert {(table, name) for table, name, word in NAMES + SYNONYMS if is_context(word)} == {("schools", "school_name")}


def test_a_tidy_text_is_simplified_and_narrow() -> None:
    assert tidy("「學校標識碼」（２０２４）\u200b") == "(学校标识码)(2024)"


def test_words_that_a_header_may_be_made_of() -> None:
    is_header_word = header_word_test(CONTRACT)
    assert all(is_header_word(text) for text in ("学 校（代码）", "姓名", "备注", "在校生数（人）", "school_year"))
    assert not any(is_header_word(text) for text in ("合成小学01", "2024", "一年级", "合计", "primary", ""))


def test_parts_and_wholes_are_columns_of_one_table() -> None:
    for row in word_rows("parts"):
        assert column(row["table_name"], row["column_name"]).unit == column(row["table_name"], row["part_of"]).unit
