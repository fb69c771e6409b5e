"""pandera on a Polars data frame, read from Parquet; it gathers all failures (`lazy=True`), wanted or not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from benchmarks.checks import Check
from benchmarks.contenders.expressions_polars import broken
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule, from the frame of failure cases, which holds the place of each failing row."""
    import pandera.errors
    import pandera.polars as pa
    import polars as pl

    frame = pl.read_parquet(job.parquet)
    of_column: dict[str, list[Check]] = defaultdict(list)
    of_rows: list[Any] = []
    keys: list[str] = []
    for check in job.checks:
        if check.kind == "key":
            keys = list(check.columns)
        elif len(check.columns) == 1 and check.only is None:
            of_column[check.column].append(check)
        else:
            of_rows.append(pa.Check(passes(check), error=check.name))
    kinds = {name: {check.kind for check in checks} for name, checks in of_column.items()}
    schema = pa.DataFrameSchema(
        {
            name: pa.Column(
                None,
                [made for check in checks if (made := column_check(check)) is not None],
                nullable="not_null" not in kinds[name],
                unique="unique" in kinds[name],
            )
            for name, checks in of_column.items()
        },
        checks=of_rows,
        unique=keys or None,
    )
    counts = {check.name: 0 for check in job.checks}
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for name, column, found in errors.failure_cases.group_by("check", "column").len().iter_rows():
            rule = {"not_nullable": f"not_null.{column}", "field_uniqueness": f"unique.{column}"}.get(name, name)
            counts["key." + ".".join(keys) if name == "multiple_fields_uniqueness" else rule] += found
    return counts


def column_check(check: Check) -> Any:
    """A rule on one column by the built-in check, None for what a column says of itself."""
    import pandera.polars as pa

    match check.kind:
        case "between":
            return pa.Check.in_range(*check.value, error=check.name)
        case "in_set":
            return pa.Check.isin(list(check.value), error=check.name)
        case "regex":
            return pa.Check.str_matches(check.value, error=check.name)
        case "length":
            return pa.Check.str_length(*check.value, error=check.name)
    return None


def passes(check: Check) -> Any:
    """A rule on several columns, or with a condition, as an expression."""
    return lambda data: data.lazyframe.select(~broken(check))
