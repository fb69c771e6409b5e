"""A column without any value has no type: what DuckDB guesses for it must not speak for the data.

A table with a header and no rows, or a column that is empty throughout, is text to DuckDB when it reads a text file,
and whole numbers in a frame of pandas. A rule on dates is at odds with both and would be an error of the suite,
although nothing but the data is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import duckdb
from sqlglot import exp

from junheng.validation.expressions import ROW, cast, col, identifier, sql
from junheng.validation.failing_rows import FailingRows
from junheng.validation.results import RuleResult, column_missing_in
from junheng.validation.sources import described
from junheng.validation.suite_run import Engine, run_on
from junheng.validation.suites import Parameters, Suite

TYPES = ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN")
UNDECIDED = ("no_data", "not_applicable")


def without_guesses(
    connection: duckdb.DuckDBPyConnection,
    relation: exp.Expr,
    suite: Suite,
    parameters: Parameters,
    results: tuple[RuleResult, ...],
    school_year: int | None,
    engine: Engine,
) -> tuple[RuleResult, ...]:
    """Results in which a rule that failed for the guessed type of a column without values lacks its data instead.

    Such a rule is asked again with another type for these columns. Only that there was nothing to judge is taken from
    that; a rule that is an error with every type stays one.
    """
    asked = {found.rule_id for found in results if found.status == "error" and not column_missing_in(found.reason)}
    columns = valueless(connection, relation) if asked else []
    found: dict[str, RuleResult] = {}
    for type_name in TYPES if columns else ():
        rules = tuple(rule for rule in suite.rules if rule.rule_id in asked - set(found))
        if not rules:
            break
        typed, scratch = with_type(relation, columns, type_name), scratch_table()
        store = FailingRows(connection, scratch, temporary=True)
        try:
            _, again = run_on(
                connection, typed, replace(suite, rules=rules), parameters, store, school_year, engine, is_alone=True
            )
        finally:
            connection.execute(sql(exp.Drop(tables=[scratch], kind="TABLE", exists=True)))
        found.update({result.rule_id: result for result in again if result.status in UNDECIDED})
    return tuple(found.get(result.rule_id, result) for result in results)


def valueless(connection: duckdb.DuckDBPyConnection, relation: exp.Expr) -> list[str]:
    """The columns that hold no value."""
    names = list(described(connection, relation))
    counts = exp.select(*(exp.Count(this=col(name)) for name in names)).from_(relation.copy())
    row = connection.execute(sql(counts)).fetchone() or ()
    return [name for name, values in zip(names, row, strict=True) if not values]


def with_type(relation: exp.Expr, columns: Sequence[str], type_name: str) -> exp.Expr:
    """The same rows with another type for columns without values."""
    empty = [exp.alias_(cast(exp.null(), type_name), name, quoted=True) for name in columns]
    query = exp.select(exp.Star(replace=empty)).from_(relation.copy())
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(ROW)))


def scratch_table() -> exp.Table:
    """A table of failing rows that nobody reads."""
    return exp.Table(this=identifier(f"guessed {uuid4().hex}"), db=identifier("main"), catalog=identifier("temp"))
