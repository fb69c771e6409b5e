"""Each correction of `spark_sql`, on both databases: the same expression, the same rows, the same values."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from junheng.validation.expressions import as_text
from junheng.validation.spark_lookups import decided
from junheng.validation.spark_patterns import java_pattern
from junheng.validation.spark_session import arrived, our_settings
from junheng.validation.spark_settings import settings_for_now
from junheng.validation.spark_sql import spark_sql
from tests.conformance.spark_session import CODEGEN

N = None
# words, another text, a whole number, a decimal, a double
ROWS: list[tuple[Any, ...]] = [
    (1, "鱼池小学", "2024-02-29", 3, Decimal("2.50"), 2.5),
    (2, 'O\'Brien \\ "x"', " 12 ", -7, Decimal("-2.50"), -2.5),
    (3, N, N, N, N, N),
    (4, "　 a b\u00a0", "2023-02-29", 0, Decimal("0.00"), 0.0),
    (5, "100%_\n", "20240229", 2147483647, Decimal("999999999999999.99"), 1e16),
    (6, "a\\tb", "2024-2-9", 1, Decimal("1.01"), 1.005),
    (7, "Ａ1", "2024-02-29 ", 12, Decimal("0.10"), float("nan")),
    (8, "𠮷野", " 2024-02-29\n", 5, Decimal("-0.05"), float("-inf")),
    (9, "a[b]&&c", "", 7, Decimal("33.33"), 1e-5),
    (10, "e\u0301 12 34", "2024-13-01", 9, Decimal("7.00"), 123456789.125),
]
EXPRESSIONS = [
    "concat(w, t, i)",
    "concat('<= ', cast(d as varchar))",
    "w || t",
    "trim(w)",
    "ltrim(w, 'a0')",
    "length(w)",
    "right(w, 2)",
    "left(w, 1)",
    "replace(w, 'a', '')",
    "i / 2",
    "i / 0",
    "d / i",
    "f / 3",
    "cast(case when d < 1000 then d end as integer)",
    "cast(case when f between -1000 and 1000 then f end as integer)",
    "cast(case when f between -1000 and 1000 then f end as decimal(18, 2))",
    "cast(cast(i as double) / 7 as decimal(18, 2))",
    "cast(i as decimal(14, 4)) * cast(d as decimal(20, 2))",
    "cast(i > 1 as varchar)",
    "cast(case when t like '2024-__-__' and t not like '%13%' then t end as date)",
    "w like 'a%'",
    "w like '%\\%'",
    "w like '%!%!_%' escape '!'",
    "not w like '%a%'",
    "w ilike 'A%'",
    "isfinite(f)",
    "regexp_matches(w, '^a$')",
    "try_strptime(t, '%Y-%m-%d') is null",
    "try_strptime(t, '%Y%m%d') is null",
    "coalesce(w, t, 'none')",
    "w in ('鱼池小学', 'a\\tb')",
    "w not in ('Ａ1')",
    "i is distinct from 3",
    "greatest(i, 1)",
    "nullif(i, 0)",
    "case when d > 1 then 'more' else 'less' end",
    "abs(d) * 2 > 4.99",
    "f > 1",
    "f = f",
    "(i, w) in (select i, w from judged where n < 3)",
    "not w in (select w from judged where n = 7)",
]
SHOWN = ["f", "d", "i", "w", "i > 1", "cast('2024-02-29' as date)"]
PATTERNS = [
    *("^a", "b$", r"\s", r"\S+\s\d", r"^.{2,4}$", "[甲鱼]", r"\bB", r"\d{2}", r"[[:alpha:]]\[", r"[\w\\]+$"),
    *(
        r"(?i)o'b",
        r"(?P<year>1)|e",
        r"\p{Han}{2}",
        r"[^[:space:]a-z]",
        r"\Qa[b]\E",
        r"a{,2}",
        r"[]&]",
        r"\x61\134",
        "%$",
    ),
]


def expressions() -> list[exp.Expr]:
    """Every expression on both databases, patterns and shown values too."""
    found = [sqlglot.parse_one(told, read="duckdb") for told in EXPRESSIONS]
    found += [as_text(sqlglot.parse_one(told, read="duckdb")) for told in SHOWN]
    for pattern in PATTERNS:
        literal = exp.Literal.string(pattern)
        found.append(exp.Anonymous(this="regexp_matches", expressions=[exp.column("w"), literal]))
    return found


def plain(value: Any) -> Any:
    """A value as it compares: numbers by their value, NaN with itself."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        return "nan" if value != value else Decimal(value)
    return str(value)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """The rows in DuckDB."""
    found = duckdb.connect()
    found.execute("create table judged (n int, w varchar, t varchar, i int, d decimal(18, 2), f double)")
    found.executemany("insert into judged values (?, ?, ?, ?, ?, ?)", [list(row) for row in ROWS])
    return found


