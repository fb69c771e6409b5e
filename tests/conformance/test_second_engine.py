"""What the second engine sets right around Great Expectations: order, keys, errors, nothing to judge, no network."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.errors import UsageError
from junheng.validation import Suite, load_suite, validate

Json = dict[str, Any]
NOT_NULL = "expect_column_values_to_not_be_null"
QUERY = "unexpected_rows_expectation"


def suite(*rules: Json, **meta: Any) -> Suite:
    named = [{**rule, "meta": {"rule_id": f"r{number}"}} for number, rule in enumerate(rules)]
    return load_suite({"name": "t", "meta": {"table": "t", "keys": ["id"], **meta}, "expectations": named})


def rule(kind: str, **kwargs: Any) -> Json:
    return {"type": kind, "kwargs": kwargs}


@pytest.fixture
def table() -> duckdb.DuckDBPyConnection:
    """5 000 rows: `id` once, `half` twice, `name` in one row only."""
    connection = duckdb.connect()
    connection.execute(
        "create table t as select i as id, i % 2500 as half, if(i = 7, 'seven', null) as name from range(5000) r(i)"
    )
    return connection


def test_every_failing_row_comes_back_with_its_key(table: duckdb.DuckDBPyConnection) -> None:
    rules = suite(
        rule(NOT_NULL, column="name"),
        rule("expect_compound_columns_to_be_unique", column_list=["half", "id"]),
        rule("expect_column_values_to_be_unique", column="half"),
        rule(QUERY, unexpected_rows_query="select * from {batch} where id >= 1000"),
    )
    with validate(table, rules, engine="gx") as result:
        assert [found.rule_id for found in result.results] == ["r0", "r1", "r2", "r3"]
        assert [found.rows_failed for found in result.results] == [4999, 0, 5000, 4000]
        assert [row.keys["id"] for row in result.results[0].sample] == [*range(7), *range(8, 21)]
        per_rule = "rule_id, count(*), count(distinct keys)"
        counts = result.failing_rows().aggregate(per_rule).order("rule_id").fetchall()
        assert counts == [("r0", 4999, 4999), ("r2", 5000, 5000), ("r3", 4000, 4000)]


def test_rows_of_a_compound_key_are_fetched_where_great_expectations_lists_none(
    table: duckdb.DuckDBPyConnection,
) -> None:
    odd = {"type": "comparison", "column": {"name": "id"}, "operator": "<", "parameter": 2600}
    rules = suite(rule("expect_compound_columns_to_be_unique", column_list=["half", "twice"], row_condition=odd))
    table.execute("alter table t add column twice integer")
    table.execute("update t set twice = half // 2")
    with validate(table, rules, engine="gx") as result:
        (found,) = result.results
        assert (found.status, found.rows_checked, found.rows_failed) == ("fail", 2600, 200)
        assert (found.sample[0].keys, found.sample[0].actual) == ({"id": 0}, "half = 0, twice = 0")


def test_a_rule_that_cannot_be_asked_is_an_error_of_its_own(table: duckdb.DuckDBPyConnection) -> None:
    rules = suite(
        rule("expect_column_mean_to_be_between", column="name", min_value=0),
        rule(QUERY, unexpected_rows_query="select nowhere from {batch}"),
        rule("expect_column_values_to_match_regex", column="id", regex="1"),
        rule(NOT_NULL, column="id"),
    )
    results = validate(table, rules, engine="gx").results
    assert [found.status for found in results] == ["error", "error", "error", "pass"]
    assert all(found.reason for found in results[:3])


def test_nothing_to_judge_is_never_a_pass(table: duckdb.DuckDBPyConnection) -> None:
    table.execute("create table none as select *, null::integer as nothing from t where false")
    table.execute("create table few as select *, null::integer as nothing from t limit 3")
    never = {"type": "comparison", "column": {"name": "id"}, "operator": "==", "parameter": -1}
    rules = suite(
        rule(NOT_NULL, column="id", row_condition=never),
        rule("expect_column_values_to_be_between", column="nothing", min_value=0),
        rule("expect_table_row_count_to_be_between", min_value=1),
    )

    def found(name: str) -> list[tuple[str, str | None]]:
        return [(result.status, result.reason) for result in validate(table, rules, table=name, engine="gx").results]

    assert found("none") == [("no_data", "table_empty"), ("no_data", "table_empty"), ("fail", None)]
    assert found("few") == [("not_applicable", "nothing_in_scope"), ("no_data", "no_values"), ("pass", None)]
    assert found("missing") == [("no_data", "table_missing")] * 3


def test_personal_columns_are_masked(table: duckdb.DuckDBPyConnection) -> None:
    rules = suite(
        rule("expect_column_values_to_be_null", column="name"),
        rule("expect_column_max_to_be_between", column="half", max_value=1),
        rule(QUERY, unexpected_rows_query="select id, name as actual_value from {batch} where id = 7"),
        personal=["name", "half"],
    )
    with validate(table, rules, engine="gx") as result:
        assert [found.rows_failed for found in result.results] == [1, 1, 1]
        assert result.results[1].observed == "***"
        assert "seven" not in result.to_json()
        assert "seven" not in str(result.failing_rows().fetchall())


def test_the_callers_connection_keeps_its_transaction_and_is_left_clean(table: duckdb.DuckDBPyConnection) -> None:
    table.execute("begin")
    table.execute("delete from t where id > 10")
    result = validate(table, suite(rule("expect_table_row_count_to_equal", value=11)), engine="gx")
    assert result.success
    table.execute("rollback")
    assert table.execute("select count(*) from t").fetchall() == [(5000,)]
    assert table.execute("select view_name from duckdb_views() where not internal").fetchall() == []


@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb", "pandas"])
def test_every_form_of_data_is_judged(table: duckdb.DuckDBPyConnection, form: str, tmp_path: Path) -> None:
    path = tmp_path / f"data of 学校.{form}"
    data: Any = path
    if form in ("csv", "parquet"):
        table.execute(f"copy t to '{path}' (format {form})")
    elif form == "duckdb":
        table.execute(f"attach '{path}' as file")
        table.execute("create table file.t as from t")
        table.execute("detach file")
    else:
        data = importlib.import_module("pandas").DataFrame(
            {"id": range(5000), "name": [*([None] * 7), "seven", *([None] * 4992)]}
        )
    with validate(data, suite(rule(NOT_NULL, column="name")), engine="gx") as result:
        assert [found.rows_failed for found in result.results] == [4999]


def test_nothing_is_sent_anywhere(table: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> Any:
        attempts.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("GX_CLOUD_ACCESS_TOKEN", "token")
    monkeypatch.setenv("GX_CLOUD_ORGANIZATION_ID", "00000000-0000-0000-0000-000000000000")
    result = validate(table, suite(rule(NOT_NULL, column="id")), engine="gx")
    assert (result.success, attempts) == (True, [])


def test_our_own_engine_loads_neither_great_expectations_nor_spark() -> None:
    program = (
        "import sys, duckdb, junheng.validation as jv;"
        "c = duckdb.connect(); c.execute('create table t as select 1 as id');"
        "rules = [{'type': 'expect_column_values_to_not_be_null', 'kwargs': {'column': 'id'}}];"
        "assert jv.validate(c, {'name': 't', 'meta': {'table': 't'}, 'expectations': rules}).success;"
        "print(sorted({'great_expectations', 'pyspark', 'pandas', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_our_own_engine_says_which_engine_reads_spark() -> None:
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe", "sparkSession": None})()
    with pytest.raises(UsageError) as caught:
        validate(frame, suite(rule(NOT_NULL, column="id")))
    assert caught.value.message_id == "data_unknown"
