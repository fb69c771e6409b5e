"""`junheng query`."""

from __future__ import annotations

import os
import sys
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
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="SECONDS", min=0.1, help=help_text("query_seconds"))
    ] = None,
    lang: Lang = None,
) -> None:
    """Ask the published warehouse."""

    def run(messages: Messages) -> None:
        if as_json and as_csv:
            raise UsageError("json_and_csv")
        from junheng.printing import print_error, print_rows
        from junheng.query import SECONDS, run_query

        def end(error: UsageError) -> None:
            # The engine does not listen and only reads: there is nothing to be cleaned up.
            print_error(error, messages)
            sys.stderr.flush()
            os._exit(error.exit_code)

        rows = run_query(out / "warehouse.duckdb", sql, seconds or SECONDS, end)
        print_rows(rows, messages, as_json=as_json, as_csv=as_csv)

    run_command(run, lang, as_json)
