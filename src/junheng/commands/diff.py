"""`junheng diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import run_command
from junheng.messages import Messages


def diff(
    before: Annotated[str, typer.Argument(metavar="BUILD", help=help_text("diff_before"))] = "previous",
    after: Annotated[str, typer.Argument(metavar="BUILD", help=help_text("diff_after"))] = "current",
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """What changed between two builds."""

    def run(messages: Messages) -> None:
        from junheng.history.diff_command import diff as compare

        compare(out, before, after, messages, as_json=as_json)

    run_command(run, lang, as_json)
