"""The limit: the same checks written by hand as one DuckDB query, in the form that DuckDB runs fastest (`count_if`)."""

from __future__ import annotations

import duckdb

from benchmarks.checks import TABLE, Check
from benchmarks.contenders.job import MEMORY, Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule, counted only."""
    with connected(job) as connection:
        return counted(connection, job)


def connected(job: Job) -> duckdb.DuckDBPyConnection:
    """The database under the same limits as ours."""
    settings = {"memory_limit": MEMORY, "temp_directory": str(job.folder)}
    return duckdb.connect(str(job.database), read_only=True, config=settings)


def counted(connection: duckdb.DuckDBPyConnection, job: Job, count: str = "count_if({})") -> dict[str, int]:
    """One query: every rule on single rows is a count, every key a grouped subquery."""
    counts = ", ".join(repeated(check) if check.groups else count.format(check.broken()) for check in job.checks)
    row = connection.execute(f"select {counts} from {TABLE}").fetchone()
    assert row is not None
    return {check.name: int(count or 0) for check, count in zip(job.checks, row, strict=True)}


def repeated(check: Check) -> str:
    """The number of rows that share a key with another one."""
    key = ", ".join(check.columns)
    return f"(select sum(n) from (select count(*) as n from {TABLE} group by {key} having count(*) > 1))"
