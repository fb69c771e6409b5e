"""The limit when rows fail: the hand-written counts, then statements that store key, rule and value of failing rows."""

from __future__ import annotations

from benchmarks.checks import KEYS, TABLE, Check
from benchmarks.contenders.hand_written import connected, counted
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule; all of them stand in a table of the session."""
    with connected(job) as connection:
        counts = counted(connection, job)
        failed = [check for check in job.checks if counts[check.name]]
        rows = [check for check in failed if not check.groups]
        key = ", ".join(KEYS)
        connection.execute(f"create temp table failing (rule varchar, {key} bigint, actual varchar)")
        if rows:
            values = ", ".join(
                f"case when {check.broken()} then {{rule: '{check.name}', actual: {actual(check)}}} end"
                for check in rows
            )
            anywhere = " or ".join(f"({check.broken()})" for check in rows)
            connection.execute(
                f"""insert into failing
                with broken as (select {key}, unnest([{values}]) as found from {TABLE} where {anywhere})
                select found.rule, {key}, found.actual from broken where found is not null"""
            )
        for check in (check for check in failed if check.groups):
            members = ", ".join(check.columns)
            one = f"({members})" if len(check.columns) == 1 else f"row({members})"
            connection.execute(
                f"""insert into failing select '{check.name}', {key}, {actual(check)} from {TABLE} where {one} in
                (select {one} from {TABLE} group by {members} having count(*) > 1)"""
            )
        stored = dict(connection.execute("select rule, count(*) from failing group by rule").fetchall())
        assert stored == {check.name: counts[check.name] for check in failed}
        return counts


def actual(check: Check) -> str:
    """What a failing row holds."""
    if len(check.columns) == 1:
        return f"{check.column}::varchar"
    return f"concat_ws(', ', {', '.join(check.columns)})"
