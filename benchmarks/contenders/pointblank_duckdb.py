"""pointblank on the DuckDB file, through Ibis."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

from benchmarks.checks import TABLE, Check
from benchmarks.contenders.job import MEMORY, Job
from benchmarks.contenders.pointblank_polars import interrogated


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule; with their keys as extracts where they are wanted."""
    import ibis

    connection = ibis.duckdb.connect(
        str(job.database), read_only=True, memory_limit=MEMORY, temp_directory=str(job.folder)
    )
    return interrogated(job, connection.table(TABLE), holds)


def holds(check: Check) -> Any:
    """True for a row that keeps a rule, in Ibis."""
    from ibis import _

    column = _[check.column]
    match check.kind:
        case "between":
            kept = column.between(*check.value)
        case "length":
            kept = column.length().between(*check.value)
        case "at_least":
            kept = column >= _[check.columns[1]]
        case "sum":
            kept = reduce(add, (_[name] for name in check.columns)) == check.value
        case _:
            raise ValueError(check.kind)
    if check.only:
        kept = (_[check.only[0]] != check.only[1]) | kept
    return kept.fill_null(True)
