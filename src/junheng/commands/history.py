"""`junheng history`."""

from __future__ import annotations

from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import run_command
from junheng.messages import Messages


def history(
    out: Out = DEFAULT_OUT,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help=help_text("history_limit"))] = 20,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """The last runs."""

    def run(messages: Messages) -> None:
        from junheng.history.history_command import history as show

        show(out, limit, messages, as_json=as_json)

    run_command(run, lang, as_json)
