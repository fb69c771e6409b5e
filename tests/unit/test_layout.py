"""Where tables begin: titles, headers of several rows, column numbers, tables under each other and side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from junheng.landing.layout import blocks, header_of
from junheng.landing.model import Block, GridRows, HandedFile, Line, Merge, Sheet
from junheng.project import packaged_project
from junheng.raw_contract import plain_name, read_contract

FILE = HandedFile("县.xlsx", Path("x"), 1, "0")
WORDS = {
    plain_name(name)
    for table in read_contract(packaged_project().standards).values()
    for column in table.columns
    for name in (column.name, column.name_zh)
}


def is_word(text: str) -> bool:
    return plain_name(text) in WORDS


def table(text: str, merges: tuple[Merge, ...] = (), width: int = 0) -> Sheet:
    """A sheet from lines of cells between `|`; an empty line is a blank row."""
    lines = [[cell.strip() or None for cell in line.split("|")] for line in text.strip("\n").split("\n")]
    width = max(width, *(len(cells) for cells in lines))
    kept = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cells)]
    rows = [cells + [None] * (width - len(cells)) for _, cells in kept]
    return Sheet("表", False, rows, [number for number, _ in kept], merges)


def only(sheet: Sheet) -> Block:
    found = blocks(FILE, sheet, is_word)
    assert len(found) == 1
    return found[0]


def data(block: Block) -> list[tuple[int, list[str | None]]]:
    assert isinstance(block.rows, GridRows)
    return [(number, list(row)) for number, row in zip(block.rows.numbers, block.rows.rows, strict=True)]


def accounted(found: list[Block]) -> int:
    return sum(len(b.titles) + len(b.header_rows) + len(data(b)) + b.blank_rows for b in found)


def test_titles_above_and_column_numbers_below_the_header() -> None:
    block = only(
        table(
            """
2024-2025学年学生情况表
填报单位：中心小学 学校标识码：3150001 | | | 单位：人

学年 | 学校标识码 | 学段 | 年级 | 在校生数
甲 | 乙 | 丙 | 1 | 2
2024 | 3150001 | 小学 | 1 | 40
合计 | | | | 40
"""
        )
    )
    assert block.titles == (
        Line(1, "2024-2025学年学生情况表"),
        Line(2, "填报单位：中心小学 学校标识码：3150001  单位：人"),
    )
    assert block.header_rows == (4, 5)
    assert block.headers == ("学年", "学校标识码", "学段", "年级", "在校生数")
    assert [number for number, _ in data(block)] == [6, 7]
    assert block.blank_rows == 1
    assert accounted([block]) == 7


@pytest.mark.parametrize("has_merges", [True, False])
def test_a_header_of_two_rows(has_merges: bool) -> None:
    merges = (Merge(1, 0, 2, 0), Merge(1, 1, 2, 1), Merge(1, 2, 1, 3), Merge(1, 4, 1, 5)) if has_merges else ()
    block = only(
        table(
            """
学校标识码 | 学年 | 学生 | | 教师 |
 | | 男 | 女 | 专任 | 其他
3150001 | 2024 | 20 | 21 | 5 | 1
""",
            merges,
        )
    )
    assert block.header_rows == (1, 2)
    assert block.headers == ("学校标识码", "学年", "学生 / 男", "学生 / 女", "教师 / 专任", "教师 / 其他")
    assert [number for number, _ in data(block)] == [3]


def test_a_header_of_four_rows_that_are_merged() -> None:
    merges = (
        *(Merge(2, column, 5, column) for column in (0, 1, 2, 3)),
        Merge(2, 4, 2, 6),
        Merge(3, 4, 3, 6),
        Merge(4, 5, 4, 6),
        Merge(4, 4, 5, 4),
        Merge(1, 0, 1, 6),
    )
    block = only(
        table(
            """
学生情况表
学年 | 学校标识码 | 学段 | 年级 | 学生 | |
| | | | 在校 | |
| | | | 合计 | 其中 |
| | | | | 男 | 女
2024 | 3150001 | 小学 | 1 | 40 | 19 | 21
""",
            merges,
        )
    )
    assert block.header_rows == (2, 3, 4, 5)
    assert block.headers[4:] == ("学生 / 在校 / 合计", "学生 / 在校 / 其中 / 男", "学生 / 在校 / 其中 / 女")
    assert block.headers[0] == "学年"
    assert [line.row for line in block.titles] == [1]


def test_group_names_above_names_that_repeat() -> None:
    sheet = table(
        """
学校标识码 | 小学 | | 初中 |
| 在校生数 | 班额 | 在校生数 | 班额
3150001 | 1 | 2 | 3 | 4
"""
    )
    assert only(sheet).headers == (
        "学校标识码",
        "小学 / 在校生数",
        "小学 / 班额",
        "初中 / 在校生数",
        "初中 / 班额",
    )


def test_names_with_their_values_above_the_header_are_titles() -> None:
    block = only(
        table(
            """
学校标识码 | 3150001 | 学校名称 | 中心小学
学年 | 学段 | 年级 | 班号 | 班额
2024 | 小学 | 1 | 1 | 40
"""
        )
    )
    assert block.titles == (Line(1, "学校标识码: 3150001  学校名称: 中心小学"),)
    assert block.header_rows == (2,)


def test_the_first_data_row_is_not_taken_for_column_numbers() -> None:
    block = only(table("年级 | 班号 | 班额\n1 | 1 | 40\n1 | 2 | 41"))
    assert block.header_rows == (1,)
    assert len(data(block)) == 2


def test_unknown_words_are_a_header_by_their_shape() -> None:
    block = only(table("一张表\n甲组 | 乙组 | 丙组\n001 | 2 | 3\n002 | 3 | 4"))
    assert block.headers == ("甲组", "乙组", "丙组")
    assert block.header_rows == (2,)


def test_a_text_file_without_header_has_none() -> None:
    assert header_of([["2024", "0001", "中心小学"], ["2024", "0002", "二小"]], (), is_word).header_rows == ()


def test_a_sheet_of_instructions_is_no_table() -> None:
    block = only(table("填表说明\n\n1. 每校一行。\n2. 不得改动表头。"))
    assert block.headers == ()
    assert data(block) == []
    assert [line.row for line in block.titles] == [1, 3, 4]
    assert accounted([block]) == 4


def test_an_empty_sheet_is_a_block_without_rows() -> None:
    block = only(Sheet("空", True, [], []))
    assert (block.sheet, block.is_hidden, block.headers, accounted([block])) == ("空", True, (), 0)


STACKED = """
学校表
学年 | 学校标识码 | 学校名称
2024 | 3150001 | 一小
合计 | | 1

班级表
学年 | 学校标识码 | 学段 | 年级 | 班号 | 班额
2024 | 3150001 | 小学 | 1 | 1 | 40
"""


def test_tables_under_each_other() -> None:
    found = blocks(FILE, table(STACKED), is_word)
    assert [block.number for block in found] == [1, 2]
    assert [block.titles[0].text for block in found] == ["学校表", "班级表"]
    assert [[number for number, _ in data(block)] for block in found] == [[3, 4], [8]]
    assert found[0].headers == ("学年", "学校标识码", "学校名称")
    assert found[1].header_rows == (7,)
    assert [block.blank_rows for block in found] == [0, 1]
    assert accounted(found) == 8


def test_a_header_that_is_repeated_on_the_next_page_stays_a_row() -> None:
    block = only(table("学年 | 学校标识码\n2024 | 3150001\n\n学年 | 学校标识码\n2024 | 3150002"))
    assert [number for number, _ in data(block)] == [2, 4, 5]


def test_the_same_header_under_a_title_of_its_own_is_a_new_table() -> None:
    found = blocks(
        FILE,
        table("填报单位：一小\n学年 | 年级 | 班额\n2024 | 1 | 40\n填报单位：二小\n学年 | 年级 | 班额\n2024 | 1 | 38"),
        is_word,
    )
    assert [block.titles[0].text for block in found] == ["填报单位：一小", "填报单位：二小"]
    assert [len(data(block)) for block in found] == [1, 1]


def test_a_list_of_column_names_is_not_cut_up() -> None:
    found = blocks(
        FILE, table("字段 | 名称\nx_code | 甲\nschool_code | 学校标识码\nschool_year | 学年\ny | 乙"), is_word
    )
    assert len(found) == 1


def test_tables_side_by_side_keep_their_columns() -> None:
    sheet = table(
        """
学年 | 学校标识码 | | 教室编号 | 面积
2024 | 3150001 | | m1 | 60
 | | | m2 | 70
"""
    )
    left, right = blocks(FILE, sheet, is_word)
    assert left.headers == ("学年", "学校标识码")
    assert right.headers == ("", "", "", "教室编号", "面积")
    assert data(left) == [(2, ["2024", "3150001"])]
    assert data(right) == [(2, [None, None, None, "m1", "60"]), (3, [None, None, None, "m2", "70"])]
    assert left.blank_rows == 1


def test_an_empty_column_inside_a_table_does_not_cut_it() -> None:
    block = only(table("学年 | 学校标识码 | | 备注\n2024 | 3150001 | | 好"))
    assert block.headers == ("学年", "学校标识码", "", "备注")


def test_cells_beyond_the_header_are_kept() -> None:
    block = only(table("学年 | 学校标识码\n2024 | 3150001 | | 旁注"))
    assert block.headers == ("学年", "学校标识码", "", "")
    assert data(block) == [(2, ["2024", "3150001", None, "旁注"])]


def test_merged_data_cells_are_told() -> None:
    block = only(
        table(
            "学校标识码 | 年级 | 班额\n3150001 | 1 | 40\n | 2 | 41",
            (Merge(2, 0, 3, 0), Merge(1, 0, 1, 1)),
        )
    )
    assert block.merges == (Merge(2, 0, 3, 0),)
    assert data(block)[1] == (3, [None, "2", "41"])


def test_a_map_may_name_the_rows_of_the_header() -> None:
    sheet = table("甲 | 乙\n学年 | 学校标识码\nx | y\n2024 | 3150001\n\n学年 | 年级\n1 | 2")
    (block,) = blocks(FILE, sheet, is_word, header_rows=(2, 3))
    assert block.headers == ("学年 / x", "学校标识码 / y")
    assert block.header_rows == (2, 3)
    assert [line.row for line in block.titles] == [1]
    assert [number for number, _ in data(block)] == [4, 6, 7]
    assert accounted([block]) == 7
