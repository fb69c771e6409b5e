"""One suite on one relation of a DuckDB connection, on either engine."""

from __future__ import annotations

from typing import Literal

import duckdb
from sqlglot import exp

from junheng.validation.failing_rows import FailingRows
from junheng.validation.outcomes import not_run, without_year
from junheng.validation.plan import plan_of
from junheng.validation.results import RuleResult
from junheng.validation.rule_engine import EngineRun
from junheng.validation.session import DuckSession
from junheng.validation.sources import described, exists, narrowed
from junheng.validation.suites import Parameters, Suite

Engine = Literal["duckdb", "gx", "spark"]


def run_on(
    connection: duckdb.DuckDBPyConnection,
    relation: exp.Expr | None,
    suite: Suite,
    parameters: Parameters,
    store: FailingRows,
    school_year: int | None,
    engine: Engine = "duckdb",
    *,
    is_alone: bool = False,
) -> tuple[int, tuple[RuleResult, ...]]:
    """Run one suite on a relation, None when there is no such table.

    A rule that reads another table has no data where the relation `is_alone` and an error elsewhere, unless the table
    is there. The number of rows and one result for each rule.
    """
    if relation is None:
        return 0, not_run(suite, parameters, "no_data", "table_missing")
    columns = described(connection, relation)
    if suite.year_column and school_year is not None:
        if suite.year_column not in columns:
            store.forget(suite.name)
            return 0, without_year(suite, parameters, columns)
        relation = narrowed(relation, suite.year_column, school_year)

    def is_there(table: exp.Table) -> bool:
        try:
            return exists(connection, table)
        except duckdb.Error:  # there, but broken: the rule that reads it will say how
            return True

    if engine == "gx":
        from junheng.validation.gx_engine import run_relation

        return run_relation(connection, relation, suite, parameters, store, is_there if is_alone else None)
    plan = plan_of(suite, columns, parameters, is_there if is_alone else None)
    run = EngineRun(DuckSession(connection), relation, plan, store)
    results = run.run()
    return run.rows, results
