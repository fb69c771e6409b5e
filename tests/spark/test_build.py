"""`junheng build --target spark`: every table is that of DuckDB, row by row; what fails is told in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import duckdb
import pytest

from tests.conftest import Once
from tests.end_to_end.command_line import SAMPLE, Outcome, junheng

# Two threads, as every other Spark of the tests; short queries on small tables, for which compiling costs most, then
# Java's own check of the classes of Spark, its memory growing bit by bit, plans in words that nobody reads, and plans
# looked over after every step.
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "0",
    "spark.broadcast.compress": "false",
    "spark.shuffle.compress": "false",
    "spark.sql.parquet.compression.codec": "uncompressed",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms1200m -Xmn700m"
    " -XX:MetaspaceSize=300m -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
}
SUBMIT = " ".join(
    ["--master local[2] --driver-memory 2g", *(f"--conf '{name}={value}'" for name, value in SETTINGS.items())]
)
# The sample county and generated ones, with mistakes that are set aside.
GENERATED = ("--counties", "2", "--years", "4", "--schools", "12", "--seed", "11", "--format", "csv")
MISTAKES = ("--mistakes", "0.1")
NAMES = ("duckdb", "spark")


def build(out: Path, raw: Path, target: str) -> Outcome:
    options = ("--quarantine", "--no-report", "--json", "--target", target)
    told = {"PYSPARK_SUBMIT_ARGS": f"{SUBMIT} pyspark-shell", "SPARK_LOCAL_IP": "127.0.0.1"}
    return junheng("build", "--raw", raw, "--out", out, *options, environment=told)


def build_both(place: Path) -> None:
    """Build the same raw tables on both engines, in a path that is hard for Java."""
    outcome = junheng("generate", *GENERATED, *MISTAKES, "--out", place / "原始 表")
    assert outcome.code == 0, outcome.stderr
    copytree(SAMPLE, place / "原始 表" / "样例")
    for name in NAMES:
        outcome = build(place / name, place / "原始 表", name)
        assert outcome.code == 0, outcome.stderr
        (place / f"{name}.json").write_text(outcome.stdout, encoding="utf-8")


@pytest.fixture(scope="module")
def built(once: Once, compiled: None) -> Path:
    """The folder with the output of both engines."""
    return once("两个 引擎", build_both)


@pytest.fixture
def engines(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both published warehouses, attached under the names of the engines."""
    with duckdb.connect() as connection:
        for name in NAMES:
            path = str(built / name / "warehouse.duckdb").replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        yield connection


def test_every_table_is_the_same_row_by_row(engines: duckdb.DuckDBPyConnection) -> None:
    listed = "select schema_name, table_name from duckdb_tables() where database_name = ? order by all"
    tables = engines.execute(listed, ["duckdb"]).fetchall()
    assert engines.execute(listed, ["spark"]).fetchall() == tables
    for schema, least in {"marts": 16, "display": 22, "intermediate": 36, "standards": 20, "raw": 9}.items():
        assert sum(table[0] == schema for table in tables) >= least
    different = {}
    # What a run is called and when it was is different, of course.
    for schema, name in [table for table in tables if table[0] != "quality"]:
        here, there = (f'{engine}."{schema}"."{name}"' for engine in NAMES)
        if engines.execute(f"describe {here}").fetchall() != engines.execute(f"describe {there}").fetchall():
            different[f"{schema}.{name}"] = "columns or types"
        rows = f"(from {here} except all from {there}) union all (from {there} except all from {here})"
        if found := engines.execute(f"select count(*) from ({rows})").fetchone():
            different |= {f"{schema}.{name}": f"{found[0]} rows"} if found[0] else {}
    assert different == {}


def test_every_rule_has_the_same_result_and_the_same_failing_rows(engines: duckdb.DuckDBPyConnection) -> None:
    for table, without in (("rule_result", "run_id, seconds"), ("failing_row", "run_id"), ("row_accounting", "")):
        columns = engines.execute(f"describe duckdb.quality.{table}").fetchall()
        names = ", ".join(f'"{column[0]}"' for column in columns if column[0] not in without.split(", "))
        here, there = (f"select {names} from {engine}.quality.{table}" for engine in NAMES)
        assert engines.execute(f"select count(*) from ({here} except all {there})").fetchone() == (0,), table
        assert engines.execute(f"select count(*) from ({there} except all {here})").fetchone() == (0,), table


def test_the_comparison_has_what_it_needs_to_fail(engines: duckdb.DuckDBPyConnection) -> None:
    """More than one county, rows set aside, figures that are no whole numbers, reasons why there is none."""
    asked = {
        "select count(distinct county_code) from duckdb.marts.fct_county_verdict": 3,
        "select count(*) from duckdb.quality.quarantined_row": 3,
        "select count(distinct reason) from duckdb.marts.fct_unit_indicator": 1,
        "select count(*) from duckdb.marts.fct_county_difference where cv <> round(cv, 6)": 20,
    }
    for query, least in asked.items():
        assert (engines.execute(query).fetchone() or (0,))[0] >= least, query


def test_published_files_are_the_same_bytes(built: Path) -> None:
    files = sorted(file.name for file in (built / "duckdb" / "marts").iterdir())
    assert files
    for name in files:
        assert (built / "spark" / "marts" / name).read_bytes() == (built / "duckdb" / "marts" / name).read_bytes(), name
