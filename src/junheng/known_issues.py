"""Known issues: a seed that lets a rule fail a little, for a while, because somebody is at it.

An entry covers at most so many failing rows of one rule in one scope, up to and including its last day. Covered rows
are warnings. More rows than allowed stay critical, all of them. An entry that has expired, or that allows more than
there is, is reported: it wants to be renewed or taken out.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng.errors import UsageError
from junheng.landing.cells import literal, quoted

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

SEED = "known_issues.csv"
EVERYWHERE = "*"
STATES = ("applied", "improved", "exceeded", "expired")


@dataclass(frozen=True)
class KnownIssue:
    """One entry. `scope` holds the columns that a failing row must have, empty for every row."""

    rule_id: str
    scope_text: str
    scope: tuple[tuple[str, str], ...]
    at_most: int
    reason: str
    owner: str
    expires_on: date

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.expires_on


@dataclass(frozen=True)
class Judged:
    """What an entry did in this build: `found` failing rows stood in its scope. `state` is one of STATES."""

    issue: KnownIssue
    found: int
    state: str


def read_known_issues(standards: Path) -> list[KnownIssue]:
    """Read the seed, in its order. Raises UsageError for a scope, a number or a date that is none."""
    path = standards / SEED
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [_issue(path, number, row) for number, row in enumerate(csv.DictReader(lines), start=2)]


def _issue(path: Path, number: int, row: dict[str, str]) -> KnownIssue:
    def wrong(column: str, expected: str) -> UsageError:
        return UsageError(
            "known_issue_wrong",
            file=path.name,
            row=number,
            column=column,
            found=f"{row['rule_id']}: {row[column]}",
            expected=expected,
        )

    scope: list[tuple[str, str]] = []
    if row["scope"] != EVERYWHERE:
        for part in row["scope"].split(";"):
            name, sign, value = (piece.strip() for piece in part.partition("="))
            if not (name.isidentifier() and sign and value):
                raise wrong("scope", "* | school_code=… | county_code=… | column=…;column=…")
            scope.append((name, value))
    if not row["at_most"].isdecimal() or int(row["at_most"]) == 0:
        raise wrong("at_most", "1, 2, …")
    try:
        expires_on = date.fromisoformat(row["expires_on"])
    except ValueError as error:
        raise wrong("expires_on", "YYYY-MM-DD") from error
    return KnownIssue(
        row["rule_id"], row["scope"], tuple(scope), int(row["at_most"]), row["reason"], row["owner"], expires_on
    )


def refuse_unknown_rules(issues: Sequence[KnownIssue], rule_ids: set[str]) -> None:
    """Raise UsageError for an entry about a rule that is not there: it would never do anything."""
    for issue in issues:
        if issue.rule_id not in rule_ids:
            raise UsageError("known_issue_unknown_rule", file=SEED, column="rule_id", found=issue.rule_id)


def apply_known_issues(
    connection: duckdb.DuckDBPyConnection, results: Sequence[RuleResult], issues: Sequence[KnownIssue], today: date
) -> tuple[list[RuleResult], list[Judged]]:
    """Results in which covered failures are warnings, and what became of each entry about one of these rules.

    The covered rows of `quality.failing_row` are marked as warnings. A rule of which no other row is left is `warn`.
    """
    by_rule = {result.rule_id: result for result in results}
    judged = [_judge(connection, by_rule[issue.rule_id], issue, today) for issue in issues if issue.rule_id in by_rule]
    changed = [_after(connection, result, judged) for result in results]
    return changed, judged


def _judge(connection: duckdb.DuckDBPyConnection, result: RuleResult, issue: KnownIssue, today: date) -> Judged:
    rows = _rows_in_scope(connection, result, issue)
    found = len(rows) if result.sample else int(result.status == "fail" and not issue.scope)
    if issue.is_over(today):
        return Judged(issue, found, "expired")
    if found > issue.at_most:
        return Judged(issue, found, "exceeded")
    if rows:
        connection.execute(
            f"update quality.failing_row set severity = 'warning' where rowid in ({', '.join(map(str, rows))})"
        )
    return Judged(issue, found, "applied" if found == issue.at_most else "improved")


def _after(connection: duckdb.DuckDBPyConnection, result: RuleResult, judged: Sequence[Judged]) -> RuleResult:
    covering = [one for one in judged if one.issue.rule_id == result.rule_id and one.state in ("applied", "improved")]
    if result.status != "fail" or not any(one.found for one in covering):
        return result
    left = connection.execute(
        "select count(*) from quality.failing_row where rule_id = ? and severity = 'critical'", [result.rule_id]
    ).fetchone()
    return result if left and left[0] else replace(result, status="warn")


def _rows_in_scope(connection: duckdb.DuckDBPyConnection, result: RuleResult, issue: KnownIssue) -> list[int]:
    """The failing rows of the rule that an entry speaks of, by `rowid`."""
    if not result.sample:
        return []
    schema, _, table = result.table.partition(".")
    columns = {
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    }
    has_source = {"_source_file", "_source_row"} <= columns
    join = (
        f" left join {quoted(schema)}.{quoted(table)} as judged"
        " on failing.source_file = judged._source_file and failing.source_row = judged._source_row"
        f"{' and failing.source_sheet is not distinct from judged._source_sheet' if '_source_sheet' in columns else ''}"
        if has_source
        else ""
    )
    conditions = ["failing.rule_id = $rule_id", "failing.severity = 'critical'"]
    for name, value in issue.scope:
        told = _cell(name, columns if has_source else set())
        condition = f"{told} = {literal(value)}"
        if name == "county_code":
            # a row that names only its school lies in the school's county
            school = _cell("school_code", columns if has_source else set())
            schools = f"select school_code from raw.schools where county_code = {literal(value)}"
            condition = f"coalesce({condition}, {school} in ({schools}))"
        conditions.append(condition)
    found = connection.execute(
        f"select distinct failing.rowid from quality.failing_row as failing{join} where {' and '.join(conditions)}",
        {"rule_id": issue.rule_id},
    ).fetchall()
    return sorted(int(row) for (row,) in found)


def _cell(name: str, columns: set[str]) -> str:
    """A column of the failing row: from its key, or from the row that was judged."""
    key = f"json_extract_string(failing.keys, {literal(f'$.{name}')})"
    return f"coalesce({key}, cast(judged.{quoted(name)} as varchar))" if name in columns else key
