"""junheng.validation on the DuckDB file."""

from __future__ import annotations

from benchmarks.checks import TABLE, suite
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule; they are all stored in the table of the session."""
    import junheng.validation as jv

    result = jv.validate(job.database, suite(job.checks, "measured"), table=TABLE)
    errors = {rule.rule_id: rule.reason for rule in result.results if rule.status == "error"}
    if errors:
        raise RuntimeError(str(errors))
    return {rule.rule_id: rule.rows_failed for rule in result.results}
