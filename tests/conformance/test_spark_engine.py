"""The rule engine on Spark gives what it gives on DuckDB: every result and every failing row."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from junheng.cli import app
from junheng.validation import RuleResult, run_suites, validate
from junheng.validation.parameters import load_bounds, load_parameters
from junheng.validation.results import Status
from junheng.validation.spark_settings import MEANING
from junheng.validation.spark_tables import folder_tables
from tests.conformance.awkward import COLUMNS, TABLES, awkward_connection, quoted
from tests.conformance.cases import CASES, spark_cases, suite_of
from tests.conformance.spark_session import awkward_frame, frame_of_rows

ROOT = Path(__file__).resolve().parents[2]
YEAR = 2024
SCHEMAS = ("raw", "standards", "published", "intermediate", "marts")
ROWS = 120
FAILING = "select * from failing_row order by suite, rule_id, keys, source_file, source_sheet, source_row, actual"
# Mistakes in the sample county: what a table's rows become.
MISTAKES = (
    "update raw.enrolment set pupils = -3 where grade = 2 and school_year = 2024",
    "update raw.enrolment set boarders = pupils + 7 where grade = 5",
    "update raw.classes set pupils = null where class_no = '1' and grade = 3",
    "update raw.rooms set school_code = '没有 ''这所'' \\学校' where school_year = 2023",
    "update raw.schools set school_name = school_name || ' ' where school_code like '%1'",
    "update raw.schools set school_kind = 'castle' where school_code like '%2'",
    "insert into raw.schools select * from raw.schools where school_code like '%3'",
    "update raw.facilities set teaching_area_m2 = teaching_area_m2 * 100 where school_year = 2024",
    "update raw.staff set annual_pay_yuan = 12.34, stage = null where staff_id like '%7'",
    "update raw.county_facts set value = value / 100 where value > 50",
    "delete from marts.dim_school where school_code like '%4'",
    "update marts.fct_unit_indicator set value = value * 0.5 where stage = 'primary'",
    "update marts.fct_unit_indicator set is_met = not is_met where indicator_id like 'teaching%'",
    "update marts.fct_county_difference set cv = cv + 0.4, mean = mean * 1.01",
    "delete from marts.fct_remediation where stage = 'junior'",
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of awkward values, and one with values drawn from them."""
    with awkward_connection() as found:
        found.execute("create table drawn as from awkward limit 0")
        marks = ", ".join("?" for _ in COLUMNS)
        found.executemany(f"insert into drawn values ({marks})", [list(row) for row in drawn_rows()])
        yield found


def drawn_rows() -> list[tuple[Any, ...]]:
    """Rows with a number of their own and cells drawn from those of the awkward table."""
    chance = random.Random(7)  # noqa: S311
    pools = [values for name, (_, values) in COLUMNS.items() if name != "id"]
    return [(number, *(chance.choice(pool) for pool in pools)) for number in range(ROWS)]


def told(results: Sequence[RuleResult]) -> list[tuple[Any, ...]]:
    """All that a result says; of an error only that it is one, for each database has its own words."""
    return [
        (
            *(result.rule_id, result.suite, result.table, result.severity, result.status, result.rows_checked),
            *(result.rows_failed, result.observed, result.required, result.sample),
            "" if result.status == "error" else result.reason,
        )
        for result in results
    ]


def assert_equal(ours: Any, theirs: Any) -> None:
    """Every result and every failing row of two runs."""
    assert told(theirs.results) == told(ours.results)
    assert theirs.failing_rows().fetchall() == ours.failing_rows().fetchall()


@pytest.mark.parametrize("table", ["awkward", "drawn", "empty"])
def test_every_type_of_rule_is_judged_alike(connection: duckdb.DuckDBPyConnection, spark: Any, table: str) -> None:
    frames = {name: awkward_frame(spark, name) for name in TABLES}
    frame = frame_of_rows(spark, drawn_rows()) if table == "drawn" else frames[table]
    for name in ("awkward", "empty"):
        frames[name].createOrReplaceTempView(name)  # another table that a rule counts
    cases = {kind: several[:1] for kind, several in CASES.items()} if table == "empty" else spark_cases()
    suite = suite_of(cases, table)
    ours, theirs = validate(connection, suite), validate(frame, suite, engine="spark")
    assert_equal(ours, theirs)
    statuses: set[Status] = {"no_data"} if table == "empty" else {"pass", "fail"}
    assert statuses <= {result.status for result in theirs.results}


