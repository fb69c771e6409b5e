"""What a row is: data, a total, a note, a repeated header, or blank; a readable key always means data."""

from __future__ import annotations

import duckdb
import pytest

from junheng.landing.row_kinds import header_words, is_subtotal, row_kind, row_label
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

HEADERS = ("学年", "学校标识码", "学段", "年级", "学生 / 在校生数", "学生 / 招生数", "备注")
TABLE = read_contract(packaged_project().standards)["enrolment"]
KEYS = dict(zip(("school_year", "school_code", "stage", "grade"), range(4), strict=True))
CELLS = f"[{', '.join(f'c{place}' for place in range(len(HEADERS)))}]"
CONNECTION = duckdb.connect()


def ask(sql: str, row: str) -> object:
    cells = [cell.strip() or None for cell in row.split("|")]
    cells += [None] * (len(HEADERS) - len(cells))
    marks = ", ".join(f"?::varchar as c{place}" for place in range(len(HEADERS)))
    found = CONNECTION.execute(f"select {sql} from (select {marks})", cells).fetchone()
    assert found
    return found[0]


def kind(row: str, *constants: str) -> object:
    columns = {column.name: column for column in TABLE.columns}
    keys = [(columns[name], f"c{place}") for name, place in KEYS.items() if name not in constants]
    words = "[" + ", ".join(f"'{word}'" for word in header_words(HEADERS)) + "]"
    return ask(row_kind(CELLS, words, keys), row)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2024|0500152001|小学|1|45|45", "data"),
        ("2024-2025学年|0500152001|小學|一年级|45人|—|说明：并班", "data"),
        # Not readable, or not complete, and nothing known: rejected with a reason, not passed over.
        ("2024|0500152001|小学|13x|45|45", "data"),
        ("2024||小学|1|45", "data"),
        ("|0500152009", "data"),
        ("||||450|3", "data"),
        ("合计||||450|45", "total"),
        ("合 計||||450|45", "total"),
        ("全县合计：||||450|45", "total"),
        ("合计（不含民办）||||450|45", "total"),
        ("小学合计||||450|45", "total"),
        ("2024|合计|||450", "total"),
        ("2024|0500152001|小计||300", "total"),
        ("2024|0500152001|小学|小计|300", "total"),
        ("注：数据截至9月1日", "note"),
        ("备注1：含教学点", "note"),
        ("填表人：张三||审核人：|李四", "note"),
        ("说明|1.含教学点", "note"),
        ("以上数据由学校填报", "note"),
        ("|以上数据由各学校填报", "note"),
        ("||||||见附件", "note"),
        ("学年|学校标识码|学段|年级|在校生数|招生数|备注", "header"),
        ("||||在校生数|招生数", "header"),
        ("甲|乙|丙|1|2|3|4", "header"),
        ("1|2|3|4|5|6|7", "header"),
        ("(1)|(2)|(3)|(4)", "header"),
        ("", "blank"),
        ("\u3000|\u200b", "blank"),
    ],
)
def test_the_kind_of_a_row(row: str, expected: str) -> None:
    assert kind(row) == expected


def test_a_key_that_holds_for_the_whole_block_says_nothing_of_a_row() -> None:
    assert kind("合计||||450|45", "school_year", "stage", "grade") == "total"
    assert kind("|0500152001|||450|45", "school_year", "stage", "grade") == "data"
    assert kind("|合计|||450|45", "school_year", "stage", "grade") == "total"


@pytest.mark.parametrize(
    ("row", "label", "is_part"),
    [
        ("合计||||450", "合计", False),
        ("2024|合 计|||450", "合计", False),
        ("全县合计：||||450", "全县合计:", False),
        ("2024|0500152001|小学|小计|450", "小计", True),
        ("小学合计||||450", "小学合计", True),
        ("2024|0500152001", None, None),
    ],
)
def test_the_label_of_a_total(row: str, label: str | None, is_part: bool | None) -> None:
    assert ask(row_label(CELLS), row) == label
    assert ask(f"case when {row_label(CELLS)} is not null then {is_subtotal(row_label(CELLS))} end", row) is is_part
