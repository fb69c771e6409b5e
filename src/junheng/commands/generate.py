"""`junheng generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def generate(
    counties: Annotated[int, typer.Option("--counties", metavar="N", help=help_text("generate_counties"))],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=help_text("generate_out"))],
    years: Annotated[int, typer.Option("--years", metavar="Y", help=help_text("generate_years"))] = 1,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help=help_text("generate_seed"))] = 1,
    file_format: Annotated[
        str, typer.Option("--format", metavar="parquet|csv", help=help_text("generate_format"))
    ] = "parquet",
    schools: Annotated[int | None, typer.Option("--schools", metavar="N", help=help_text("generate_schools"))] = None,
    mistakes: Annotated[
        list[str] | None, typer.Option("--mistakes", metavar="RATE|KIND=RATE", help=help_text("generate_mistakes"))
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("no_progress"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Generate synthetic counties."""

    def run(messages: Messages) -> None:
        from junheng.generate.generator import GenerateOptions
        from junheng.generate.generator import generate as run_generate
        from junheng.generate.population import MOST_SCHOOLS, Size
        from junheng.progress import Progress
        from junheng.project import packaged_project

        size = Size(counties, years, seed, MOST_SCHOOLS if schools is None else schools)
        options = GenerateOptions(size, out, file_format, mistakes or [])
        made = run_generate(options, packaged_project(), Progress(messages, quiet=quiet or as_json))
        if as_json:
            echo_json(made.as_json())
            return
        rows = f"{sum(made.rows.values()):,}"
        typer.echo(messages.text("generate", "written", counties=counties, years=years, rows=rows, folder=out))
        if made.mistakes_file is not None:
            shown = made.mistakes_file
            typer.echo(messages.text("generate", "mistakes", count=f"{made.mistakes:,}", file=shown))

    run_command(run, lang, as_json)
