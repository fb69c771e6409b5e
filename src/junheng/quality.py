"""The schema `quality` of a warehouse: which run this is, what every rule found, which rows fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import duckdb

from junheng import __version__
from junheng.build_file import open_build_file
from junheng.landing.outcome import LandedTable
from junheng.quality_totals import write_totals
from junheng.workspace import Workspace

if TYPE_CHECKING:
    from junheng.known_issues import Judged
    from junheng.validation.results import RuleResult

RUN = """
create or replace table quality.run (
    build_id varchar, started_at timestamp, finished_at timestamp, school_year integer, today date, fail_on varchar,
    quarantine boolean, versions varchar, input_hashes varchar
);
"""
TABLES = """
create schema if not exists quality;
create or replace table quality.rule_result (
    rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar, rows_checked bigint,
    rows_failed bigint, reason varchar, title_zh varchar, title_en varchar, how_to_fix varchar,
    known_issue varchar, owner varchar, expires_on date, expectation_type varchar, observed varchar, required varchar,
    why varchar, who_fixes varchar, source varchar, definition varchar
);
create or replace table quality.known_issue (
    rule_id varchar, scope varchar, at_most bigint, rows_found bigint, state varchar, reason varchar, owner varchar,
    expires_on date
);
create table if not exists quality.failing_row (
    suite varchar, rule_id varchar, table_name varchar, severity varchar, keys varchar, source_file varchar,
    source_sheet varchar, source_row bigint, actual varchar, required varchar
);
"""
# Figures of the marts are doubles: their last digits are those of the machine. A figure that would then stand beside
# itself as what was asked for keeps them.
SHOWN_FIGURES = r"""
update quality.failing_row set actual = printf('%.15g', actual::double)
where table_name like 'marts.%' and regexp_full_match(actual, '-?[0-9]+[.][0-9]+')
    and length(ltrim(replace(ltrim(actual, '-'), '.', ''), '0')) > 15
    and not coalesce(contains(' ' || required || ' ', ' ' || printf('%.15g', actual::double) || ' '), false)
"""
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
BATCH = 1000


@dataclass(frozen=True)
class RunFacts:
    """What was asked of a build, as `quality.run` keeps it."""

    school_year: int
    today: date
    fail_on: str
    quarantine: bool


def write_quality(
    work: Workspace,
    landed: Sequence[LandedTable],
    results: Sequence[RuleResult],
    judged: Sequence[Judged],
    facts: RunFacts,
) -> None:
    """Write the tables into the build file; the suites have filled `failing_row` themselves.

    Build id and times stand in `quality.run` and nowhere else.
    """
    connection = open_build_file(work.warehouse)
    try:
        write_rule_results(connection, results, judged)
        connection.execute(RUN)
        hashes = {table.name: table.sha256 for table in landed if table.sha256}
        run = [
            work.build_id,
            work.started_at.replace(tzinfo=None),
            datetime.now(UTC).replace(tzinfo=None),
            facts.school_year,
            facts.today,
            facts.fail_on,
            facts.quarantine,
            json.dumps(_versions()),
            json.dumps(hashes),
        ]
        _insert(connection, "quality.run", [run])
        shorten_figures(connection)
        write_totals(connection)
    finally:
        connection.close()


def shorten_figures(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the figures of the marts that break a rule as many digits as are sure; raises duckdb.Error."""
    connection.execute(SHOWN_FIGURES)


def write_rule_results(
    connection: duckdb.DuckDBPyConnection, results: Sequence[RuleResult], judged: Sequence[Judged]
) -> None:
    """Write what every rule found and what became of every known issue."""
    connection.execute(TABLES)
    _insert(connection, "quality.rule_result", [_rule_row(result, judged) for result in results])
    entries = [
        [
            one.issue.rule_id,
            one.issue.scope_text,
            one.issue.at_most,
            one.found,
            one.state,
            one.issue.reason,
            one.issue.owner,
            one.issue.expires_on,
        ]
        for one in judged
    ]
    _insert(connection, "quality.known_issue", entries)


def _versions() -> dict[str, str]:
    versions = {"junheng": __version__}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _rule_row(result: RuleResult, judged: Sequence[Judged]) -> list[object]:
    issues = [one.issue for one in judged if one.issue.rule_id == result.rule_id]
    return [
        result.rule_id,
        result.suite,
        result.table,
        result.severity,
        result.status,
        result.rows_checked,
        result.rows_failed,
        result.reason,
        result.title_zh,
        result.title_en,
        result.how_to_fix,
        "; ".join(f"{issue.scope_text} ≤ {issue.at_most}" for issue in issues) or None,
        "; ".join(dict.fromkeys(issue.owner for issue in issues)) or None,
        min((issue.expires_on for issue in issues), default=None),
        result.expectation_type,
        result.observed,
        result.required,
        result.why,
        result.who_fixes,
        result.source,
        result.definition,
    ]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[object]]) -> None:
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        one = f"({', '.join('?' * len(batch[0]))})"
        flat = [cell for row in batch for cell in row]
        connection.execute(f"insert into {table} values {', '.join([one] * len(batch))}", flat)
