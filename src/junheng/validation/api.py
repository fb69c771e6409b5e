"""`validate`: one suite on one table. `run_suites`: every suite under a folder on a warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

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
from junheng.validation.sources import (
    FAILING_ROWS,
    Limits,
    exists,
    open_source,
    own_connection,
    table_named,
    temporary_table,
)
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
    if is_spark(data):
        return _of_spark(data, loaded, values, engine, school_year)
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
    frame: Any, suite: Suite, parameters: Parameters, engine: Engine, school_year: int | None
) -> ValidationResult:
    """One suite on a Spark data frame. The failing rows are kept in a DuckDB of their own."""
    if engine != "gx":
        raise UsageError("data_unknown", found="pyspark.sql.DataFrame", expected='engine="gx"')
    if suite.year_column and school_year is not None and suite.year_column not in frame.columns:
        results = without_year(suite, parameters, frame.columns)
        return ValidationResult(suite.name, suite.table, 0, results, filled_document(suite, parameters))
    from junheng.validation.gx_engine import run_frame

    connection = own_connection(Limits())
    try:
        store = FailingRows(connection, temporary_table(), temporary=True)
        rows, results = run_frame(frame, suite, parameters, store, school_year)
    except BaseException:
        connection.close()
        raise
    return _kept(suite, parameters, rows, results, connection, store.table, connection.close)


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
    database: Path,
    suites: Path,
    *,
    parameters: Parameters,
    school_year: int | None = None,
    engine: Engine = "duckdb",
    store: bool = False,
    limits: Limits | None = None,
) -> list[RuleResult]:
    """Run every suite under a folder on a DuckDB warehouse.

    `parameters` fill the `$PARAMETER`s of the suites (`parameters.load_parameters`); `school_year` narrows the suites
    that name a year column to that year. Each rule gives one result, in the order of suites and rules; the rules of a
    suite that name what a mart says of the same rows are followed by one `agreement.*` result each, which fails where
    suite and mart differ. With `store` every failing row is written to `quality.failing_row` of the warehouse;
    otherwise the file is opened read-only and only the samples are kept. The file is given back in both cases.

    Raises UsageError (exit 2) for a defect in a suite, before any scan; MachineError (exit 3) for a file that cannot be
    opened.
    """
    loaded = load_suites(suites, parameters)
    connection = warehouse(database, limits or Limits(keep_order=store), writable=store)
    try:
        failing = _store(connection, store)
        found: list[RuleResult] = []
        for suite in loaded:
            table = table_named(suite.table)
            relation = table if exists(connection, table) else None
            _, results = run_on(connection, relation, suite, parameters, failing, school_year, engine)
            found += [*results, *agreements(connection, relation, suite, results, failing, school_year)]
        return found
    finally:
        connection.close()


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
        return duckdb.connect(str(database), read_only=not writable, config=limits.settings())
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=database, detail=str(error)) from error
