"""One suite on rows that Spark holds; the failing rows come to a table of DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from junheng.validation.agreement import agreements
from junheng.validation.columns import columns_of
from junheng.validation.expressions import identifier
from junheng.validation.failing_rows import FailingRows
from junheng.validation.gx_tables import type_in_duckdb
from junheng.validation.outcomes import not_run, without_year
from junheng.validation.plan import plan_of
from junheng.validation.results import RuleResult
from junheng.validation.rule_engine import EngineRun
from junheng.validation.sources import narrowed, row_alias
from junheng.validation.spark_session import SparkStatements, our_settings
from junheng.validation.spark_tables import SparkTables
from junheng.validation.suites import Parameters, Suite


def run_on_spark(
    tables: SparkTables,
    frame: Any | None,
    suite: Suite,
    parameters: Parameters,
    store: FailingRows,
    school_year: int | None,
    *,
    with_agreements: bool = False,
) -> tuple[int, tuple[RuleResult, ...]]:
    """Run one suite on a data frame, None when there is no such table. The number of rows and a result for each rule,
    `with_agreements` followed by those that compare rules with their mart.

    A rule that reads another table has no data unless Spark has the table.
    """
    store.forget(suite.name)
    if frame is None:
        results = not_run(suite, parameters, "no_data", "table_missing")
        return 0, (*results, *(agreements(None, None, {}, suite, results, store) if with_agreements else ()))
    columns = columns_of((name, type_in_duckdb(kind)) for name, kind in frame.dtypes)
    if suite.year_column and school_year is not None and suite.year_column not in columns:
        return 0, without_year(suite, parameters, columns)
    with our_settings(tables.spark), judged_rows(tables, frame) as relation:
        if suite.year_column and school_year is not None:
            relation = narrowed(relation, suite.year_column, school_year)
        plan = plan_of(suite, columns, parameters, tables.exists)
        run = EngineRun(SparkStatements(tables.spark, columns, tables.renamed), relation, plan, store)
        results = run.run()
        if with_agreements:
            session = SparkStatements(tables.spark, columns, tables.renamed)
            results += tuple(agreements(session, relation, columns, suite, results, store))
        return run.rows, results


@contextmanager
def judged_rows(tables: SparkTables, frame: Any) -> Iterator[exp.Expr]:
    """A data frame as a table expression."""
    view = tables.register(frame)
    try:
        yield exp.Table(this=identifier(view), alias=row_alias())
    finally:
        tables.spark.catalog.dropTempView(view)
