"""Where the rows come from, what they are called, and what happens when something is missing, broken or nobody's
business.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.errors import MachineError, UsageError
from junheng.validation import RuleResult, run_suites, validate
from junheng.validation.expressions import sql
from junheng.validation.plan import plan_of
from junheng.validation.queries import QueryRule
from junheng.validation.row_rules import RowRule
from junheng.validation.sources import ArrowStream, described, table_named
from junheng.validation.suite_files import load_suite

Json = dict[str, Any]


def suite(*rules: Json, table: str = "t", keys: tuple[str, ...] = ("k",), **meta: Any) -> Json:
    return {"name": "s", "meta": {"table": table, "keys": list(keys), **meta}, "expectations": list(rules)}


def rule(kind: str, rule_id: str | None = None, meta: Json | None = None, **kwargs: Any) -> Json:
    kind = kind if kind.startswith("unexpected") else f"expect_{kind}"
    return {"type": kind, "id": rule_id or kind, "kwargs": kwargs, "meta": meta or {}}


def query(text: str, **meta: Any) -> Json:
    return rule("unexpected_rows_expectation", meta=meta, unexpected_rows_query=text)


NOT_NULL = rule("column_values_to_not_be_null", column="v")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table t as select * from (values (1, 5, 'a'), (2, null, 'b'), (10, 7, 'c')) as t (k, v, s)"
    )
    connection.execute("create table codes as select unnest(['a', 'b']) as s")
    return connection


def one(data: Any, checked: Json, **more: Any) -> RuleResult:
    with validate(data, checked, **more) as result:
        (found,) = result.results
    return found


def keys(result: RuleResult) -> list[Any]:
    return [row.keys["k"] for row in result.sample]


# Queries

INLINE = [
    ("select * from {batch} where v > 5", [10]),
    ("select * from {batch} as t where t.v > 5", [10]),
    ("select t.k, t.v from {batch} t where t.v > 5 order by t.v", [10]),
    ("with b as (select * from {batch}) select t.* from b as t where t.v > 5", [10]),
    ("select * from {batch} as t where t.s not in (select s from codes)", [10]),
    ("select * from {batch} as t where not exists (select 1 from codes as c where c.s = t.s)", [10]),
    ("select * from {batch} as t where t.v = (select max(k) from codes as t, t as u) - 3", [10]),
    ("select * from {batch}", [1, 2, 10]),
    ("select k from {batch} where regexp_matches(s, '^[a]{{1}}$')", [1]),
]  # fmt: skip
OWN = [
    ("select a.* from {batch} as a join {batch} as b on a.k = b.k + 1", [2]),
    ("select k from {batch} group by k having sum(v) > 5", [10]),
    ("select distinct k from {batch} where v > 5", [10]),
    ("select * from {batch} where v > 5 limit 5", [10]),
    ("with b as (select * from {batch} where v > 5) select * from b", [10]),
    ("with b as (select * from {batch}) select * from b where k not in (select k from b where v is not null)", [2]),
    ("select * from {batch} where v > 6 union all select * from {batch} where v = 5", [1, 10]),
    ("select k, lead(v) over (order by k) as w from {batch} qualify w is null", [1, 10]),
    ("select v as k from {batch} where v > 5", [7]),
    ("select k, v + 1 as w from {batch} where w > 7", [10]),
]


@pytest.mark.parametrize(("text", "failing"), INLINE + OWN)
def test_a_query_finds_its_rows(connection: duckdb.DuckDBPyConnection, text: str, failing: list[int]) -> None:
    found = one(connection, suite(query(text)))
    assert (found.reason, keys(found), found.rows_failed) == (None, failing, len(failing))


@pytest.mark.parametrize(("texts", "kind"), [(INLINE, RowRule), (OWN, QueryRule)])
def test_a_query_that_only_filters_joins_the_one_scan(
    connection: duckdb.DuckDBPyConnection, texts: list[tuple[str, list[int]]], kind: type
) -> None:
    columns = described(connection, table_named("t"))
    for text, _ in texts:
        (compiled,) = plan_of(load_suite(suite(query(text))), columns, {}).rules.values()
        assert isinstance(compiled, kind), text


def test_a_query_says_what_it_found_and_wants(connection: duckdb.DuckDBPyConnection) -> None:
    shown = "select *, v || ' metres' as actual_value, 'at most ' || k as required_value from {batch} as t where v > 5"
    for text in (shown, f"{shown} limit 9"):
        (row,) = one(connection, suite(query(text))).sample
        assert (row.actual, row.required) == ("7 metres", "at most 10")
    (row,) = one(connection, suite(query("select * from {batch} where v > 5", actual="s", required="none"))).sample
    assert (row.actual, row.required) == ("c", "none")


def test_the_scope_of_a_query_is_what_it_checks(connection: duckdb.DuckDBPyConnection) -> None:
    text = "select * from {batch} as t where t.v > 5"
    assert one(connection, suite(query(text, scope="t.v is not null"))).rows_checked == 2
    none = one(connection, suite(query(text, scope="t.k > 99")))
    assert (none.status, none.reason) == ("not_applicable", "nothing_in_scope")


@pytest.mark.parametrize(
    "text",
    [
        "select nothing_here from {batch}",
        "select k from {batch} where",
        "drop table {batch}",
        "select v from {batch} limit 1",
        "select k from {batch} where k = {{",
    ],
)
def test_a_broken_query_is_an_error_of_its_own(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    broken, sound = validate(connection, suite({**query(text), "id": "broken"}, NOT_NULL)).results
    assert (broken.status, broken.rows_failed) == ("error", 0)
    assert (sound.status, keys(sound)) == ("fail", [2])


# Rules that raise


def test_rules_that_raise_in_the_scan_are_found_and_hurt_no_other(connection: duckdb.DuckDBPyConnection) -> None:
    guilty = [
        {**query("select * from {batch} where cast(s as integer) > 1"), "id": f"guilty {number}"} for number in range(3)
    ]
    sound = [{**NOT_NULL, "id": f"sound {number}"} for number in range(4)]
    mixed = [sound[0], guilty[0], sound[1], sound[2], guilty[1], guilty[2], sound[3]]
    with validate(connection, suite(*mixed)) as result:
        found = {item.rule_id: item for item in result.results}
        assert [item.rule_id for item in result.results] == [item["id"] for item in mixed]
    assert {item.status for name, item in found.items() if name.startswith("guilty")} == {"error"}
    assert {(item.status, tuple(keys(item))) for name, item in found.items() if name.startswith("sound")} == {
        ("fail", (2,))
    }
    assert "ConversionException" in (found["guilty 0"].reason or "")
    assert not result.success


def test_a_rule_whose_shown_value_raises_only_for_its_rows_is_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    shown = query("select *, cast(s as integer) as actual_value from {batch} where v > 5")
    broken, sound = validate(connection, suite({**shown, "id": "shown"}, NOT_NULL)).results
    assert (broken.status, sound.status, keys(sound)) == ("error", "fail", [2])


# Missing things


def test_empty_tables_all_null_columns_and_missing_tables_are_no_data(connection: duckdb.DuckDBPyConnection) -> None:
    rules = [
        NOT_NULL,
        rule("column_values_to_be_between", column="v", min_value=0),
        rule("column_max_to_be_between", column="v", min_value=0),
        rule("column_values_to_be_unique", column="v"),
        rule("column_distinct_values_to_be_in_set", column="v", value_set=[1]),
        rule("column_values_to_not_be_outliers", column="v"),
        rule("column_to_exist", column="v"),
        query("select k from {batch} limit 1"),
        rule("table_row_count_to_be_between", min_value=1),
    ]
    connection.execute("create table gone as select * from t where false")
    result = validate(connection, suite(*rules), table="gone")
    assert [item.status for item in result.results] == ["no_data"] * 8 + ["fail"]
    assert {item.reason for item in result.results} == {"table_empty", None}
    connection.execute("create table nulls as select 1 as k, null::integer as v")
    result = validate(connection, suite(*rules[:6]), table="nulls")
    assert [(item.status, item.reason) for item in result.results] == [("fail", None)] + [("no_data", "no_values")] * 5
    result = validate(connection, suite(*rules), table="never.made")
    assert {(item.status, item.reason) for item in result.results} == {("no_data", "table_missing")}
    assert not result.success


def test_a_condition_that_selects_nothing_is_not_applicable(connection: duckdb.DuckDBPyConnection) -> None:
    condition = {"type": "comparison", "column": {"name": "k"}, "operator": ">", "parameter": 99}
    for kind, more in (
        ("values_to_not_be_null", {}),
        ("max_to_be_between", {"min_value": 0}),
        ("values_to_be_unique", {}),
    ):
        found = one(connection, suite(rule(f"column_{kind}", column="v", row_condition=condition, **more)))
        assert (found.status, found.reason) == ("not_applicable", "nothing_in_scope")


MISSING = "column_missing: V, nearest: v"
ON_NULLS = {"type": "nullity", "column": {"name": "V"}, "is_null": True}
ENGINES: list[Any] = ["duckdb", "gx"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_column_is_an_error_of_the_rules_that_need_it(
    connection: duckdb.DuckDBPyConnection, engine: Any
) -> None:
    rules = [
        rule("column_values_to_not_be_null", "value", column="V"),
        rule("column_values_to_not_be_null", "condition", column="k", row_condition=ON_NULLS),
        rule("compound_columns_to_be_unique", "part of a set", column_list=["k", "V"]),
        rule("column_max_to_be_between", "figure", column="V", max_value=0),
        rule("column_values_to_be_in_type_list", "type", column="V", type_list=["INTEGER"]),
        rule("column_values_to_not_be_null", "shown", meta={"actual": "V"}, column="v"),
        NOT_NULL,
        rule("column_max_to_be_between", column="v", max_value=6),
    ]
    with validate(connection, suite(*rules), engine=engine) as result:
        assert [(found.status, found.reason) for found in result.results[:6]] == [("error", MISSING)] * 6
        assert [(found.status, found.rows_failed) for found in result.results[6:]] == [("fail", 1), ("fail", 1)]
        assert {row[0] for row in result.failing_rows().project("rule_id").fetchall()} == {NOT_NULL["id"]}
        assert not result.success


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_key_is_an_error_of_the_rules_that_name_rows(
    connection: duckdb.DuckDBPyConnection, engine: Any
) -> None:
    rules = [
        rule("column_values_to_not_be_null", column="k"),
        rule("column_values_to_be_unique", column="k"),
        rule("column_values_to_not_be_outliers", column="k", multiplier=9),
        query("select * from {batch} where v > 100"),
        {**query('select v as "V", k from {batch} where v = 5 limit 1'), "id": "query of its own"},
        rule("column_min_to_be_between", column="k", min_value=1),
        rule("column_unique_value_count_to_be_between", column="k", min_value=3),
        rule("table_row_count_to_equal", value=3),
        rule("column_to_exist", column="k"),
    ]
    with validate(connection, suite(*rules, keys=("V",)), engine=engine) as result:
        assert [(found.status, found.reason) for found in result.results[:4]] == [("error", MISSING)] * 4
        assert [found.status for found in result.results[4:]] == ["fail", "pass", "pass", "pass", "pass"]
        assert [dict(row.keys) for row in result.results[4].sample] == [{"V": 5}]


def test_a_mark_of_personal_data_on_a_missing_column_refuses_the_suite(connection: duckdb.DuckDBPyConnection) -> None:
    for engine in ENGINES:
        with pytest.raises(UsageError) as caught:
            validate(connection, suite(NOT_NULL, personal=["V"]), engine=engine)
        found = (caught.value.message_id, caught.value.found, caught.value.expected)
        assert found == ("suite_unknown_column", "V", "v")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_year_that_the_table_does_not_say_is_an_error_of_every_rule(
    connection: duckdb.DuckDBPyConnection, engine: Any
) -> None:
    rules = suite(NOT_NULL, rule("table_row_count_to_equal", value=3), year_column="school_year")
    with validate(connection, rules, school_year=2024, engine=engine) as result:
        assert [(found.status, found.reason) for found in result.results] == [
            ("error", "column_missing: school_year")
        ] * 2


def test_mostly_is_exact(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table ten as select i as k, nullif(i, 0) as v from range(10) as r (i)")
    for mostly, status in (
        (Decimal("0.9"), "pass"),
        (Decimal("0.90000000000000001"), "fail"),
        (1, "fail"),
        (0, "pass"),
    ):
        found = one(connection, suite(rule("column_values_to_not_be_null", column="v", mostly=mostly), table="ten"))
        assert (found.status, found.rows_failed, keys(found)) == (status, 1, [0])


# Names and keys


def test_names_may_be_reserved_quoted_and_in_any_script(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        'create schema "sel ect"; create table "sel ect"."从 ""x""" ("order" integer, "a.b" varchar, "it\'s" integer)'
    )
    connection.execute('insert into "sel ect"."从 ""x""" values (1, \'x\', 1), (null, \'y\', 1)')
    names = suite(
        rule("column_values_to_not_be_null", column="order"),
        rule("column_values_to_be_unique", column="it's"),
        table='sel ect.从 "x"',
        keys=("a.b", "it's"),
    )
    first, second = validate(connection, names).results
    assert [dict(row.keys) for row in first.sample] == [{"a.b": "y", "it's": 1}]
    assert [row.actual for row in second.sample] == ["1", "1"]


