"""How results and errors look on the terminal. Words come from the catalogue, figures from the marts."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from junheng.errors import JunhengError
from junheng.findings import Finding, as_json, describe
from junheng.messages import Messages
from junheng.terminal import json_text, visible

if TYPE_CHECKING:
    from junheng.audit import Audit
    from junheng.known_issues import Judged
    from junheng.query import Rows
    from junheng.summary import LandingCounts, Summary

SHOWN_NAMES = 3
ITEM_STATUSES = ("met", "remediation", "not_met", "pending", "no_data", "not_applicable")


def print_error(error: JunhengError, messages: Messages) -> None:
    """An error on standard error; a refused build lists its first findings before."""
    print_findings(getattr(error, "findings", []), messages)
    print(f"{messages.text('labels', 'error')}: {messages.error(error)}", file=sys.stderr)


def error_as_json(error: JunhengError, messages: Messages) -> dict[str, Any]:
    """An error as one JSON object."""
    findings: list[Finding] = getattr(error, "findings", [])
    return {
        "status": "failed",
        "exit_code": error.exit_code,
        "error": error.message_id,
        "message": messages.error(error),
        **error.facts(),
        "findings": [as_json(finding) for finding in findings],
    }


def print_findings(findings: Iterable[Finding], messages: Messages) -> None:
    """Findings on standard error, each as a block of lines."""
    for finding in findings:
        print(describe(finding, messages), file=sys.stderr)


def print_summary(summary: Summary, messages: Messages, *, quiet: bool) -> None:
    """The closing summary on standard output; warnings on standard error."""
    print_findings(summary.warnings, messages)
    for one in summary.known_issues:
        print(_known_issue(one, messages), file=sys.stderr)
    if summary.quarantined:
        tables = [f"{messages.text('tables', table)} {count:,}" for table, count in summary.quarantined.items()]
        print(messages.text("summary", "quarantined", tables=", ".join(tables)), file=sys.stderr)
    if quiet:
        return
    if summary.status != "published":
        print(messages.text("history", summary.status))
    for county in summary.counties:
        print(_county(county, summary.school_year, messages))
    for line in _landing(summary.landing, messages):
        print(line)
    rules = ", ".join(f"{messages.text('statuses', status)} {count}" for status, count in summary.rules.items())
    if rules:
        print(messages.text("summary", "rule_counts", rules=rules))
    print(messages.text("summary", "files", warehouse=summary.warehouse, marts=summary.marts, quality=summary.quality))
    if summary.report:
        print(messages.text("summary", "report", report=summary.report))


def _landing(landing: LandingCounts, messages: Messages) -> Iterator[str]:
    """Files taken and not taken, and what was done to cells: a line each, where there is something to say."""
    parts = [messages.text("summary", "files_landed", count=f"{landing.files_landed:,}")]
    if left := landing.files_not_landed:
        names = ", ".join([*left[:SHOWN_NAMES], *(["…"] if len(left) > SHOWN_NAMES else [])])
        parts.append(messages.text("summary", "files_not_landed", count=f"{len(left):,}", names=names))
    if landing.rows_repeated:
        parts.append(messages.text("summary", "rows_repeated", count=f"{landing.rows_repeated:,}"))
    yield "".join(parts)
    if landing.conversions:
        often = sorted(landing.conversions.items(), key=lambda item: (-item[1], item[0]))
        kinds = [f"{messages.text('conversions', kind)} {cells:,}" for kind, cells in often[:SHOWN_NAMES]]
        kinds += ["…"] if len(often) > SHOWN_NAMES else []
        total = f"{sum(landing.conversions.values()):,}"
        yield messages.text("summary", "conversions", count=total, kinds=", ".join(kinds))


def _known_issue(judged: Judged, messages: Messages) -> str:
    """What a known issue did, and when it ends."""
    issue = judged.issue
    return messages.text(
        "known_issues",
        judged.state,
        rule=issue.rule_id,
        scope=issue.scope_text,
        found=judged.found,
        at_most=issue.at_most,
        owner=issue.owner,
        expires_on=issue.expires_on.isoformat(),
    )


def _county(county: dict[str, Any], school_year: int, messages: Messages) -> str:
    """The verdict on a county and the counts behind it."""
    name = f"{county['county_name'] or ''} {county['county_code']}".strip()
    verdict = messages.text("verdicts", county["verdict"])
    years = f"{school_year}-{school_year + 1}"
    lines = [messages.text("summary", "county", name=name, years=years, verdict=verdict)]
    lines += [f"  {messages.text('summary', line, **county)}" for line in ("units", "classes", "coefficients")]
    for group in ("government", "quality"):
        counts = [(status, county[f"{group}_{status}"]) for status in ITEM_STATUSES]
        words = ", ".join(f"{messages.text('item_statuses', status)} {count}" for status, count in counts if count)
        lines.append(f"  {messages.text('summary', group)}: {words or '-'}")
    return "\n".join(lines)


def print_audit(audit: Audit, messages: Messages) -> None:
    """Every relation that does not hold, with its sentence; the counts of all."""
    zh = messages.language == "zh"
    document = None
    for check in audit.checks:
        if check["status"] == "holds":
            continue
        if check["document"] != document:
            document = check["document"]
            print(check["title_zh"] if zh else check["title_en"])
        status = messages.text("claim_statuses", check["status"])
        print(f"  [{status}] {check['sentence_zh'] if zh else check['sentence_en']}")
        if check["source"] and check["status"] == "contradicts":
            print(f"      {messages.text('labels', 'source')}: {check['source']}")
    counts = audit.as_json()["counts"]
    words = ", ".join(f"{messages.text('claim_statuses', status)} {count}" for status, count in sorted(counts.items()))
    print(messages.text("summary", "audit", total=len(audit.checks), counts=words))


def _as_it_is(value: Any) -> Any:
    return value


def print_rows(answer: Rows, messages: Messages, *, as_json: bool, as_csv: bool) -> None:
    """The answer to a query as a table, JSON or CSV."""
    if as_json:
        records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        print(json_text(records))
    elif as_csv:
        # A file holds what the data holds; a terminal is shown it.
        shown = visible if sys.stdout.isatty() else _as_it_is
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(shown, answer.columns))
        writer.writerows(map(shown, row) for row in answer.rows)
    else:
        table = Table(*map(visible, answer.columns))
        for row in answer.rows:
            table.add_row(*("" if cell is None else visible(str(cell)) for cell in row))
        Console(highlight=False, markup=False).print(table)
        print(messages.text("summary", "rows", rows=f"{len(answer.rows):,}"))
