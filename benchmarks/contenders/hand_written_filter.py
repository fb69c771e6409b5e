"""The hand-written query as most people write it: `count(*) filter (where …)`, which is slower than `count_if`."""

from __future__ import annotations

from benchmarks.contenders.hand_written import connected, counted
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule, counted only."""
    with connected(job) as connection:
        return counted(connection, job, "count(*) filter (where {})")
