"""`junheng build --target spark`: every table is that of DuckDB, row by row; what fails is told in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import join
from shutil import copytree

import duckdb
import pytest

from benchmarks.same_tables import OF_ONE_RUN, differences
from benchmarks.spark_tuned import JAVA, TUNED, as_options
from tests.conftest import Once
from tests.end_to_end.command_line import SAMPLE, Outcome, junheng

# Two threads, as every other Spark of the tests, and a memory that need not grow bit by bit.
SETTINGS = TUNED | {"spark.driver.extraJavaOptions": f"{JAVA} -Xms1200m -Xmn700m"}
SUBMIT = join(["--master", "local[2]", "--driver-memory", "2g", *as_options(SETTINGS)])
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


def test_every_table_and_every_result_is_the_same_row_by_row(built: Path, engines: duckdb.DuckDBPyConnection) -> None:
    listed = "select schema_name, count(*) from duckdb_tables() where database_name = 'duckdb' group by all"
    tables = dict(engines.execute(listed).fetchall())
    for schema, least in {"marts": 16, "display": 22, "intermediate": 36, "standards": 20, "raw": 9}.items():
        assert tables[schema] >= least
    of_models = sum(count for schema, count in tables.items() if schema != "quality")
    assert differences(*(built / name for name in NAMES)) == (of_models + len(OF_ONE_RUN), {})


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