def test_every_expression_has_the_values_of_duckdb(connection: duckdb.DuckDBPyConnection, spark: Any) -> None:
    schema = "n int, w string, t string, i int, d decimal(18, 2), f double"
    spark.createDataFrame(ROWS, schema).createOrReplaceTempView("judged")
    asked = expressions()
    ours = connection.execute(
        f"select {', '.join(one.sql('duckdb') for one in asked)} from judged order by n"
    ).fetchall()
    try:
        # Compiled, as Spark does it where nobody says otherwise.
        with our_settings(spark), settings_for_now(spark, {CODEGEN: "FALLBACK"}):
            texts = [f"{spark_sql(one, {})} as c{number}" for number, one in enumerate(asked)]
            rows = spark.sql(f"select {', '.join(texts)} from judged order by n").collect()
    finally:
        spark.catalog.dropTempView("judged")
    theirs = [[arrived(value) for value in row] for row in rows]
    differ = {}
    for number, one in enumerate(asked):
        found = [[plain(row[number]) for row in table] for table in (ours, theirs)]
        # Spark counts what is unknown in a look-up as false: only true counts.
        if one.find(exp.Select):
            found = [[value is True for value in column] for column in found]
        if found[0] != found[1]:
            differ[one.sql("duckdb")] = found
    assert differ == {}


@pytest.mark.parametrize("offered", [[(1, "a"), (2, "b"), (3, N), (N, "c")], [(3, N)]])
def test_what_is_not_in_a_query_is_that_of_duckdb_without_comparing_all_with_all(
    spark: Any, offered: list[tuple[Any, ...]]
) -> None:
    """What is NULL in part is unknown, unless the query gives no row."""
    ours = [(number, *row) for number, row in enumerate(product((1, 2, 3, N), ("a", "b", "c", N)))]
    told = """select n from ours where (x > 0 or n > 2) and not (x, y) in
        (select o.x, o.y from offered as o where o.x is not null and o.y is not null)"""
    duck = duckdb.connect()
    for name, schema, rows in (("ours", "n int, x int, y string", ours), ("offered", "x int, y string", offered)):
        duck.execute(f"create table {name} ({schema})")
        duck.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", [list(row) for row in rows])
        spark.createDataFrame(rows, schema).createOrReplaceTempView(name)
    try:
        frame = spark.sql(decided(sqlglot.parse_one(told, read="duckdb")).sql("spark"))
        found = sorted(row.n for row in frame.collect())
        plan = frame._jdf.queryExecution().executedPlan().toString()
    finally:
        for name in ("ours", "offered"):
            spark.catalog.dropTempView(name)
    assert found == [row[0] for row in duck.execute(f"{told} order by n").fetchall()]
    assert found
    assert "NestedLoop" not in plan


def test_a_query_that_builds_on_the_text_of_a_double_is_an_error(spark: Any) -> None:
    told = sqlglot.parse_one("select length(cast(cast(1 as double) as varchar))", read="duckdb")
    with our_settings(spark), pytest.raises(Exception, match="written otherwise by Spark"):
        spark.sql(spark_sql(told, {})).collect()


def test_a_pattern_keeps_its_line_ends() -> None:
    assert java_pattern("^a$") == r"(?d)^a\z"
