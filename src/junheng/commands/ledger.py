"""`junheng ledger import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import echo_json, language_before, run_command
from junheng.messages import Messages

ledger = typer.Typer(help=help_text("ledger"), no_args_is_help=True)


@ledger.callback()
def _ledger(lang: Lang = None) -> None:
    if lang is not None:
        language_before(lang)


@ledger.command("import", help=help_text("ledger_import"))
def ledger_import(
    workbook: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("ledger_file"))],
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Take what was filled into the remediation ledger."""

    def run(messages: Messages) -> None:
        from junheng.report.ledger_import import import_ledger
        from junheng.report.ledger_printing import ledger_json, print_ledger

        imported = import_ledger(workbook, out)
        if as_json:
            echo_json(ledger_json(imported, out))
        else:
            print_ledger(imported, out, messages)
        if imported.errors:
            raise typer.Exit(1)

    run_command(run, lang, as_json)
