"""`validate`: one suite on one table. `run_suites`: every suite under a folder on a warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from junheng.build_file import STORAGE
from junheng.errors import DataError, JunhengError, MachineError, UsageError
from junheng.validation.agreement import agreements
from junheng.validation.expressions import identifier, sql
from junheng.validation.failing_rows import PLACE_NAMES, FailingRows
from junheng.validation.guessed_types import without_guesses
from junheng.validation.gx_json import filled_document
from junheng.validation.gx_tables import is_spark
from junheng.validation.linter import lint_values
from junheng.validation.outcomes import without_year
from junheng.validation.results import RuleResult, ValidationResult
from junheng.validation.session import DuckSession
from junheng.validation.sources import (
    FAILING_ROWS,
    Limits,
    described,
    exists,
    narrowed,
    open_source,
    own_connection,
    table_named,
    temporary_table,
)
from junheng.validation.spark_trouble import trouble_told
from junheng.validation.suite_files import load_suite, load_suites
from junheng.validation.suite_run import Engine, run_on
from junheng.validation.suites import Parameters, Suite

ORDER = ("rule_id", "keys", *PLACE_NAMES, "actual", "required")


def validate(
    data: Any,
    suite: Suite | Path | str | Mapping[str, Any],
    *,
    parameters: Parameters | None = None,
    table: Any = None,
    engine: Engine = "duckdb",
    school_year: int | None = None,
    limits: Limits | None = None,
) -> ValidationResult:
    """Judge the rows of `data` by a suite.

    `data`: the path of a DuckDB file, Parquet or CSV; a DuckDB connection; an Arrow table; a data frame of pandas or
    Polars; for `engine="gx"` one of Spark too. `table` names the table or view of a DuckDB file or connection (there it
    may also be a relation of that connection); by default it is `meta.table` of the suite. `suite`: a loaded suite, a
    suite file, or a document as Great Expectations writes it. `parameters` fill the `$PARAMETER`s.

    Raises UsageError for a defect of the suite, before any scan, and for data of an unknown kind; DataError for a file
    that cannot be read to its end; MachineError for a file that cannot be opened.
    """
    values = parameters or {}
    loaded = suite if isinstance(suite, Suite) else load_suite(suite)
    for rule in loaded.rules:
        lint_values(loaded.path, rule, values)
    if is_spark(data) or engine == "spark":
        return _of_spark(data, table or loaded.table, loaded, values, engine, school_year)
    source = open_source(data, table or loaded.table, limits or Limits())
    try:
        store = FailingRows(source.connection, source.failing, temporary=source.temporary)
        rows, results = run_on(
            source.connection, source.relation, loaded, values, store, school_year, engine, is_alone=source.is_alone
        )
        if source.has_guessed_types and source.relation is not None:
            results = without_guesses(source.connection, source.relation, loaded, values, results, school_year, engine)
    except duckdb.Error as error:
        source.close()
        raise unreadable(error) from error
    except BaseException:
        source.close()
        raise
    source.detach()
    return _kept(loaded, values, rows, results, source.connection, source.failing, source.close)


def _of_spark(
    data: Any, table: str, suite: Suite, parameters: Parameters, engine: Engine, school_year: int | None
) -> ValidationResult:
    """One suite on a table of Spark. The failing rows are kept in a DuckDB of their own."""
    if engine == "duckdb":
        raise UsageError("data_unknown", found="pyspark.sql", expected='engine="spark", engine="gx"')
    connection = own_connection(Limits())
    try:
        store = FailingRows(connection, temporary_table(), temporary=True)
        if engine == "spark":
            rows, results = _by_spark(data, table, suite, parameters, store, school_year)
        elif suite.year_column and school_year is not None and suite.year_column not in data.columns:
            rows, results = 0, without_year(suite, parameters, data.columns)
        else:
            from junheng.validation.gx_engine import run_frame

            rows, results = run_frame(data, suite, parameters, store, school_year)
    except BaseException:
        connection.close()
        raise
    return _kept(suite, parameters, rows, results, connection, store.table, connection.close)


@trouble_told()
def _by_spark(
    data: Any, table: str, suite: Suite, parameters: Parameters, store: FailingRows, school_year: int | None
) -> tuple[int, tuple[RuleResult, ...]]:
    from junheng.validation.spark_linter import lint_for_spark
    from junheng.validation.spark_run import run_on_spark
    from junheng.validation.spark_sources import spark_source

    lint_for_spark(suite)
    with spark_source(data, table) as (tables, frame):
        return run_on_spark(tables, frame, suite, parameters, store, school_year)


def _kept(
    suite: Suite,
    parameters: Parameters,
    rows: int,
    results: tuple[RuleResult, ...],
    connection: duckdb.DuckDBPyConnection,
    table: exp.Table,
    release: Callable[[], None],
) -> ValidationResult:
    """The results of a suite; its failing rows stay in a table of the connection until `release`."""
    failing = exp.select(exp.Star()).from_(table.copy()).where(exp.column("suite").eq(suite.name))
    return ValidationResult(
        suite=suite.name,
        table=suite.table,
        rows=rows,
        results=results,
        document=filled_document(suite, parameters),
        fetch=lambda: connection.sql(sql(failing.order_by(*ORDER))),
        release=release,
    )


def unreadable(error: duckdb.Error) -> JunhengError:
    """The error for a table that breaks off under every rule: what the file holds, or else the machine."""
    machine = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InternalException, duckdb.FatalException)
    kind, name = (MachineError, "engine") if isinstance(error, machine) else (DataError, "data_unreadable")
    return kind(name, found=str(error).strip().splitlines()[0])


def run_suites(
    database: Path | None,
    suites: Path,
    *,
    parameters: Parameters,
    school_year: int | None = None,
    engine: Engine = "duckdb",
    store: bool = False,
    limits: Limits | None = None,
    spark: Any = None,
) -> list[RuleResult]:
    """Run every suite under a folder on a DuckDB warehouse, or with `engine="spark"` on the tables of a Spark session.

    `parameters` fill the `$PARAMETER`s of the suites (`parameters.load_parameters`); `school_year` narrows the suites
    that name a year column to that year. Each rule gives one result, in the order of suites and rules; the rules of a
    suite that name what a mart says of the same rows are followed by one `agreement.*` result each, which fails where
    suite and mart differ. With `store` every failing row is written to `quality.failing_row` of the warehouse;
    otherwise the file is opened read-only and only the samples are kept. The file is given back in both cases.

    `spark` is the session whose catalog holds the tables by the names of the suites; `database` then only takes the
    failing rows, and may be None where they are not stored.

    Raises UsageError (exit 2) for a defect in a suite, before any scan; MachineError (exit 3) for a file that cannot be
    opened.
    """
    loaded = load_suites(suites, parameters)
    if database is None and (store or engine != "spark"):
        raise UsageError("data_without_table", expected="database")
    limits = limits or Limits(keep_order=store)
    connection = own_connection(limits) if database is None else warehouse(database, limits, writable=store)
    try:
        failing = _store(connection, store)
        if engine == "spark":
            return _suites_on_spark(spark, loaded, parameters, failing, school_year)
        found: list[RuleResult] = []
        for suite in loaded:
            table = table_named(suite.table)
            relation: exp.Expr | None = table if exists(connection, table) else None
            _, results = run_on(connection, relation, suite, parameters, failing, school_year, engine)
            found += results
            columns = {} if relation is None else described(connection, relation)
            if relation is not None and suite.year_column in columns and school_year is not None:
                relation = narrowed(relation, suite.year_column, school_year)
            found += agreements(DuckSession(connection), relation, columns, suite, results, failing)
        return found
    finally:
        connection.close()


@trouble_told()
def _suites_on_spark(
    spark: Any, suites: Sequence[Suite], parameters: Parameters, failing: FailingRows, school_year: int | None
) -> list[RuleResult]:
    from junheng.validation.spark_linter import lint_for_spark
    from junheng.validation.spark_run import run_on_spark
    from junheng.validation.spark_tables import SparkTables

    for suite in suites:
        lint_for_spark(suite)
    tables = spark if isinstance(spark, SparkTables) else SparkTables(spark)
    found: list[RuleResult] = []
    for suite in suites:
        frame = tables.frame(suite.table)
        _, results = run_on_spark(tables, frame, suite, parameters, failing, school_year, with_agreements=True)
        found += results
    return found


def _store(connection: duckdb.DuckDBPyConnection, keep: bool) -> FailingRows:
    schema = "quality" if keep else "main"
    if keep:
        connection.execute(f"create schema if not exists {schema}")
    table = exp.Table(
        this=identifier(FAILING_ROWS), db=identifier(schema), catalog=None if keep else identifier("temp")
    )
    return FailingRows(connection, table, temporary=not keep)


def warehouse(database: Path, limits: Limits, *, writable: bool) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse within the limits. Raises MachineError."""
    try:
        storage = STORAGE if writable else {}
        return duckdb.connect(str(database), read_only=not writable, config={**limits.settings(), **storage})
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=database, detail=str(error)) from error
