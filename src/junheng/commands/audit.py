"""`junheng audit`."""

from __future__ import annotations

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def audit(out: Out = DEFAULT_OUT, as_json: Json = False, lang: Lang = None) -> None:
    """Check the arithmetic of the published documents."""

    def run(messages: Messages) -> None:
        from junheng.audit import audit_documents
        from junheng.printing import print_audit

        found = audit_documents(out)
        if as_json:
            echo_json(found.as_json())
        else:
            print_audit(found, messages)
        if found.contradictions:
            raise typer.Exit(1)

    run_command(run, lang, as_json)