def test_doubles_that_a_query_only_shows_are_written_alike(connection: duckdb.DuckDBPyConnection, spark: Any) -> None:
    shown = "concat(cast(t.ratio as string), ' / ', cast(t.id as string))"
    case = "case when t.id > 3 then cast(t.ratio as string) else 'few: ' || cast(t.steady as string) end"
    joined = "join (select max(high) as high from awkward) as m on m.high >= t.id"
    queries = [
        f"select t.*, {shown} as actual_value, cast(t.steady as string) as required_value from {{batch}} as t {joined}",
        f"select t.*, {case} as actual_value from {{batch}} as t where t.id > 1",
    ]
    awkward_frame(spark, "awkward").createOrReplaceTempView("awkward")
    suite = suite_of(
        {"unexpected_rows_expectation": [{"unexpected_rows_query": query} for query in queries]}, "awkward"
    )
    ours, theirs = validate(connection, suite), validate(awkward_frame(spark, "awkward"), suite, engine="spark")
    assert_equal(ours, theirs)
    assert [result.status for result in theirs.results] == ["fail", "fail"]
    assert {"1e+308 / 5", "few: 2.0"} <= {row[8] for row in theirs.failing_rows().fetchall()}


def test_a_double_whose_text_is_compared_is_an_error_on_spark(spark: Any) -> None:
    query = "select *, cast(ratio as string) as actual_value from {batch} order by actual_value limit 3"
    suite = suite_of({"unexpected_rows_expectation": [{"unexpected_rows_query": query}]}, "awkward")
    (result,) = validate(awkward_frame(spark, "awkward"), suite, engine="spark").results
    assert result.status == "error"


def views_of(spark: Any) -> set[str]:
    return {row.tableName for row in spark.sql("show tables").collect()}


def test_the_settings_of_the_session_are_left_as_they_were(spark: Any) -> None:
    before = {name: spark.conf.get(name, None) for name in MEANING}
    views = views_of(spark)
    validate(
        awkward_frame(spark, "one row"),
        suite_of({"expect_table_row_count_to_equal": [{"value": 1}]}, "t"),
        engine="spark",
    )
    assert {name: spark.conf.get(name, None) for name in MEANING} == before
    assert views_of(spark) <= views  # results of other tests let go of theirs when they are forgotten


@pytest.fixture(scope="module")
def wrong_county(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample county with mistakes in it: its warehouse, and its tables as a folder of Parquet."""
    folder = tmp_path_factory.mktemp("县 的 数据")
    warehouse = Path(shutil.copy(built_sample, folder / built_sample.name))
    with duckdb.connect(str(warehouse)) as connection:
        for mistake in MISTAKES:
            connection.execute(mistake)
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where list_contains(?, table_schema)",
            [list(SCHEMAS)],
        ).fetchall()
        for schema, table in tables:
            (folder / "表" / schema).mkdir(parents=True, exist_ok=True)
            path = folder / "表" / schema / f"{table}.parquet"
            connection.execute(f"copy (from {quoted(schema)}.{quoted(table)}) to '{path}' (format parquet)")
    return warehouse, folder / "表"


def test_every_committed_suite_judges_a_county_with_mistakes_alike(wrong_county: tuple[Path, Path], spark: Any) -> None:
    warehouse, folder = wrong_county
    values = {**load_bounds(warehouse), **load_parameters(warehouse, YEAR)}
    found: dict[str, tuple[list[RuleResult], list[Any]]] = {}
    for engine in ("duckdb", "spark"):
        results = run_suites(
            warehouse,
            ROOT / "expectations",
            parameters=values,
            school_year=YEAR,
            engine=engine,
            store=True,
            spark=folder_tables(spark, str(folder)) if engine == "spark" else None,
        )
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("use quality")
            found[engine] = (results, connection.execute(FAILING).fetchall())
            connection.execute("drop table failing_row")
    (ours, our_rows), (theirs, their_rows) = found["duckdb"], found["spark"]
    assert told(theirs) == told(ours)
    assert their_rows == our_rows
    assert len({row[1] for row in our_rows}) > 60
    assert {"pass", "fail", "warn"} <= {result.status for result in ours}


def test_the_command_judges_parquet_on_spark(wrong_county: tuple[Path, Path], spark: Any) -> None:
    _, folder = wrong_county
    answers = [
        CliRunner().invoke(
            app, ["check", "raw.facilities", *engine, "--json", "--data", str(folder / "raw" / "facilities.parquet")]
        )
        for engine in ([], ["--engine", "spark"])
    ]
    assert [answer.exit_code for answer in answers] == [1, 1]
    assert answers[1].stdout == answers[0].stdout
