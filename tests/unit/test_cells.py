"""What each way of writing a cell is taken as: its value and what was done to it, or the rule that it breaks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.landing.cells import cleaned, conversions, is_plain, plain_value, problem, reading
from junheng.landing.words import cell_words, code_labels
from junheng.messages import catalogue
from junheng.project import packaged_project
from junheng.raw_contract import RawColumn, read_contract

CONTRACT = read_contract(packaged_project().standards)
COLUMNS = {f"{table.name}.{column.name}": column for table in CONTRACT.values() for column in table.columns}
CONNECTION = duckdb.connect()
# column -> text -> value and conversions, or the problem alone
Outcome = tuple[str | None, list[str]] | str


def read(column: RawColumn, texts: Sequence[str | None], factor: Decimal = Decimal(1)) -> list[Outcome]:
    rows = CONNECTION.execute(
        f"select {reading(column, 'cell', factor)} from (select unnest(?::varchar[]) as cell)", [list(texts)]
    ).fetchall()
    return [found["problem"] or (found["value"], found["conversions"]) for (found,) in rows]


def ask(sql: str, *texts: str | None) -> list[object]:
    return [
        row[0]
        for row in CONNECTION.execute(
            f"select {sql} from (select unnest(?::varchar[]) as cell)", [list(texts)]
        ).fetchall()
    ]


CASES: dict[str, dict[str | None, Outcome]] = {
    "enrolment.entrants": {
        None: (None, []),
        "": (None, []),
        "  ": (None, []),
        "12": ("12", []),
        " 12 ": ("12", []),
        "-3": ("-3", []),
        "１２０": ("120", ["full_width"]),
        "1,234": ("1234", ["thousands_separator"]),
        "１，２３４": ("1234", ["full_width", "thousands_separator"]),
        "1\u2009234\u2009567": ("1234567", ["thousands_separator"]),
        "1'234": ("1234", ["thousands_separator"]),
        "12,34": "unclear_separator",
        "0,123": "unclear_separator",
        "1,234'567": "unclear_separator",
        "1 234": "text_in_number",
        "1.5": "not_a_whole_number",
        "120.0": ("120", ["text_number"]),
        "1.2E+05": ("120000", ["text_number"]),
        "1.25e1": "not_a_whole_number",
        "+5": ("5", ["text_number"]),
        "007": ("7", ["text_number"]),
        "'120": ("120", ["leading_apostrophe"]),
        "120人": ("120", ["unit_in_cell"]),
        "120 名": ("120", ["unit_in_cell"]),
        "1.2万人": ("12000", ["unit_in_cell"]),
        "3万": ("30000", ["unit_in_cell"]),
        "120间": "unit_unclear",
        "85%": "percent_not_expected",
        "—": (None, ["not_reported_word"]),
        "无": (None, ["not_reported_word"]),
        "無": (None, ["traditional_characters", "not_reported_word"]),
        "/": (None, ["not_reported_word"]),
        "未统计": (None, ["not_reported_word"]),
        "N/A": (None, ["not_reported_word"]),
        "nan": (None, ["not_reported_word"]),
        "inf": "text_in_number",
        "一百": "text_in_number",
        "12 13": "text_in_number",
        "#REF!": "formula_error",
        "#N/A": "formula_error",
        "#DIV/0!": "formula_error",
        "########": "formula_error",
        "=SUM(A1:A9)": "formula_without_value",
        "120\u200b": ("120", ["invisible_characters"]),
        "\u3000120\u00a0": ("120", ["white_space"]),
        "99999999999999999999": "number_too_large",
        "1e30": "number_too_large",
        "0x10": "text_in_number",
        "1_000": "text_in_number",
    },
    "enrolment.pupils": {None: "required_cell_empty", "—": "required_cell_empty", "0": ("0", [])},
    "facilities.equipment_value_wan": {
        "12.50": ("12.50", []),
        "3.5万元": ("3.5", ["unit_in_cell"]),
        "3.5萬元": ("3.5", ["traditional_characters", "unit_in_cell"]),
        "35000元": ("3.5", ["unit_in_cell"]),
        "35000.5元": "too_many_decimals",
        "3.5万": "unit_unclear",
        "¥3.5": "unit_unclear",
        "¥35000元": ("3.5", ["currency_sign", "unit_in_cell"]),
        "0.30000000000000004": ("0.3", ["binary_noise"]),
        "1234.5600000000001": ("1234.56", ["binary_noise"]),
        "0.1234567890123456": "too_many_decimals",
        "12345678901.12345": "too_many_decimals",
        "1.00005": "too_many_decimals",
        "1.000000": ("1", ["text_number"]),
        ".5": ("0.5", ["text_number"]),
    },
    "school_funding.training_spend_yuan": {
        "¥1,234.50": ("1234.5", ["thousands_separator", "currency_sign"]),
        "￥5": ("5", ["full_width", "currency_sign"]),
        "3.5亿元": ("350000000", ["unit_in_cell"]),
        "1.005": "too_many_decimals",
        "$5": "text_in_number",
        "-1,234.5": ("-1234.5", ["thousands_separator"]),
        "+-5": "text_in_number",
    },
    "facilities.teaching_area_m2": {
        "120㎡": ("120", ["unit_in_cell"]),
        "120m²": ("120", ["unit_in_cell"]),
        "1.2万㎡": ("12000", ["unit_in_cell"]),
        "1.2万平方米": ("12000", ["unit_in_cell"]),
        "3亩": "unit_unclear",
        "5元": "unit_unclear",
    },
    "county_facts.value": {"99.5": ("99.5", []), "85%": ("85", ["percent"])},
    "staff.is_on_post": {
        "是": ("true", []),
        "TRUE": ("true", []),
        "0": ("false", []),
        "√": ("true", ["yes_no_word"]),
        "✓": ("true", ["yes_no_word"]),
        "☑": ("true", ["yes_no_word"]),
        "×": ("false", ["yes_no_word"]),
        "Y": ("true", ["yes_no_word"]),
        "Ｎ": ("false", ["full_width", "yes_no_word"]),
        "有": ("true", ["yes_no_word"]),
        # No post is an answer; a stroke is none.
        "无": ("false", ["yes_no_word"]),
        "/": (None, ["not_reported_word"]),
        "□": "not_a_boolean",
        "2": "not_a_boolean",
    },
    "enrolment.stage": {
        "小学": ("primary", []),
        " primary": ("primary", []),
        "小學": ("primary", ["traditional_characters"]),
        "初级中学": ("junior", ["code_label_variant"]),
        "初級中學": ("junior", ["traditional_characters", "code_label_variant"]),
        "小 学": ("primary", ["code_label_variant"]),
        "中学": "ambiguous_word",
        "all": "unknown_code",
        "合计": "unknown_code",
    },
    "county_finance.stage": {"全部": ("all", []), "合计": ("all", ["code_label_variant"])},
    "schools.school_kind": {
        "普通小学": ("primary", ["code_label_variant"]),
        "九年一贯制": ("nine_year", ["code_label_variant"]),
        "九年一貫制學校": ("nine_year", ["traditional_characters"]),
        "完中": ("complete_secondary", ["code_label_variant"]),
        "中学": "ambiguous_word",
    },
    "staff.degree": {
        "大学本科": ("bachelor", ["code_label_variant"]),
        "大专": ("associate", ["code_label_variant"]),
        "研究生": "ambiguous_word",
        "无": "ambiguous_word",
    },
    "staff.backbone_level": {
        "无": ("none", []),
        "区级": ("county", ["code_label_variant"]),
        "—": (None, ["not_reported_word"]),
    },
    "enrolment.grade": {
        "1": ("1", []),
        "一年级": ("1", ["grade_words"]),
        "1 年级": ("1", ["grade_words"]),
        "小学三年级": ("3", ["grade_words"]),
        "初一": ("7", ["grade_words"]),
        "七年级": ("7", ["grade_words"]),
        "初中一年级": ("7", ["grade_words"]),
        "高一": ("10", ["grade_words"]),
        "7.0": ("7", ["text_number"]),
        "毕业班": "ambiguous_word",
    },
    "schools.school_year": {
        "2024": ("2024", []),
        "２０２４": ("2024", ["full_width"]),
        "2024.0": ("2024", ["text_number"]),
        "2024-2025学年": ("2024", ["year_words"]),
        "2024—2025": ("2024", ["year_words"]),
        "2024/2025学年度": ("2024", ["year_words"]),
        "2024 至 2025 學年": ("2024", ["traditional_characters", "year_words"]),
        "2024-25": ("2024", ["year_words"]),
        "2024学年": ("2024", ["year_words"]),
        "2024秋": ("2024", ["year_words"]),
        "2024-2025学年第一学期": ("2024", ["year_words"]),
        "二〇二四年": ("2024", ["year_words"]),
        "20242025": ("2024", ["year_words"]),
        "2024-09-01": ("2024", ["date_as_year"]),
        "2024-09-01 00:00:00": ("2024", ["date_as_year"]),
        "2024年9月1日": ("2024", ["date_as_year"]),
        "2024/7/31": ("2023", ["date_as_year"]),
        "20240801": ("2024", ["date_as_year"]),
        "45536": ("2024", ["date_as_year"]),
        "2024-09": ("2024", ["date_as_year"]),
        # 2006-07 is a school year or July 2006; 2024.1 is January or what is left of October.
        "2006-07": "not_a_school_year",
        "2024.1": "not_a_school_year",
        "2024-2026": "not_a_school_year",
        "2025-2024": "not_a_school_year",
        "2024春": "not_a_school_year",
        "2024年度": "not_a_school_year",
        "2024-13-01": "not_a_school_year",
        "24": "not_a_school_year",
        "1024": "not_a_school_year",
        "9999": "not_a_school_year",
        "—": "required_cell_empty",
    },
    "school_funding.fiscal_year": {
        "2024年度": ("2024", ["year_words"]),
        "2024-03-31": ("2024", ["date_as_year"]),
        "2024-2025": "not_a_year",
        "2024学年": "not_a_year",
    },
    "schools.opened_year": {
        "1956年": ("1956", ["year_words"]),
        "1956-09": ("1956", ["date_as_year"]),
        "-": (None, ["not_reported_word"]),
    },
    "schools.school_code": {
        "0500152001": ("0500152001", []),
        "０５００１５２００１": ("0500152001", ["full_width"]),
        "3150000001.0": ("3150000001", ["number_as_code"]),
        "05 0015 2001": ("0500152001", ["inner_spaces"]),
        "'0500152001": ("0500152001", ["leading_apostrophe"]),
        "0500152001\t": ("0500152001", ["white_space"]),
        "3.15E+11": "code_lost_digits",
        "3E+11": "code_lost_digits",
        "3E11": ("3E11", []),
        "2024-01-02 00:00:00": "code_became_date",
        "1月2日": "code_became_date",
        "A B": ("A B", []),
        "无": "required_cell_empty",
    },
    "schools.parent_code": {"无": (None, ["not_reported_word"]), "—": (None, ["not_reported_word"])},
    "classes.class_no": {
        "1": ("1", []),
        "01": ("01", []),
        " 1班 ": ("1班", []),
        "（1）班": ("(1)班", ["full_width"]),
        "1-2": ("1-2", []),
    },
    "staff.subject": {
        "语文": ("语文", []),
        # Teaches none: an answer. A stroke is none.
        "无": ("无", []),
        "/": (None, ["not_reported_word"]),
        "暂无": (None, ["not_reported_word"]),
        "NULL": (None, ["not_reported_word"]),
    },
    "schools.school_name": {
        "潼南区（合成）小学": ("潼南区（合成）小学", []),
        "ＡＢＣ小学": ("ＡＢＣ小学", []),
        "學校": ("學校", []),
        "\u3000育才小学": ("育才小学", ["white_space"]),
        "育才\r\n小学": ("育才 小学", ["line_break"]),
        "育才\u200b小学": ("育才小学", ["invisible_characters"]),
        "'育才": ("育才", ["leading_apostrophe"]),
        "'育才'小学": ("'育才'小学", []),
        "#NAME?": "formula_error",
        "=A1": "formula_without_value",
    },
}


@pytest.mark.parametrize("name", CASES)
def test_cells(name: str) -> None:
    expected = CASES[name]
    found = dict(zip(expected, read(COLUMNS[name], list(expected)), strict=True))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "factor", "text", "expected"),
    [
        ("facilities.equipment_value_wan", "0.0001", "12345", ("1.2345", ["unit_of_header"])),
        ("facilities.equipment_value_wan", "0.0001", "12345.6", "too_many_decimals"),
        ("facilities.equipment_value_wan", "0.0001", "1.5万元", ("1.5", ["unit_in_cell"])),
        ("facilities.equipment_value_wan", "0.0001", "¥35000", ("3.5", ["currency_sign", "unit_of_header"])),
        ("facilities.equipment_value_wan", "0.0001", "3万", "unit_unclear"),
        ("school_funding.total_spend_yuan", "10000", "1,234.5678912", "too_many_decimals"),
        ("school_funding.total_spend_yuan", "10000", "1234.567891", ("12345678.91", ["unit_of_header"])),
        (
            "school_funding.total_spend_yuan",
            "10000",
            "1,234.567",
            ("12345670", ["thousands_separator", "unit_of_header"]),
        ),
        ("school_funding.total_spend_yuan", "10000", "¥5", "unit_unclear"),
        ("school_funding.total_spend_yuan", "15", "1.5", ("22.5", ["unit_of_header"])),
        ("school_funding.total_spend_yuan", "10000", "—", (None, ["not_reported_word"])),
        ("facilities.teaching_area_m2", "10000", "0", ("0", ["unit_of_header"])),
    ],
)
def test_the_unit_of_the_header(name: str, factor: str, text: str, expected: Outcome) -> None:
    assert read(COLUMNS[name], [text], Decimal(factor)) == [expected]


def test_a_percentage_only_where_the_unit_is_one() -> None:
    def column(unit: str) -> RawColumn:
        return RawColumn("share", "share", "number", False, False, unit, {})

    assert read(column("%"), ["85%", "85.5％", "85"]) == [
        ("85", ["percent"]),
        ("85.5", ["full_width", "percent"]),
        ("85", []),
    ]
    ratio = next(iter(cell_words("ratio_unit")))
    assert read(column(ratio), ["85%", "0.85"]) == [("0.85", ["percent"]), ("0.85", [])]


def test_the_three_functions_say_what_the_reading_says() -> None:
    column = COLUMNS["enrolment.entrants"]
    texts = ["120人", "x", None]
    assert ask(cleaned(column, "cell"), *texts) == ["120", None, None]
    assert ask(conversions(column, "cell"), *texts) == [["unit_in_cell"], [], []]
    assert ask(problem(column, "cell"), *texts) == [None, "text_in_number", None]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("enrolment.entrants", text)
        for text in ("12.5", " 12", "12 ", "1e3", "+5", "007", "NaN", "inf", "0x10", "1_000", "12.0", "-0", "9" * 19)
    ]
    + [("staff.annual_pay_yuan", text) for text in ("1.005", "1e3", "+1", "01.5", ".5", "-0", "-0.00", "1,000", "NaN")]
    + [("schools.school_year", text) for text in ("202", "20240901", "20242025", "1e3 ", "1899", "2101")]
    + [("enrolment.pupils", ""), ("schools.school_name", "NULL"), ("schools.school_code", "2024-01-02")],
)
def test_what_is_not_plain(name: str, text: str) -> None:
    assert ask(is_plain(COLUMNS[name], "cell"), text) == [False]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("enrolment.entrants", "12", 12),
        ("enrolment.entrants", "", None),
        ("enrolment.entrants", None, None),
        ("staff.annual_pay_yuan", "162081.00", Decimal("162081.00")),
        ("facilities.teaching_area_m2", "9523.9", Decimal("9523.9000")),
        ("staff.is_on_post", "是", True),
        ("staff.is_on_post", "false", False),
        ("staff.is_on_post", "", None),
        ("enrolment.stage", "小学", "primary"),
        ("schools.school_code", "0500152001", "0500152001"),
        ("staff.staff_id", "S0000047", "S0000047"),
        ("schools.school_name", "合成小学01", "合成小学01"),
        ("schools.school_year", "2024", 2024),
    ],
)
def test_what_is_plain(name: str, text: str | None, value: object) -> None:
    column = COLUMNS[name]
    assert ask(is_plain(column, "cell"), text) == [True]
    assert ask(plain_value(column, "cell"), text) == [value]


NUMBER_LIKE = st.text("0123456789.,-+eE '%人万元㎡１，—無\u200b\u00a0", max_size=12)
WORDS = ["2024-2025", "null", "NULL", "暂无", "初一", "√", "=1", "1.0"]
ANYTHING = (NUMBER_LIKE | st.text(max_size=8) | st.sampled_from(WORDS)).filter(lambda text: "\x00" not in text)
SAMPLE = (
    "enrolment.entrants",
    "staff.annual_pay_yuan",
    "schools.opened_year",
    "staff.degree",
    "staff.subject",
    "schools.parent_code",
    "staff.is_on_post",
)


@settings(max_examples=5, deadline=None)
@given(st.lists(ANYTHING, min_size=100, max_size=200))
def test_a_plain_cell_says_what_it_is_cast_to_and_cleaning_twice_is_cleaning_once(texts: list[str]) -> None:
    for name in SAMPLE:
        column = COLUMNS[name]
        rows = CONNECTION.execute(
            f"select cell, plain, case when plain then {plain_value(column, 'cell')} end,"
            f" found.value, found.conversions, found.problem, {reading(column, 'found.value')} as again"
            f" from (select cell, {is_plain(column, 'cell')} as plain, {reading(column, 'cell')} as found"
            " from (select unnest(?::varchar[]) as cell))",
            [texts],
        ).fetchall()
        for text, plain, typed, value, done, broken, again in rows:
            if plain:
                assert (done, broken) == ([], None)
                assert text == "" or column.data_type in ("code", "boolean") or type(typed)(text) == typed
                assert value == (text or None) or column.data_type in ("code", "boolean")
            assert (again["value"], again["problem"]) == (value, None)
            assert again["conversions"] == []


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if 0x21 <= ord(letter) < 0x7F else letter for letter in text)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=10, max_size=20))
def test_an_amount_comes_back_from_every_way_of_writing_it(amounts: list[Decimal]) -> None:
    column = COLUMNS["school_funding.total_spend_yuan"]
    styles = {
        "plain": lambda amount: f"{amount:f}",
        "grouped": lambda amount: f"{amount:,}",
        "full width": lambda amount: full_width(f"{amount:,}"),
        "thin spaces": lambda amount: f"{amount:,}".replace(",", "\u2009"),
        "unit": lambda amount: f"{amount:f}元",
        "other unit": lambda amount: f"{amount.scaleb(-4):f}万元",
        "currency": lambda amount: f"¥{amount:f}",
        "scientific": lambda amount: f"{amount:e}",
        "spaces": lambda amount: f"\u3000{amount:f}\u200b ",
        "apostrophe": lambda amount: f"'{amount:f}",
        "more zeros": lambda amount: f"{amount:f}000",
    }
    found = read(column, [style(amount) for style in styles.values() for amount in amounts])
    assert [Decimal(one[0]) if isinstance(one, tuple) else one for one in found] == amounts * len(styles)
    in_wan = read(column, [f"{amount.scaleb(-4):f}" for amount in amounts], Decimal(10000))
    assert [Decimal(one[0]) if isinstance(one, tuple) else one for one in in_wan] == amounts


@pytest.mark.parametrize("name", [name for name, column in COLUMNS.items() if column.codes])
def test_every_label_of_a_code_is_read_as_it(name: str) -> None:
    labels = code_labels(COLUMNS[name])
    assert len(labels) > len(COLUMNS[name].codes)
    found = read(COLUMNS[name], list(labels))
    assert [one if isinstance(one, str) else one[0] for one in found] == [
        code or "ambiguous_word" for code in labels.values()
    ]


def test_every_conversion_has_its_text() -> None:
    factors = (Decimal(1), Decimal(10))
    sql = " ".join(reading(column, "cell", factor) for column in COLUMNS.values() for factor in factors)
    elsewhere = {"leading_zeros_restored", "merged_cell_filled"}
    in_cells = {done for done in catalogue()["conversions"] if f"'{done}'" in sql}
    assert in_cells | elsewhere == set(catalogue()["conversions"])
