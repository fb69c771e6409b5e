"""`junheng inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import day_named, run_command
from junheng.messages import Messages


def inspect(
    path: Annotated[Path, typer.Argument(metavar="PATH", help=help_text("inspect_path"))],
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE", help=help_text("map"))] = None,
    draft: Annotated[Path | None, typer.Option("--draft", metavar="FILE", help=help_text("draft"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=help_text("inspect_out"))] = None,
    standards: Annotated[Path | None, typer.Option("--standards", metavar="DIR", help=help_text("standards"))] = None,
    no_rules: Annotated[bool, typer.Option("--no-rules", help=help_text("no_rules"))] = False,
    force: Annotated[bool, typer.Option("--force", help=help_text("force"))] = False,
    today: Annotated[str | None, typer.Option("--today", metavar="DATE", help=help_text("today"))] = None,
    lang: Lang = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("no_progress"))] = False,
    as_json: Json = False,
) -> None:
    """Tell what files are and what is wrong with them."""

    def run(messages: Messages) -> None:
        from junheng.inspect_command import InspectOptions
        from junheng.inspect_command import inspect as run_inspect
        from junheng.progress import Progress

        day = day_named(today) if today else None
        options = InspectOptions(path, mapping, draft, out, standards, not no_rules, force, day)
        if code := run_inspect(options, messages, Progress(messages, quiet=quiet or as_json), as_json=as_json):
            raise typer.Exit(code)

    run_command(run, lang, as_json)
