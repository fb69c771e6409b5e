"""`junheng template`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=help_text("template_folder"))],
    school_year: Annotated[
        int | None, typer.Option("--school-year", metavar="Y", help=help_text("template_school_year"))
    ] = None,
    tables: Annotated[list[str] | None, typer.Option("--tables", metavar="NAME,...", help=help_text("tables"))] = None,
    force: Annotated[bool, typer.Option("--force", help=help_text("force"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write empty workbooks to fill in."""

    def run(messages: Messages) -> None:
        from junheng.template_command import template as write
        from junheng.templates.workbooks import TemplateOptions

        written = write(TemplateOptions(folder, school_year, tables or [], force), messages, as_json=as_json)
        if written is not None:
            echo_json(written)

    run_command(run, lang, as_json)
