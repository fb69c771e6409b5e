"""The gate: what stops a build, and what a stopped build leaves behind for whoever has to correct the data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import duckdb

from junheng.errors import DataError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings, describe
from junheng.landing.accounting import TABLES as ACCOUNTS
from junheng.landing.cells import literal
from junheng.messages import Messages
from junheng.quality import write_rule_results
from junheng.workspace import Workspace

if TYPE_CHECKING:
    from junheng.known_issues import Judged
    from junheng.validation.results import RuleResult

FailOn = Literal["critical", "warning", "standard"]
LEVELS: tuple[FailOn, ...] = get_args(FailOn)
# Beside a level: the build may not be worse than the published one.
WORSE = "worse"
SHOWN_FINDINGS = 20
BOM = "\ufeff"
# The verdicts of a county that meets the standard.
REACHED = ("met", "met_after_remediation")


def levels_named(names: str) -> tuple[FailOn, bool]:
    """The level of `--fail-on`, and whether `worse` stands beside it after a comma. Raises UsageError."""
    parts = [part.strip() for part in names.split(",")]
    levels = [part for part in parts if part != WORSE]
    if len(levels) > 1:
        raise UsageError("fail_on_unknown", found=names, expected=f"{', '.join(LEVELS)}, {WORSE}")
    return level_named(levels[0]) if levels else "critical", WORSE in parts


def level_named(name: str) -> FailOn:
    """The level of `--fail-on` with this name. Raises UsageError."""
    for level in LEVELS:
        if level == name:
            return level
    raise UsageError("fail_on_unknown", found=name, expected=f"{', '.join(LEVELS)}, {WORSE}")


class RefusedError(DataError):
    """A build that its findings stopped: nothing is published, the findings are kept."""

    def __init__(self, message_id: str, findings: list[Finding], total: int, work: Workspace) -> None:
        super().__init__(message_id, count=total, rejected=work.rejected)
        self.findings = findings
        self.total = total
        self.rejected = work.rejected


def refuse(
    work: Workspace,
    findings: Findings,
    messages: Messages,
    fail_on: FailOn,
    results: Sequence[RuleResult] = (),
    judged: Sequence[Judged] = (),
) -> None:
    """Raise RefusedError when there are critical findings, or a rule warns and warnings are to stop the build.

    Everything found is then in `rejected/<build id>/`.
    """
    critical = findings.count(CRITICAL)
    warns = [result for result in results if result.status == "warn" and result.severity != "info"]
    if critical:
        raise _refused("refused", CRITICAL, critical, work, findings, messages, results, judged)
    if fail_on != "critical" and warns:
        raise _refused("refused_warnings", WARNING, findings.count(WARNING), work, findings, messages, results, judged)


def refuse_county(
    work: Workspace,
    findings: Findings,
    messages: Messages,
    school_year: int,
    results: Sequence[RuleResult],
    judged: Sequence[Judged],
) -> None:
    """Raise RefusedError when a county of the judged year is not shown to meet the standard."""
    verdicts = findings.connection.execute(
        f"select county_code, verdict from marts.fct_county_verdict where school_year = {school_year}"
        " order by county_code"
    ).fetchall() or [("*", "no_data")]
    short = [
        Finding(
            "county_verdict",
            CRITICAL,
            table="fct_county_verdict",
            found=messages.text("verdicts", verdict),
            expected=messages.text("verdicts", REACHED[0]),
            keys=f"{county} {school_year}",
        )
        for county, verdict in verdicts
        if verdict not in REACHED
    ]
    if short:
        findings.add_all(short)
        raise _refused("refused_standard", CRITICAL, len(short), work, findings, messages, results, judged)


def refuse_worse(
    work: Workspace,
    findings: Findings,
    messages: Messages,
    worse: Sequence[Finding],
    results: Sequence[RuleResult],
    judged: Sequence[Judged],
) -> None:
    """Raise RefusedError when something is worse than in the published build."""
    if worse:
        findings.add_all(worse)
        raise _refused("refused_worse", CRITICAL, len(worse), work, findings, messages, results, judged)


def _refused(
    message_id: str,
    severity: str,
    total: int,
    work: Workspace,
    findings: Findings,
    messages: Messages,
    results: Sequence[RuleResult],
    judged: Sequence[Judged],
) -> RefusedError:
    findings.put_into_words(messages)
    first = findings.first(severity, SHOWN_FINDINGS)
    error = RefusedError(message_id, first, total, work)
    findings.write(work.rejected)
    connection = findings.connection
    write_rule_results(connection, results, judged)
    for table in ("rule_result", "failing_row", "known_issue", *landing_tables(connection)):
        write_table(connection, work.rejected, table)
    if message_id not in ("refused_standard", "refused_worse"):
        # A county that falls short, or behind, has nothing to correct in its rows.
        from junheng.returns import write_returns

        write_returns(findings, work.rejected / "returns", messages, with_warnings=severity == WARNING)
    lines = [messages.error(error), ""]
    for finding in first:
        lines += [describe(finding, messages), ""]
    (work.rejected / "summary.txt").write_text("\n".join(lines), encoding="utf-8")
    return error


def landing_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of the schema `quality` that tell how the files were read: those that there are."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'quality'"
    ).fetchall()
    there = {name for (name,) in found}
    return [table for table in (*ACCOUNTS, "rejected_row") if table in there]


def write_table(connection: duckdb.DuckDBPyConnection, folder: Path, table: str) -> None:
    """Write a table of the schema `quality` as Parquet, and as CSV that a spreadsheet opens as UTF-8."""
    described = connection.execute(f"describe quality.{table}").fetchall()
    names = [str(row[0]) for row in described]
    first, *others = names
    marked = ", ".join([f'"{first}" as "{BOM}{first}"', *(f'"{name}"' for name in others)])
    rows = f"(select * from quality.{table} order by all)"
    parquet, spreadsheet = (literal(str(folder / f"{table}.{kind}")) for kind in ("parquet", "csv"))
    connection.execute(f"copy {rows} to {parquet} (format parquet)")
    connection.execute(f"copy (select {marked} from {rows}) to {spreadsheet} (format csv, header)")
