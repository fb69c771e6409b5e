"""How results and errors look on the terminal. Words come from the catalogue, figures from the marts."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from junheng.errors import JunhengError
from junheng.findings import Finding, as_json, describe
from junheng.messages import Messages

if TYPE_CHECKING:
    from junheng.audit import Audit
    from junheng.query import Rows
    from junheng.summary import Summary


def print_error(error: JunhengError, messages: Messages) -> None:
    """An error on standard error; a refused build lists its first findings before."""
    findings: list[Finding] = getattr(error, "findings", [])
    for finding in findings:
        print(describe(finding, messages), file=sys.stderr)
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


def print_summary(summary: Summary, messages: Messages, *, quiet: bool) -> None:
    """The closing summary on standard output; warnings on standard error."""
    if quiet:
        return
    for finding in summary.warnings:
        print(describe(finding, messages), file=sys.stderr)
    for county in summary.counties:
        print(json.dumps(county, ensure_ascii=False, default=str))
    print(messages.text("summary", "files", warehouse=summary.warehouse, marts=summary.warehouse.parent / "marts"))


def print_audit(audit: Audit, messages: Messages) -> None:
    """The checked claims."""


def print_rows(answer: Rows, messages: Messages, *, as_json: bool, as_csv: bool) -> None:
    """The answer to a query as a table, JSON or CSV."""
    if as_json:
        records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        print(json.dumps(records, ensure_ascii=False, indent=2, default=str))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        table = Table(*answer.columns)
        for row in answer.rows:
            table.add_row(*("" if cell is None else str(cell) for cell in row))
        Console(highlight=False, markup=False).print(table)
        print(messages.text("summary", "rows", rows=f"{len(answer.rows):,}"))
