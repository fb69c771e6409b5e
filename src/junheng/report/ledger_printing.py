"""What an import of the ledger took, as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from junheng.messages import Messages
from junheng.report.ledger import FILE
from junheng.report.ledger_import import Imported

MOST_SHOWN = 50


def print_ledger(imported: Imported, out: Path, messages: Messages) -> None:
    """Every finding with its place, then what was taken and what to do next."""
    for finding in imported.findings[:MOST_SHOWN]:
        typer.echo(
            messages.text(
                "ledger",
                f"{finding.severity}_line",
                sheet=finding.sheet,
                row=finding.row,
                column=messages.text("ledger", finding.column),
                what=messages.text("ledger", finding.kind, found=finding.found, expected=finding.expected),
            )
        )
    if len(imported.findings) > MOST_SHOWN:
        typer.echo(messages.text("ledger", "more", count=len(imported.findings) - MOST_SHOWN))
    typer.echo(
        messages.text(
            "ledger",
            "taken",
            rows=imported.rows,
            taken=imported.taken,
            changed=imported.changed,
            errors=imported.errors,
            file=out / FILE,
        )
    )
    typer.echo(messages.text("ledger", "next", out=out))


def ledger_json(imported: Imported, out: Path) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ledger": str(out / FILE),
        "rows": imported.rows,
        "taken": imported.taken,
        "changed": imported.changed,
        "errors": imported.errors,
        "findings": [asdict(finding) for finding in imported.findings],
    }
