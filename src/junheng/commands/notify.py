"""`junheng notify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import echo_json, run_command
from junheng.errors import MachineError
from junheng.messages import Messages


def notify(
    file: Annotated[Path, typer.Argument(metavar="FILE", envvar="JUNHENG_NOTIFY", help=help_text("notify_file"))],
    test: Annotated[bool, typer.Option("--test", help=help_text("notify_test"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Check the file of notifications, or send a trial message to every channel."""

    def run(messages: Messages) -> None:
        from junheng.watch.trial import channels, try_all

        if not test:
            told = channels(file)
            for channel in told:
                if not as_json:
                    typer.echo(messages.text("notify", "channel", **channel))
            if as_json:
                echo_json({"channels": told})
            return
        deliveries, lines = try_all(file, messages)
        if as_json:
            echo_json({"deliveries": [one.as_json() for one in deliveries]})
        else:
            for line in lines:
                typer.echo(line)
        failed = sum(not one.sent for one in deliveries)
        if failed and as_json:
            raise typer.Exit(MachineError.exit_code)
        if failed:
            raise MachineError("notify_not_delivered", failed=failed, total=len(deliveries))

    run_command(run, lang, as_json)
