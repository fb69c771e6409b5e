"""Great Expectations on the DuckDB file, through the datasource of this project: the stock one raises on every rule."""

from __future__ import annotations

from typing import Any

from benchmarks.checks import KEYS, TABLE, Check
from benchmarks.contenders.hand_written import connected
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule: verdicts only where all rows pass, every failing row with its key otherwise."""
    from junheng.validation.gx_session import GxRule, judge_query

    stated = [in_sql(check) for check in job.checks]
    rules = [GxRule(rule["meta"]["rule_id"], rule["type"], rule["kwargs"]) for rule in stated]
    with connected(job) as connection:
        rows = connection.execute(f"select count(*) from {TABLE}").fetchall()[0][0]
        found = judge_query(connection, f"select * from {TABLE}", rules, result_format(job, rows))
    if found.problems:
        raise RuntimeError(str(found.problems))
    return counts([outcome for results in found.results.values() for outcome in results], job)


def in_sql(check: Check) -> dict[str, Any]:
    """A rule; regular expressions as a query, because Great Expectations has none for DuckDB."""
    if check.kind != "regex":
        return check.expectation()
    query = f"select {', '.join(KEYS)}, {check.column} from {{batch}} where {check.broken()}"
    braces = query.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
    return {
        **check.expectation(),
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": braces},
    }


def result_format(job: Job, rows: int) -> dict[str, Any]:
    """The cheapest result that says what is asked for."""
    if not job.keys:
        return {"result_format": "BOOLEAN_ONLY"}
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": list(KEYS),
        # By default 20 keys come back.
        "partial_unexpected_count": rows + 1,
        "return_unexpected_index_query": False,
    }


def counts(found: list[Any], job: Job) -> dict[str, int]:
    """Failing rows of each rule; -1 for a rule that failed or raised without a count."""
    counted = {}
    for outcome in found:
        raised = bool((outcome.exception_info or {}).get("raised_exception")) or any(
            isinstance(part, dict) and part.get("raised_exception") for part in (outcome.exception_info or {}).values()
        )
        result = outcome.result or {}
        number = result.get("unexpected_count", result.get("observed_value", 0 if outcome.success else -1))
        counted[outcome.expectation_config.meta["rule_id"]] = -1 if raised else int(number)
    assert set(counted) == {check.name for check in job.checks}
    return counted
