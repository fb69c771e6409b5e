"""`junheng fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def fetch(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help=help_text("fetch_address"))],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=help_text("generate_out"))],
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("no_progress"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Copy raw tables out of a storage that Spark reads."""

    def run(messages: Messages) -> None:
        from junheng.progress import Progress
        from junheng.spark.fetch import fetch as run_fetch

        progress = Progress(messages, quiet=quiet or as_json)
        with progress.step("fetch") as step:
            files = run_fetch(address, out, lambda name, size: step.say(f"{name} {size:,}"))
        if as_json:
            listed = [{"file": file.relative_to(out).as_posix(), "bytes": size} for file, size in files.items()]
            echo_json({"folder": str(out), "files": listed})
            return
        size = f"{sum(files.values()):,}"
        typer.echo(messages.text("summary", "fetched", files=len(files), bytes=size, folder=out))

    run_command(run, lang, as_json)
