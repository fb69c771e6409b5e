"""Leading zeros come back where exactly one code fits, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from junheng.landing.codes import RestoredCode, examples, restore_leading_zeros
from junheng.project import packaged_project
from junheng.raw_contract import RawTable, read_contract

CONTRACT = read_contract(packaged_project().standards)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw; attach ':memory:' as scratch")
        for table in CONTRACT.values():
            connection.execute(f"create table raw.{table.name} ({columns_of(table)})")
        for year, code in (
            (2024, "0500152001"),
            (2024, "0500152002"),
            (2024, "77"),
            (2024, "0077"),
            (2023, "0000000009"),
        ):
            add(connection, "schools", school_year=year, school_code=code)
        yield connection


def columns_of(table: RawTable) -> str:
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
    return f"{columns}, _source_file varchar, _source_sheet varchar, _source_row bigint"


def add(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    values = {"_source_file": f"{table}.csv", "_source_row": 2, **values}
    marks = ", ".join("?" * len(values))
    connection.execute(f"insert into raw.{table} ({', '.join(values)}) values ({marks})", list(values.values()))


def school_codes(connection: duckdb.DuckDBPyConnection, table: str = "facilities") -> list[str]:
    return [code for (code,) in connection.execute(f"select school_code from raw.{table} order by rowid").fetchall()]


@pytest.mark.parametrize(
    ("year", "given", "expected"),
    [
        (2024, "500152001", "0500152001"),
        (2024, "0500152001", "0500152001"),
        (2024, "500152009", "500152009"),
        # Known as it stands, though a longer one fits too.
        (2024, "77", "77"),
        # Not in this year, but in another: the table of schools has this year, so it stays unknown.
        (2024, "9", "9"),
        # The table of schools does not have this year: any year's codes are asked.
        (2022, "9", "0000000009"),
        (2024, "500152001A", "500152001A"),
    ],
)
def test_a_code_of_a_school(connection: duckdb.DuckDBPyConnection, year: int, given: str, expected: str) -> None:
    add(connection, "facilities", school_year=year, school_code=given, _source_row=7)
    restored = restore_leading_zeros(connection, CONTRACT)
    assert school_codes(connection) == [expected]
    change = RestoredCode("facilities", "facilities.csv", None, 7, "school_code", given, expected)
    assert restored == ((change,) if given != expected else ())


def test_a_code_that_two_schools_may_be_stays(connection: duckdb.DuckDBPyConnection) -> None:
    add(connection, "schools", school_year=2024, school_code="00500152001")
    add(connection, "facilities", school_year=2024, school_code="500152001")
    assert restore_leading_zeros(connection, CONTRACT) == ()
    assert school_codes(connection) == ["500152001"]


def test_the_code_of_the_parent_and_of_funding(connection: duckdb.DuckDBPyConnection) -> None:
    add(connection, "schools", school_year=2024, school_code="0500152003", parent_code="500152002")
    add(connection, "school_funding", fiscal_year=2024, school_code="500152002")
    assert [one.after for one in restore_leading_zeros(connection, CONTRACT)] == ["0500152002"] * 2
    assert school_codes(connection, "school_funding") == ["0500152002"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["01", "02", "3", "10"], ["01", "02", "03", "10"]),
        # Ordinary numbers: nothing says that any had a zero.
        (["1", "2", "10"], ["1", "2", "10"]),
        # Of several lengths: which one is right?
        (["01", "2", "003"], ["01", "2", "003"]),
        # Two would become one.
        (["03", "3", "04"], ["03", "3", "04"]),
        (["01", "3", "A4"], ["01", "03", "A4"]),
        (["01", "3", "A"], ["01", "3", "A"]),
    ],
)
def test_identifiers_within_a_file(
    connection: duckdb.DuckDBPyConnection, given: list[str], expected: list[str]
) -> None:
    for row, code in enumerate(given, start=2):
        key = {"school_year": 2024, "school_code": "0500152001", "stage": "primary", "grade": 1}
        add(connection, "classes", **key, class_no=code, _source_row=row)
    # Another file says nothing about this one.
    add(connection, "classes", school_year=2024, school_code="0500152002", class_no="0009", _source_file="other.csv")
    restore_leading_zeros(connection, CONTRACT)
    found = connection.execute("select class_no from raw.classes order by _source_file, rowid").fetchall()
    assert [code for (code,) in found] == [*expected, "0009"]


def test_examples_are_for_one_column_of_one_file(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("facilities", "enrolment"):
        add(connection, table, school_year=2024, school_code="500152001")
    restored = restore_leading_zeros(connection, CONTRACT)
    query = examples(restored, "facilities", "school_code", "facilities.csv", None)
    assert connection.execute(query).fetchall() == [
        (2, "school_code", "leading_zeros_restored", "500152001", "0500152001")
    ]
