"""The workbooks: numbers are numbers and show what the warehouse shows, codes and names stay text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from junheng.report.excel import write_workbooks
from junheng.report.excel_school import file_name
from junheng.report.excel_sheet import sheet_name
from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger
from tests.office.conftest import COUNTY, HOSTILE, HOSTILE_SCHOOL, LONG, LONG_SCHOOL, Written, as_text

YEAR = "school_year = 2024"


@cache
def workbook(path: Path) -> Workbook:
    """A workbook that no test changes, read once."""
    return openpyxl.load_workbook(path)


def sheet(path: Path, name: str) -> Worksheet:
    found: Worksheet = workbook(path)[name]
    return found


def shown(cell: Cell) -> str | None:
    """What Excel shows of a cell: the number by its format, without the sign after it."""
    if cell.value is None:
        return None
    if isinstance(cell.value, int | float):
        digits = cell.number_format.split('"')[0].partition(".")[2]
        return f"{cell.value:.{len(digits)}f}"
    return str(cell.value)


def table(worksheet: Worksheet, first_head: str) -> list[dict[str, Cell]]:
    """The rows of the table below the row of heads that begins with a head."""
    rows = list(worksheet.iter_rows())
    start = next(number for number, row in enumerate(rows) if row[0].value == first_head)
    heads = [cell.value for cell in rows[start]]
    return [dict(zip(heads, row, strict=True)) for row in rows[start + 1 :]]


def all_cells(folder: Path) -> Iterator[Cell]:
    for path in sorted(folder.rglob("*.xlsx")):
        for worksheet in workbook(path).worksheets:
            for row in worksheet.iter_rows():
                yield from row


def test_every_unit_shows_its_seven_figures(written: Written) -> None:
    expected = written.rows(
        "select i.school_code, i.stage, i.value_shown, s.name_zh || '（' || i.unit_zh || '）'"
        " from display.shown_unit_indicator i join display.shown_indicator_summary s"
        f" using (school_year, county_code, stage, indicator_id) where {YEAR}"
    )
    stages = {"小学": "primary", "初中": "junior"}
    found = {}
    for row in table(sheet(written.workbook, "各单元资源指标"), "学校标识码"):
        for head, cell in row.items():
            if head and head.endswith("）") and "生" in head:
                assert isinstance(cell.value, int | float), (head, cell.value)
                found[row["学校标识码"].value, stages[str(row["学段"].value)], head] = shown(cell)
    assert found == {(code, stage, head): value for code, stage, value, head in expected}
    assert len(found) == 79 * 7


def test_what_is_not_met_carries_its_sign_and_colour(written: Written) -> None:
    rows = table(sheet(written.workbook, "各单元资源指标"), "学校标识码")
    marked = [cell for row in rows for cell in row.values() if cell.number_format.endswith(' ◆"')]
    below = written.rows(f"select count(*) from display.shown_unit_indicator where {YEAR} and standing = 'below_floor'")
    assert len(marked) == below[0][0]
    assert {cell.fill.fgColor.rgb for cell in marked} == {"FFFBE3E1"}


def test_summary_coefficients_and_items_are_those_of_the_warehouse(written: Written) -> None:
    summary = table(sheet(written.workbook, "总览"), "类别")[:5]
    assert [shown(summary[0][stage]) for stage in ("小学", "初中", "全部学段")] == ["37", "16", "53"]
    assert [shown(row["全部学段"]) for row in summary] == ["53", "3", "13", "6", "4"]
    parts = [
        (row["部分"].value, row["结论"].value, shown(row["项数"]))
        for row in table(sheet(written.workbook, "总览"), "部分")
    ]
    assert parts[:4] == [
        ("资源配置", "达标", "56"),
        ("资源配置", "未达标", "23"),
        ("校际差异系数", "达标", "12"),
        ("校际差异系数", "未达标", "2"),
    ]
    assert parts[4:] == written.rows(
        "select grp_zh, standing_zh, count(*)::varchar from display.shown_county_item"
        f" where {YEAR} group by grp_zh, grp_position, standing_zh, standing order by grp_position,"
        " list_position(['met', 'remediation', 'pending'], standing)"
    )
    found = sorted(
        (str(row["学段"].value), str(row["指标"].value), shown(row["差异系数"]), shown(row["县均值"]))
        for row in table(sheet(written.workbook, "校际差异系数"), "学段")
    )
    columns = "stage_zh, name_zh, value_shown, mean_shown"
    assert found == sorted(written.rows(f"select {columns} from display.shown_county_difference where {YEAR}"))
    assert ("小学", "生均体育运动场馆面积", "0.55", "7.32") in found
    items = [
        (row["条款"].value, shown(row["数值"]), row["自评结论"].value)
        for row in table(sheet(written.workbook, "条款"), "部分")
    ]
    columns = "name_zh, value_shown, conclusion_zh"
    query = f"select {columns} from display.shown_county_item where {YEAR} order by grp_position, item_no"
    assert items == written.rows(query)
    assert "100.87" in [value for _, value, _ in items]


def test_advice_is_in_the_language_of_the_workbook(written: Written) -> None:
    advice = [str(row["怎么改"].value) for row in table(sheet(written.workbook, "数据质量"), "表")]
    assert len(advice) > 300
    assert [one for one in advice if re.search("[A-Z][a-z]+ [a-z]+ [a-z]+", one)] == []


def test_what_is_to_be_filled_in_fits_on_a_sheet_of_paper(written: Written) -> None:
    # a single column is never scaled down to the page: A4 upright between its margins holds some 90 characters
    assert sheet(written.ledger, "填写说明").column_dimensions["A"].width < 90


def test_tidy_sheets_hold_one_row_for_each_fact_of_all_years(written: Written) -> None:
    rows = table(sheet(written.workbook, "data_unit_indicator"), "school_year")
    assert len(rows) == written.rows("select count(*) from display.shown_unit_indicator")[0][0]
    key = ("school_year", "school_code", "stage", "indicator_id")
    found = {tuple(str(row[name].value) for name in key): shown(row["value"]) for row in rows}
    expected = written.rows(f"select {', '.join(key)}, value_shown from display.shown_unit_indicator")
    assert found == {tuple(str(part) for part in row[:-1]): row[-1] for row in expected}
    assert all(isinstance(row["value"].value, int | float | None) for row in rows)


def test_codes_are_text_and_nothing_is_a_formula(hostile: Written) -> None:
    for cell in all_cells(hostile.folder):
        assert cell.data_type != "f", cell.coordinate
        assert cell.hyperlink is None
        if isinstance(cell.value, str) and cell.value == HOSTILE_SCHOOL:
            assert cell.number_format == "@"
        assert cell.value not in (500152, 500152001)


def test_names_appear_literally(hostile: Written, tmp_path: Path) -> None:
    rows = table(sheet(hostile.workbook, "各单元资源指标"), "学校标识码")
    names = {row["学校标识码"].value: row["学校"].value for row in rows}
    assert (names[HOSTILE_SCHOOL], names[LONG_SCHOOL]) == (HOSTILE, LONG)
    listed = [cell.value for row in sheet(hostile.ledger, "整改台账").iter_rows() for cell in row]
    assert HOSTILE in listed
    assert LONG in listed
    own = sheet(hostile.schools / file_name(HOSTILE_SCHOOL, HOSTILE), "结论")
    assert str(own["A1"].value).startswith(HOSTILE)
    assert HOSTILE in as_text(hostile.schools / file_name(HOSTILE_SCHOOL, HOSTILE), tmp_path)
    long_file = hostile.schools / file_name(LONG_SCHOOL, LONG)
    assert long_file.is_file()
    assert len(long_file.name.encode()) < 200


def test_libreoffice_opens_the_workbook(written: Written, tmp_path: Path) -> None:
    text = as_text(written.ledger, tmp_path)
    for row in written.rows(f"select value_shown, lacking_shown from display.shown_remediation where {YEAR}"):
        assert all(part in text for part in row)


def test_each_school_has_its_workbook(written: Written) -> None:
    schools = written.rows(f"select school_code, school_name from display.shown_school where {YEAR}")
    assert sorted(path.name for path in written.schools.iterdir()) == sorted(file_name(*row) for row in schools)
    code = "0500152052"
    path = next(written.schools.glob(f"{code}*"))
    found = [
        (row["学段"].value, shown(row["数值"]), shown(row["为标准的（%）"]), shown(row["达到标准还缺"]))
        for row in table(sheet(path, "结论"), "学段")
    ]
    expected = written.rows(
        "select s.stage_zh, i.value_shown, i.ratio_pct_shown, i.lacking_shown from display.shown_unit_indicator i"
        " join display.shown_indicator_summary s using (school_year, county_code, stage, indicator_id)"
        f" where {YEAR} and school_code = '{code}' order by i.stage desc, i.ratio_to_threshold"
    )
    assert found == expected
    assert len(found) == 14


def test_sheets_can_be_filtered_and_printed(written: Written) -> None:
    book = workbook(written.workbook)
    assert book.sheetnames[:3] == ["总览", "各单元资源指标", "校际差异系数"]
    for worksheet in book.worksheets[1:]:
        assert worksheet.freeze_panes is not None
        assert worksheet.auto_filter.ref
        assert worksheet.print_title_rows
        assert worksheet.page_setup.paperSize == 9
        assert worksheet.page_setup.fitToHeight == 0


def test_the_same_warehouse_gives_the_same_bytes(written: Written, facts: Facts, tmp_path: Path) -> None:
    write_workbooks(facts, tmp_path, "zh", Ledger({}))
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.xlsx")}
    former = {path.relative_to(written.folder): path.read_bytes() for path in written.folder.rglob("*.xlsx")}
    assert made == former


def test_what_was_filled_in_stands_in_every_list_of_gaps(facts: Facts, tmp_path: Path) -> None:
    key = f"{COUNTY}/0500152001/primary/multimedia_rooms_per_100"
    write_workbooks(facts, tmp_path, "en", Ledger({key: Entry("Build <six> rooms", "Li", "2026-08-31", "done")}))
    folder = tmp_path / COUNTY
    for path, name in (
        (folder / "supervision-workbook.xlsx", "Ledger"),
        (next((folder / "schools").glob("0500152001*")), "Ledger"),
    ):
        rows: list[list[Any]] = [[cell.value for cell in row] for row in sheet(path, name).iter_rows()]
        filled = [row[-5:] for row in rows if "Li" in row]
        assert filled == [["Build <six> rooms", "Li", "2026-08-31", "done", None]]


@pytest.mark.parametrize(("text", "name"), [("a/b[c]:*?'\\", "a b c"), ("长" * 40, "长" * 31), ("", "-")])
def test_any_text_can_name_a_sheet(text: str, name: str) -> None:
    assert sheet_name(text) == name