def test_samples_are_the_smallest_keys_as_numbers_and_all_rows_are_kept(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table many as select i as k, null::integer as v from range(1000, 0, -1) as r (i)")
    with validate(connection, suite(NOT_NULL, table="many")) as result:
        assert keys(result.results[0]) == list(range(1, 21))
        assert result.failing_rows().aggregate("count(*)").fetchall() == [(1000,)]


def test_key_parts_keep_their_values(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table k as select null::varchar as a, 9007199254740993 as b, date '2024-09-01' as c, 1.50::decimal(9,2) as d,"
        " 170141183460469231731687303715884105727::hugeint as e, true as f, null::integer as v"
    )
    found = one(connection, suite(NOT_NULL, table="k", keys=tuple("abcdef")))
    assert dict(found.sample[0].keys) == {
        "a": None, "b": 9007199254740993, "c": "2024-09-01", "d": "1.50", "e": "170141183460469231731687303715884105727", "f": True,
    }  # fmt: skip


def test_personal_columns_are_starred_wherever_they_are_shown(connection: duckdb.DuckDBPyConnection) -> None:
    rules = [
        rule("column_values_to_be_in_set", "set", column="s", value_set=["a"]),
        rule("compound_columns_to_be_unique", "unique", column_list=["s", "v"]),
        query("select *, s as actual_value, s as required_value from {batch} where v > 5"),
        {**query("select *, s as actual_value, s as required_value from {batch} where v > 5 limit 3"), "id": "own"},
        rule("column_max_to_be_between", column="s", max_value="a"),
        rule("column_distinct_values_to_be_in_set", column="s", value_set=["a"]),
        rule("column_most_common_value_to_be_in_set", column="s", value_set=["z"]),
    ]
    with validate(connection, suite(*rules, keys=("k", "s"), personal=["s"])) as result:
        assert [item.status for item in result.results] == ["fail"] * 7
        told = result.to_json() + json.dumps(result.failing_rows().fetchall(), ensure_ascii=False)
    results = json.loads(result.to_json())["results"]
    shown = [row for item in results for row in item["sample"]]
    assert {row["keys"]["s"] for row in shown} == {"***"}
    assert {row["actual"] for row in shown} == {"***"}
    assert [item["observed"] for item in results[4:]] == ["***"] * 3
    assert '"b"' not in told
    assert '"c"' not in told


# Sources


def test_data_frames_are_sources(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    import pandas
    import polars

    cells = {"k": [1, 2, 10], "v": [5, None, 7], "s": ["a", "b", "c"]}
    frame = polars.DataFrame(cells)
    nullable = pandas.DataFrame(cells).astype({"v": "Int64"})
    check_sources(connection, tmp_path, [nullable, frame, frame.lazy().collect(), ArrowStream(frame)])


def test_files_and_relations_are_sources(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    check_sources(connection, tmp_path, [])


def check_sources(connection: duckdb.DuckDBPyConnection, folder: Path, frames: list[Any]) -> None:
    expected = one(connection, suite(NOT_NULL))
    for suffix in ("csv", "parquet"):
        connection.execute(f"copy t to '{folder}/数据.{suffix}'")
    database = folder / "it's.duckdb"
    with duckdb.connect(str(database)) as file:
        file.execute("create schema raw; create table raw.t (k integer, v integer, s varchar)")
        file.executemany("insert into raw.t values (?, ?, ?)", connection.execute("from t").fetchall())
        file.execute("create view raw.seen as select * from raw.t")
    before = database.read_bytes()
    found = [one(frame, suite(NOT_NULL)) for frame in frames]
    found += [one(folder / f"数据.{suffix}", suite(NOT_NULL)) for suffix in ("csv", "parquet")]
    found += [one(database, suite(NOT_NULL), table=name) for name in ("raw.t", "raw.seen")]
    found += [one(connection, suite(NOT_NULL), table=connection.sql("select * from t"))]
    assert found == [expected] * len(found)
    assert database.read_bytes() == before
    with duckdb.connect(str(database)) as file:  # it was given back
        file.execute("create table after (i integer)")


def test_what_cannot_be_read_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "no.duckdb").write_text("no database", encoding="utf-8")
    for data, error, name in (
        (tmp_path / "gone.csv", UsageError, "data_missing"),
        (tmp_path / "table.xlsx", UsageError, "data_unknown"),
        (object(), UsageError, "data_unknown"),
        (tmp_path / "no.duckdb", MachineError, "warehouse_unreadable"),
    ):
        with pytest.raises(error) as caught:
            validate(data, suite(NOT_NULL))
        assert caught.value.message_id == name


def test_a_second_run_replaces_what_the_first_has_stored(connection: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        result = validate(connection, suite(NOT_NULL))
        assert len(result.failing_rows().fetchall()) == 1
    connection.execute("update t set v = 1")
    assert validate(connection, suite(NOT_NULL)).failing_rows().fetchall() == []


def test_a_warehouse_keeps_all_failing_rows_in_quality(tmp_path: Path) -> None:
    database, folder = tmp_path / "w.duckdb", tmp_path / "raw"
    with duckdb.connect(str(database)) as file:
        file.execute(
            "create schema raw; create table raw.t as select i as k, null::integer as v from range(50) as r (i)"
        )
    folder.mkdir()
    words = {word: word for word in ("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source", "required")}
    meta = {**words, "rule_id": "raw.t.v", "table": "raw.t", "keys": ["k"]}
    document = suite({**NOT_NULL, "severity": "warning", "description": "d", "meta": meta}, table="raw.t")
    (folder / "t.json").write_text(json.dumps({**document, "name": "raw.t", "id": "x"}), encoding="utf-8")
    (found,) = run_suites(database, folder, parameters={}, store=True)
    assert (found.status, found.rows_failed, len(found.sample)) == ("warn", 50, 20)
    with duckdb.connect(str(database), read_only=True) as file:
        stored = file.execute("select * from quality.failing_row order by cast(keys ->> 'k' as integer)").fetchall()
    assert len(stored) == 50
    assert stored[0] == ("raw.t", "raw.t.v", "raw.t", "warning", '{"k":0}', None, None, None, None, "required")


def test_identifiers_and_values_are_quoted_by_the_builder() -> None:
    assert sql(table_named('a"b.c d')).startswith('"a""b"."c d"')
