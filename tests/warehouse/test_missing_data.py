"""What is not there is missing data and no error: rows, values of a column, the other table of a look-up."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.validation import validate

Json = dict[str, Any]
ENGINES: list[Any] = ["duckdb", "gx"]
QUERY = "unexpected_rows_expectation"


def suite(*rules: tuple[str, Json]) -> Json:
    expectations = [{"type": kind, "id": f"r{number}", "kwargs": kwargs} for number, (kind, kwargs) in enumerate(rules)]
    return {"name": "s", "meta": {"table": "raw.t", "keys": ["k"]}, "expectations": expectations}


def outcomes(data: Any, rules: Json, engine: Any, **more: Any) -> list[tuple[str, str | None]]:
    with validate(data, rules, engine=engine, **more) as result:
        return [(found.status, found.reason) for found in result.results]


# Rules that a column of text cannot be asked.
TYPED = suite(
    ("expect_column_values_to_be_between", {"column": "v", "min_value": 0}),
    ("expect_column_values_to_be_between", {"column": "v", "min_value": "2024-09-01", "max_value": "2025-08-31"}),
    ("expect_column_values_to_be_in_set", {"column": "v", "value_set": [True]}),
    ("expect_column_sum_to_be_between", {"column": "v", "min_value": 0}),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "v", "column_B": "n"}),
    ("expect_column_values_to_not_be_outliers", {"column": "v"}),
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_header_without_rows_is_no_data_whatever_the_types(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("k,v,n\n", encoding="utf-8")
    assert outcomes(path, TYPED, engine) == [("no_data", "table_empty")] * 6
    grouped = suite((QUERY, {"unexpected_rows_query": "select k, sum(v) from {batch} group by k having sum(v) < 0"}))
    assert outcomes(path, grouped, engine) == [("no_data", "table_empty")]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_without_values_is_no_data_whatever_its_type(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "表.tsv"
    path.write_text("k\tv\tn\n1\t\t3\n2\t\t4\n", encoding="utf-8")
    assert outcomes(path, TYPED, engine) == [("no_data", "no_values")] * 6
    pandas = importlib.import_module("pandas")
    assert (
        outcomes(pandas.DataFrame({"k": [1, 2], "v": [None, None], "n": [3, 4]}), TYPED, engine)
        == [("no_data", "no_values")] * 6
    )


def test_a_column_with_one_value_keeps_its_type(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("k,v,n\n1,,3\n2,many,4\n", encoding="utf-8")
    assert [status for status, _ in outcomes(path, TYPED, "duckdb")] == ["error", "fail", *["error"] * 4]


def test_a_defect_of_a_rule_is_no_missing_data(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("k,v\n", encoding="utf-8")
    defects = suite(
        ("expect_column_values_to_be_between", {"column": "gone", "min_value": 0}),
        (QUERY, {"unexpected_rows_query": "select from where {batch}"}),
        ("expect_column_values_to_be_between", {"column": "v"}),
    )
    assert [status for status, _ in outcomes(path, defects, "duckdb")] == ["error"] * 3


def test_the_failing_rows_of_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("k,v,n\n1,,3\n2,,4\n", encoding="utf-8")
    rules = suite(
        ("expect_column_values_to_be_between", {"column": "v", "min_value": 0}),
        ("expect_column_values_to_be_between", {"column": "n", "max_value": 3}),
    )
    with validate(path, rules) as result:
        assert [found.status for found in result.results] == ["no_data", "fail"]
        assert result.failing_rows().project("rule_id, actual").fetchall() == [("r1", "4")]


LOOK_UPS = suite(
    (QUERY, {"unexpected_rows_query": "select * from {batch} as t where t.k not in (select k from raw.schools)"}),
    (QUERY, {"unexpected_rows_query": "with s as (from raw.schools) select t.* from {batch} as t join s using (k)"}),
    (QUERY, {"unexpected_rows_query": 'select * from {batch} where k in (select k from nowhere."x y".schools)'}),
    ("expect_table_row_count_to_equal_other_table", {"other_table_name": "raw.schools"}),
    # These read no other table.
    (QUERY, {"unexpected_rows_query": "with t as (select * from {batch}) select * from t where k > 5"}),
    (QUERY, {"unexpected_rows_query": "select * from {batch} where k not in (select range from range(9))"}),
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", ["csv", "parquet", "polars"])
def test_a_look_up_in_a_table_that_was_not_given_is_no_data(engine: Any, form: str, tmp_path: Path) -> None:
    data: Any = tmp_path / f"t.{form}"
    if form == "polars":
        data = importlib.import_module("polars").DataFrame({"k": [1, 2, 3]})
    else:
        duckdb.sql("select unnest([1, 2, 3]) as k").write_csv(str(data)) if form == "csv" else duckdb.sql(
            "select unnest([1, 2, 3]) as k"
        ).write_parquet(str(data))
    found = outcomes(data, LOOK_UPS, engine)
    assert found == [("no_data", "table_missing")] * 4 + [("pass", None)] * 2


@pytest.mark.parametrize("engine", ENGINES)
def test_in_a_database_a_table_that_is_not_there_is_a_defect_of_the_rule(engine: Any) -> None:
    connection = duckdb.connect()
    connection.execute("create schema raw; create table raw.t as select unnest([1, 2, 3]) as k")
    assert [status for status, _ in outcomes(connection, LOOK_UPS, engine)] == ["error"] * 4 + ["pass"] * 2


def test_a_look_up_in_a_table_that_is_there_is_judged() -> None:
    connection = duckdb.connect()
    connection.execute("create schema raw; create table raw.t as select unnest([1, 2, 3]) as k")
    connection.execute("create table raw.schools as select k from raw.t where k < 3")
    found = [status for status, _ in outcomes(connection, LOOK_UPS, "duckdb")]
    assert found == ["fail", "fail", "error", "fail", "pass", "pass"]


def test_a_name_in_a_query_is_no_variable_of_a_program() -> None:
    """DuckDB would read a Python variable of the name of a table that is not there."""
    polars = importlib.import_module("polars")
    rules = suite((QUERY, {"unexpected_rows_query": "select * from {batch} where k in (select k from polars)"}))
    assert outcomes(polars.DataFrame({"k": [1]}), rules, "duckdb") == [("no_data", "table_missing")]


@pytest.mark.parametrize("rows", [3, 5000])
def test_a_frame_of_polars_is_read_by_great_expectations_too(rows: int) -> None:
    frame = importlib.import_module("polars").DataFrame({"k": range(rows), "v": [None, *range(rows - 1)]})
    rules = suite(
        ("expect_column_values_to_not_be_null", {"column": "v"}),
        ("expect_column_values_to_be_between", {"column": "v", "max_value": 0}),
        ("expect_column_values_to_be_unique", {"column": "k"}),
        (QUERY, {"unexpected_rows_query": "select * from {batch} where k = 2"}),
    )
    found = []
    for engine in ENGINES:
        with validate(frame, rules, engine=engine) as result:
            found.append([(one.status, one.rows_failed, one.sample) for one in result.results])
    assert [count for _, count, _ in found[0]] == [1, rows - 2, 0, 1]
    assert found[0] == found[1]
