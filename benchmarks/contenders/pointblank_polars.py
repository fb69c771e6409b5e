"""pointblank on a Polars data frame, read from Parquet."""

from __future__ import annotations

from typing import Any

from benchmarks.checks import Check
from benchmarks.contenders.expressions_polars import broken
from benchmarks.contenders.job import Job

# pointblank asks every number of Polars whether it is NaN, which Polars refuses for decimals.
DECIMALS = ("area", "area_teaching", "equipment")


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule; with their keys as extracts where they are wanted."""
    import polars as pl

    return interrogated(job, pl.read_parquet(job.parquet), lambda check: ~broken(check))


def interrogated(job: Job, table: Any, holds: Any) -> dict[str, int]:
    """Run all rules on a table; `holds` gives the expression for rules that pointblank has no step for."""
    import pointblank as pb

    validation = pb.Validate(table)
    for check in job.checks:
        validation = step(validation, check, holds)
    # Without this limit 500 rows of each step are kept.
    kept = {"collect_extracts": True, "extract_limit": 10**9} if job.keys else {"collect_extracts": False}
    validation = validation.interrogate(**kept)
    failed = validation.n_failed()
    return {check.name: int(failed[number]) for number, check in enumerate(job.checks, 1)}


def step(validation: Any, check: Check, holds: Any) -> Any:
    """One rule as one step."""
    import pointblank as pb

    column = check.column
    if check.only or (check.kind != "not_null" and check.column in DECIMALS):
        return validation.col_vals_expr(expr=holds(check))
    match check.kind:
        case "not_null":
            return validation.col_vals_not_null(columns=column)
        case "between":
            return validation.col_vals_between(columns=column, left=check.value[0], right=check.value[1], na_pass=True)
        case "in_set":
            return validation.col_vals_in_set(columns=column, set=list(check.value))
        case "regex":
            return validation.col_vals_regex(columns=column, pattern=check.value, na_pass=True)
        case "at_least":
            return validation.col_vals_ge(columns=column, value=pb.col(check.columns[1]), na_pass=True)
        case "unique" | "key":
            return validation.rows_distinct(columns_subset=list(check.columns))
        case _:
            return validation.col_vals_expr(expr=holds(check))
