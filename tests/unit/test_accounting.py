"""The account of every file: rows that do not add up stop the build, conversions are counted with their first rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, fields, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from junheng.errors import MachineError
from junheng.landing.accounting import (
    PARTS,
    REPEATED,
    Accounts,
    SourceRecord,
    kind_of,
    record_of_block,
    record_of_file,
)
from junheng.landing.model import Block, ColumnUse, Constant, GridRows, HandedFile, Reading
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)
ROOMS = {"rooms": CONTRACT["rooms"]}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("create schema raw")
        opened.execute("create table raw.rooms (school_year integer, school_code varchar)")
        opened.execute("insert into raw.rooms values (2024, '1'), (2023, '2')")
        yield opened


def block(name: str = "上报/中心小学.xlsx", sheet: str | None = "教室", number: int = 1) -> Block:
    file = HandedFile(name, Path(name), 900, "ab" * 32)
    return Block(file, sheet, False, number, None, None, (), (2,), ("学年",), GridRows([], []))


READING = Reading(
    "rooms",
    (ColumnUse(1, "面积（万㎡）", "area_m2", "万㎡", Decimal(10000), "synonym"), ColumnUse(0, "编号", "room_id")),
    (Constant("school_year", "2024", "sheet_name", "2024学年"),),
    {2: "姓名", 3: "备注"},
    frozenset({2}),
)
GOOD = record_of_block(block(), READING, rows_read=5, rows_landed=2, rows_title=1, rows_header=1, rows_total=1)


def test_every_part_of_a_file_is_counted_once(connection: duckdb.DuckDBPyConnection) -> None:
    accounts = Accounts(connection)
    accounts.add(GOOD)
    accounts.add(record_of_file(HandedFile("说明.docx", Path("x"), 1, "cd"), "not_read", "file_not_read"))
    accounts.write(ROOMS)
    rows = connection.execute(
        "select file, sheet, kind, table_name, status, reason, rows_read, rows_landed from quality.source_file"
    ).fetchall()
    assert rows == [
        ("上报/中心小学.xlsx", "教室", "xlsx", "rooms", "landed", None, 5, 2),
        ("说明.docx", None, "docx", None, "not_read", "file_not_read", 0, 0),
    ]


@pytest.mark.parametrize("part", PARTS)
def test_a_row_that_is_lost_or_counted_twice_stops_the_build(connection: duckdb.DuckDBPyConnection, part: str) -> None:
    accounts = Accounts(connection)
    accounts.add(replace(GOOD, **{f"rows_{part}": getattr(GOOD, f"rows_{part}") + 1}))
    with pytest.raises(MachineError) as raised:
        accounts.write(ROOMS)
    assert raised.value.message_id == "rows_lost"
    assert raised.value.file == "上报/中心小学.xlsx / 教室 / 1"
    assert raised.value.expected == "5"
    assert f"{part} {getattr(GOOD, f'rows_{part}') + 1}" in (raised.value.found or "")


def test_what_was_landed_must_stand_in_the_raw_table(connection: duckdb.DuckDBPyConnection) -> None:
    accounts = Accounts(connection)
    accounts.add(GOOD)
    connection.execute("delete from raw.rooms where school_year = 2023")
    with pytest.raises(MachineError) as raised:
        accounts.write(ROOMS)
    assert (raised.value.column, raised.value.found, raised.value.expected) == ("rooms", "1", "2")


def test_the_fields_of_a_record_are_the_columns_of_the_table(connection: duckdb.DuckDBPyConnection) -> None:
    Accounts(connection)
    columns = [row[0] for row in connection.execute("describe quality.source_file").fetchall()]
    assert [field.name for field in fields(SourceRecord)] == columns
    assert len(astuple(GOOD)) == len(columns)
    assert {f"rows_{part}" for part in PARTS} | {"rows_read"} == {name for name in columns if name.startswith("rows_")}


def test_a_block_whose_bytes_came_before_is_repeated_with_all_its_rows_of_data(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    accounts = Accounts(connection)
    accounts.add(GOOD)
    accounts.add_repeated(block("copy.xlsx"), GOOD.place)
    accounts.write(ROOMS)
    copy = accounts.records[1]
    assert (copy.file, copy.status, copy.rows_read, copy.rows_landed, copy.rows_repeated) == (
        "copy.xlsx",
        REPEATED,
        5,
        0,
        2,
    )


def test_columns_read_not_read_and_constants_are_listed(connection: duckdb.DuckDBPyConnection) -> None:
    accounts = Accounts(connection)
    accounts.add_columns(block(), READING)
    accounts.write({})
    rows = connection.execute(
        "select position, header, column_name, unit, factor, origin, source, value from quality.landing_column"
    ).fetchall()
    assert rows == [
        (1, "编号", "room_id", None, Decimal(1), "name", None, None),
        (2, "面积（万㎡）", "area_m2", "万㎡", Decimal(10000), "synonym", None, None),
        (3, "姓名", None, None, None, "personal", None, None),
        (4, "备注", None, None, None, "not_read", None, None),
        (None, None, "school_year", None, None, "sheet_name", "2024学年", "2024"),
    ]


def test_conversions_are_counted_with_the_first_three_rows_and_no_number_of_a_person(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    accounts = Accounts(connection)
    cells = (
        "select 9 - i as row_number, 'pupils' as column_name, 'unit_in_cell' as conversion,"
        " (9 - i) || '人' as before, (9 - i)::varchar as after from range(5) as numbers(i)"
        " union all select 3, 'staff_id', 'full_width', '１', '500152199001011234'"
    )
    accounts.add_conversions(block(), cells)
    rows = connection.execute(
        "select column_name, conversion, cells, examples from quality.landing_conversion"
    ).fetchall()
    assert [row[:3] for row in rows] == [("pupils", "unit_in_cell", 5), ("staff_id", "full_width", 1)]
    assert json.loads(rows[0][3]) == [
        {"row": 5, "from": "5人", "to": "5"},
        {"row": 6, "from": "6人", "to": "6"},
        {"row": 7, "from": "7人", "to": "7"},
    ]
    assert json.loads(rows[1][3]) == [{"row": 3, "from": "１", "to": "***"}]


@pytest.mark.parametrize(("name", "kind"), [("a.zip/学校.CSV", "csv"), ("2024.9/无后缀", ""), ("x.tar.gz", "gz")])
def test_the_kind_of_a_file_is_the_ending_of_its_own_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind
