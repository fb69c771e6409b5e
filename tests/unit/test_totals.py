"""Totals are held against the rows that they are totals of, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import duckdb
import pytest

from junheng.findings import Findings
from junheng.landing.totals import TotalsChecked, check_totals, is_additive
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)
TABLE = CONTRACT["facilities"]
AREA = next(column for column in TABLE.columns if column.name == "teaching_area_m2")
ROOMS = next(column for column in TABLE.columns if column.name == "multimedia_rooms")
Row = tuple[str, str | None, str | None]


def held(
    rows: Sequence[Row], factor: int = 1, unlanded: str = "select 1 where false"
) -> tuple[TotalsChecked, list[tuple[int, str, str, str]]]:
    """Rows of a block (label, area, rooms) from row 2 on: those with a label of a total are totals, the others data."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw; attach ':memory:' as scratch")
        findings = Findings(connection)
        connection.execute(
            "create table raw.facilities (school_code varchar, teaching_area_m2 decimal(18,4), multimedia_rooms bigint,"
            " _source_file varchar, _source_sheet varchar, _source_row bigint)"
        )
        connection.execute(
            "create table scratch.totals (_block integer, _source_file varchar, _source_sheet varchar,"
            " _source_row bigint, _first_row bigint, _last_row bigint, _cells varchar[],"
            " teaching_area_m2 varchar, multimedia_rooms varchar)"
        )
        for number, (label, area, rooms) in enumerate(rows, start=2):
            if label.isdigit():
                scaled = None if area is None else Decimal(area) * factor
                connection.execute(
                    "insert into raw.facilities values (?, ?, ?, 'f.xlsx', 's', ?)", [label, scaled, rooms, number]
                )
            else:
                connection.execute(
                    "insert into scratch.totals values (0, 'f.xlsx', 's', ?, 2, 99, ?, ?, ?)",
                    [number, [label, area, rooms], area, rooms],
                )
        # The same rows elsewhere on the sheet, and on another sheet, are no part of the block.
        connection.execute("insert into raw.facilities values ('9', 1000, 1000, 'f.xlsx', 's', 100)")
        connection.execute("insert into raw.facilities values ('9', 1000, 1000, 'f.xlsx', null, 3)")
        columns = [(AREA, Decimal(factor)), (ROOMS, Decimal(1))]
        checked = check_totals(connection, TABLE, "scratch.totals", columns, f"({unlanded})")
        assert findings.count("critical") == 0
        found = connection.execute('select "row", column_name, found, expected from scratch.main.finding').fetchall()
        return checked, found


@pytest.mark.parametrize(
    ("rows", "checked", "different"),
    [
        ([("1", "10.5", "2"), ("2", "20.25", "3"), ("合计", "30.75", "5")], (2, 0, 0), []),
        (
            [("1", "10.5", "2"), ("2", "20.25", "3"), ("合计", "30.7501", "6")],
            (0, 2, 0),
            [(4, "multimedia_rooms", "6", "5"), (4, "teaching_area_m2", "30.7501", "30.75")],
        ),
        ([("合计", "30.75", "5"), ("1", "10.5", "2"), ("2", "20.25", "3")], (2, 0, 0), []),
        (
            [
                ("1", "1", "1"),
                ("小计", "1", "1"),
                ("2", "2", "2"),
                ("3", "3", "3"),
                ("小计", "5", "4"),
                ("合计", "6", "6"),
            ],
            (5, 1, 0),
            [(6, "multimedia_rooms", "4", "5")],
        ),
        # Subtotals above their rows.
        ([("小计", "1", "1"), ("1", "1", "1"), ("小计", "5", "5"), ("2", "2", "2"), ("3", "3", "3")], (4, 0, 0), []),
        # Each group with its own 合计.
        ([("1", "1", "1"), ("合计", "1", "1"), ("2", "2", "2"), ("合计", "2", "2")], (4, 0, 0), []),
        # A cell of the total that says nothing is no total of nothing.
        ([("1", "1", None), ("合计", None, "—")], (0, 0, 0), []),
        # Nothing reported is no zero to hold a total against.
        ([("1", "1", None), ("合计", "1", "0")], (1, 0, 1), []),
        ([("1", "1000", "2"), ("全县合计：", "1,000㎡", "２")], (2, 0, 0), []),
    ],
)
def test_totals(rows: list[Row], checked: tuple[int, int, int], different: list[tuple[int, str, str, str]]) -> None:
    assert held(rows) == (TotalsChecked(*checked), different)


def test_the_unit_of_the_header_holds_for_the_total() -> None:
    rows: list[Row] = [("1", "1.5", "1"), ("合计", "1.5", "1")]
    assert held(rows, factor=10000) == (TotalsChecked(2, 0, 0), [])


def test_a_block_with_rows_that_did_not_land_is_not_accused() -> None:
    rows: list[Row] = [("1", "1", "1"), ("合计", "3", "1")]
    assert held(rows)[0] == TotalsChecked(1, 1, 0)
    assert held(rows, unlanded="select 0 as _block") == (TotalsChecked(1, 0, 1), [])


def test_means_and_ratios_do_not_add_up() -> None:
    additive = {f"{table.name}.{c.name}" for table in CONTRACT.values() for c in table.columns if is_additive(c)}
    assert {"enrolment.pupils", "facilities.teaching_area_m2", "staff.annual_pay_yuan"} <= additive
    assert not additive & {"county_finance.teacher_mean_pay_yuan", "county_facts.value", "enrolment.grade"}
