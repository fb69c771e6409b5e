"""`junheng query`."""

from __future__ import annotations

from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import run_command
from junheng.errors import UsageError
from junheng.messages import Messages


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help=help_text("sql"))],
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=help_text("csv"))] = False,
    lang: Lang = None,
) -> None:
    """Ask the published warehouse."""

    def run(messages: Messages) -> None:
        if as_json and as_csv:
            raise UsageError("json_and_csv")
        from junheng.printing import print_rows
        from junheng.query import run_query

        print_rows(run_query(out / "warehouse.duckdb", sql), messages, as_json=as_json, as_csv=as_csv)

    run_command(run, lang, as_json)
