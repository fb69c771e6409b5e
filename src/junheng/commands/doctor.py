"""`junheng doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Notify, Out, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def doctor(
    out: Out = DEFAULT_OUT,
    raw: Annotated[Path | None, typer.Option("--raw", metavar="PATH", help=help_text("raw"))] = None,
    notify: Notify = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Look whether a build can run here."""

    def run(messages: Messages) -> None:
        from junheng.doctor import examination

        found = examination.examine(out, raw, notify, messages)
        if as_json:
            echo_json(examination.as_json(found, messages))
        else:
            for line in examination.in_lines(found, messages):
                typer.echo(line)
        if not examination.is_well(found):
            raise typer.Exit(1)

    run_command(run, lang, as_json)
