"""`junheng check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import Json, Lang, help_text
from junheng.commands.running import run_command
from junheng.messages import Messages


def check(
    suites: Annotated[list[str] | None, typer.Argument(metavar="SUITE...", help=help_text("suites"))] = None,
    data: Annotated[str | None, typer.Option("--data", metavar="FILE", help=help_text("data"))] = None,
    warehouse: Annotated[str | None, typer.Option("--warehouse", metavar="FILE", help=help_text("warehouse"))] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help=help_text("table"))] = None,
    parameters: Annotated[
        Path | None, typer.Option("--parameters", metavar="FILE", help=help_text("parameters"))
    ] = None,
    school_year: Annotated[
        int | None, typer.Option("--school-year", metavar="Y", help=help_text("check_school_year"))
    ] = None,
    engine: Annotated[str, typer.Option("--engine", metavar="duckdb|gx|spark", help=help_text("engine"))] = "duckdb",
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help=help_text("junit"))] = None,
    gx_json: Annotated[Path | None, typer.Option("--gx-json", metavar="FILE", help=help_text("gx_json"))] = None,
    data_docs: Annotated[Path | None, typer.Option("--data-docs", metavar="DIR", help=help_text("data_docs"))] = None,
    failing_rows: Annotated[
        Path | None, typer.Option("--failing-rows", metavar="FILE", help=help_text("failing_rows"))
    ] = None,
    lint: Annotated[bool, typer.Option("--lint", help=help_text("lint"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Judge a table by suites, or the suites themselves."""

    def run(messages: Messages) -> None:
        from junheng.check_command import check_suites, check_table
        from junheng.check_reports import Reports
        from junheng.table_check import CheckOptions

        options = CheckOptions(suites or [], data, warehouse, table, parameters, school_year, engine)
        reports = Reports(junit, gx_json, data_docs, failing_rows)
        judge = check_suites if lint else check_table
        code = judge(options, reports, messages, as_json=as_json)
        if code:
            raise typer.Exit(code)

    run_command(run, lang, as_json)
