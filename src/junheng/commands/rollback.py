"""`junheng rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import echo_json, run_command
from junheng.errors import UsageError
from junheng.messages import Messages


def rollback(
    build_id: Annotated[str | None, typer.Argument(metavar="BUILD", help=help_text("rollback_build"))] = None,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Publish a kept build again."""

    def run(messages: Messages) -> None:
        from junheng.history.rollback import roll_back
        from junheng.lock import only_one

        if not out.is_dir():
            raise UsageError("no_such_build", file=out)
        with only_one(out):
            build = roll_back(out, build_id, messages)
        if as_json:
            echo_json({"build_id": build.build_id, "folder": str(build.folder)})
        else:
            typer.echo(messages.text("summary", "rolled_back", build=build.build_id))

    run_command(run, lang, as_json)
