"""How often a table is read.

Counted in the plans of the statements that really run, and in the rows that DuckDB says it has scanned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.validation import load_suite, validate
from junheng.validation.failing_rows import FailingRows
from junheng.validation.plan import plan_of
from junheng.validation.rule_engine import EngineRun
from junheng.validation.session import DuckSession
from junheng.validation.sources import described, table_named, temporary_table
from tests.warehouse import raw_county

Json = dict[str, Any]
ROWS = 5000


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.judged as select i as id, i % 100 as a, (i % 77)::double as d, 'code ' || i % 20 as s,"
            f" i // 2 as half, if(i % 9 = 0, null, i) as gaps from range({ROWS}) as r (i)"
        )
        connection.execute("create table raw.codes as select distinct s from raw.judged")
        yield connection


def scans(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> int:
    """How often the statements read `raw.judged`, each run once more with its profile."""
    found = 0
    for statement in statements:
        if "judged" not in statement.replace("judged row", ""):  # only a table of the session, gone by now
            continue
        if re.match(r"create|insert", statement, re.IGNORECASE):
            statement = statement[statement.upper().index("SELECT") :]
        ((_, profile),) = connection.execute(f"explain (analyze, format json) {statement}").fetchall()
        found += sum(reads(node) for node in json.loads(profile)["children"])
    return found


def reads(node: Json) -> int:
    here = node.get("operator_type", "").strip() in ("TABLE_SCAN", "SEQ_SCAN") and "judged" in json.dumps(
        node.get("extra_info")
    )
    return here + sum(reads(child) for child in node.get("children") or ())


def run(connection: duckdb.DuckDBPyConnection, rules: list[Json]) -> EngineRun:
    suite = load_suite({"name": "s", "meta": {"table": "raw.judged", "keys": ["id"]}, "expectations": rules})
    relation = table_named(suite.table)
    store = FailingRows(connection, temporary_table(), temporary=True)
    engine = EngineRun(DuckSession(connection), relation, plan_of(suite, described(connection, relation), {}), store)
    engine.results = engine.run()  # type: ignore[attr-defined]
    return engine


def rule(kind: str, **kwargs: Any) -> Json:
    return {"type": kind if kind.startswith("unexpected") else f"expect_{kind}", "kwargs": kwargs}


CONDITION = {"type": "comparison", "column": {"name": "a"}, "operator": ">", "parameter": 5}
PASSING = [
    *(rule("column_values_to_be_between", column="a", min_value=-low, max_value=99) for low in range(40)),
    rule("column_values_to_not_be_null", column="id"),
    rule("column_values_to_be_in_set", column="s", value_set=[f"code {number}" for number in range(20)]),
    rule("column_values_to_match_regex", column="s", regex="^code [0-9]+$", row_condition=CONDITION),
    rule("column_pair_values_a_to_be_greater_than_b", column_A="id", column_B="half", or_equal=True),
    rule("multicolumn_sum_to_equal", column_list=["a", "half"], sum_total=-1, mostly=0),
    rule("column_min_to_be_between", column="d", min_value=0),
    rule("column_mean_to_be_between", column="a", min_value=1, row_condition=CONDITION),
    rule("column_median_to_be_between", column="a", min_value=1),
    rule("table_row_count_to_equal", value=ROWS),
    rule("column_to_exist", column="id"),
    rule(
        "unexpected_rows_expectation",
        unexpected_rows_query="select * from {batch} as t where t.s not in (select s from raw.codes)",
    ),
    rule(
        "unexpected_rows_expectation",
        unexpected_rows_query="with b as (select * from {batch}) select t.* from b as t"
        " where not exists (select 1 from raw.codes as c where c.s = t.s)",
    ),
]


def statuses(engine: EngineRun) -> set[str]:
    return {result.status for result in engine.results}  # type: ignore[attr-defined]


def test_all_row_rules_and_figures_cost_one_scan_when_all_pass(connection: duckdb.DuckDBPyConnection) -> None:
    # The sum is broken by every row, which `mostly` allows: it would have to be listed.
    engine = run(connection, [item for item in PASSING if "sum_total" not in item["kwargs"]])
    assert statuses(engine) == {"pass"}
    assert scans(connection, engine.statements) == 1


def test_failing_rows_cost_a_second_scan_however_many_rules_fail(connection: duckdb.DuckDBPyConnection) -> None:
    failing = [rule("column_values_to_be_between", column="a", max_value=high) for high in range(10, 30)]
    engine = run(connection, [*PASSING, *failing])
    assert statuses(engine) == {"pass", "fail"}
    assert scans(connection, engine.statements) == 2


def test_each_key_is_grouped_once_whatever_the_number_of_rules(connection: duckdb.DuckDBPyConnection) -> None:
    unique = [rule("column_values_to_be_unique", column="id") for _ in range(5)]
    compound = [rule("compound_columns_to_be_unique", column_list=["half", "id"]) for _ in range(5)]
    engine = run(connection, [*unique, *compound, rule("column_values_to_not_be_null", column="id")])
    assert statuses(engine) == {"pass"}
    assert scans(connection, engine.statements) == 1 + 2


def test_distinct_values_of_a_column_are_grouped_once(connection: duckdb.DuckDBPyConnection) -> None:
    kinds = ["to_be_in_set", "to_equal_set", "to_contain_set"]
    codes = [f"code {number}" for number in range(20)]
    rules = [rule(f"column_distinct_values_{kind}", column="s", value_set=codes) for kind in kinds]
    engine = run(connection, [*rules, rule("column_unique_value_count_to_be_between", column="s", max_value=20)])
    assert statuses(engine) == {"pass"}
    assert scans(connection, engine.statements) == 1 + 1


def test_rules_on_the_spread_share_one_more_scan(connection: duckdb.DuckDBPyConnection) -> None:
    rules = [
        rule("column_value_z_scores_to_be_less_than", column=name, threshold=9, double_sided=True) for name in "ad"
    ]
    engine = run(connection, [*rules, rule("column_values_to_not_be_outliers", column="a", multiplier=5)])
    assert statuses(engine) == {"pass"}
    assert scans(connection, engine.statements) == 2


def test_binding_reads_nothing_and_a_broken_rule_costs_no_scan(connection: duckdb.DuckDBPyConnection) -> None:
    broken = rule("unexpected_rows_expectation", unexpected_rows_query="select * from {batch} as t where t.gone > 1")
    engine = run(connection, [*(item for item in PASSING if "sum_total" not in item["kwargs"]), broken])
    assert [result.status for result in engine.results].count("error") == 1  # type: ignore[attr-defined]
    # The first statement did not bind, so it read nothing.
    assert scans(connection, engine.statements[1:]) == 1


def test_the_raw_suites_read_each_table_once_but_for_its_keys(tmp_path: Path) -> None:
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", raw_county.good_county().tables)
    with duckdb.connect(str(database), read_only=True) as connection:
        for path in sorted(raw_county.RAW_SUITES.glob("*.json")):
            suite = load_suite(path)
            relation = table_named(suite.table)
            store = FailingRows(connection, temporary_table(), temporary=True)
            engine = EngineRun(
                DuckSession(connection), relation, plan_of(suite, described(connection, relation), {}), store
            )
            assert {result.status for result in engine.run()} == {"pass"}
            # One statement judges all row rules; the others group keys.
            counting = [statement for statement in engine.statements if "count_if" in statement.lower()]
            assert len(counting) == 1, path.name


def test_a_look_up_is_made_once_however_many_rules_name_it(connection: duckdb.DuckDBPyConnection) -> None:
    known = "(t.s, t.a % 20) in (select s, n from raw.numbered)"
    connection.execute("create table raw.numbered as select s, split_part(s, ' ', 2)::int as n from raw.codes")
    connection.execute("insert into raw.numbered values (null, 7)")
    queries = [
        f"select * from {{batch}} as t where {known} and t.a > {low} and not (t.s in (select s from raw.codes))"
        for low in range(5)
    ]
    queries.append(f"select * from {{batch}} as t where t.id < 40 and not {known}")
    queries.append(f"select * from {{batch}} as t where t.rowid = 3 and {known}")
    rules = [rule("unexpected_rows_expectation", unexpected_rows_query=query) for query in queries]
    for each in rules:
        each["meta"] = {"scope": known}
    engine = run(connection, rules[:-1])
    ((_, profile),) = connection.execute(f"explain (format json) {engine.statements[0]}").fetchall()
    assert profile.count("raw.numbered") == profile.count("raw.codes") == 1
    together = [(one.status, one.rows_checked, one.rows_failed) for one in engine.results]  # type: ignore[attr-defined]
    assert together == [("pass", ROWS, 0)] * 6
    with_row_id = run(connection, rules).results  # type: ignore[attr-defined]
    assert [(one.status, one.rows_checked, one.rows_failed) for one in with_row_id] == [*together, ("fail", ROWS, 1)]


def test_scans_are_counted_at_all(connection: duckdb.DuckDBPyConnection) -> None:
    assert scans(connection, ["select count(*) filter (where a > 1) from raw.judged", "select 1"]) == 1
    assert scans(connection, ["select * from raw.judged as x join raw.judged as y on x.id = y.half"]) == 2


def test_the_result_of_the_shared_scan_is_that_of_each_rule_alone(connection: duckdb.DuckDBPyConnection) -> None:
    together = run(connection, PASSING).results  # type: ignore[attr-defined]
    for number, item in enumerate(PASSING):
        with validate(
            connection, {"name": "s", "meta": {"table": "raw.judged", "keys": ["id"]}, "expectations": [item]}
        ) as alone:
            (found,) = alone.results
        assert (found.status, found.rows_checked, found.rows_failed, found.observed, found.sample) == (
            together[number].status, together[number].rows_checked, together[number].rows_failed, together[number].observed,
            together[number].sample,
        )  # fmt: skip
