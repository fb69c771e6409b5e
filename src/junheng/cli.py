"""The command line. Heavy modules are imported inside the commands: `--help` must answer at once."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from junheng import __version__
from junheng.errors import JunhengError, UsageError
from junheng.messages import LANGUAGES, Messages, locale_language


def _language_of_help() -> str:
    """Help is written when the module loads: take the language from the command line, else from the locale."""
    arguments = sys.argv[1:]
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            chosen = value or next(iter(arguments[position + 1 :]), "")
            if chosen in LANGUAGES:
                return chosen
    return locale_language()


_HELP = Messages(_language_of_help())


def _help(key: str) -> str:
    return _HELP.text("help", key)


app = typer.Typer(
    help=_help("program"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=_help("out"))]
Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=_help("lang"))]
Json = Annotated[bool, typer.Option("--json", help=_help("json"))]
DEFAULT_OUT = Path("build")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"junheng {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", help=_help("version"), callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command(help=_help("build"))
def build(
    raw: Annotated[Path | None, typer.Option("--raw", metavar="PATH", help=_help("raw"))] = None,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE", help=_help("map"))] = None,
    out: Out = DEFAULT_OUT,
    school_year: Annotated[int | None, typer.Option("--school-year", metavar="Y", help=_help("school_year"))] = None,
    standards: Annotated[Path | None, typer.Option("--standards", metavar="DIR", help=_help("standards"))] = None,
    quarantine: Annotated[bool, typer.Option("--quarantine", help=_help("quarantine"))] = False,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="critical|warning|standard", help=_help("fail_on"))
    ] = "critical",
    today: Annotated[str | None, typer.Option("--today", metavar="DATE", help=_help("today"))] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help=_help("with_report"))] = True,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help=_help("wait"))] = 0,
    keep: Annotated[int, typer.Option("--keep", metavar="N", min=1, help=_help("keep"))] = 5,
    target: Annotated[str, typer.Option("--target", metavar="duckdb", help=_help("target"))] = "duckdb",
    lang: Lang = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=_help("quiet"))] = False,
    as_json: Json = False,
) -> None:
    """Build and publish the warehouse."""

    def run(messages: Messages) -> None:
        if target != "duckdb":
            raise UsageError("target_unknown", found=target, expected="duckdb")
        from junheng.build import BuildOptions
        from junheng.build import build as run_build
        from junheng.gate import level_named
        from junheng.printing import print_summary
        from junheng.progress import Progress

        day = _day(today) if today else None
        options = BuildOptions(
            raw, out, school_year, standards, True, quarantine, level_named(fail_on), day, mapping, report, wait, keep
        )
        summary = run_build(options, messages, Progress(messages, quiet=quiet or as_json))
        if as_json:
            _echo_json(summary.as_json())
        else:
            print_summary(summary, messages, quiet=quiet)

    _run(run, lang, as_json)


@app.command(help=_help("check"))
def check(
    suites: Annotated[list[str] | None, typer.Argument(metavar="SUITE...", help=_help("suites"))] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help=_help("data"))] = None,
    warehouse: Annotated[Path | None, typer.Option("--warehouse", metavar="FILE", help=_help("warehouse"))] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help=_help("table"))] = None,
    parameters: Annotated[Path | None, typer.Option("--parameters", metavar="FILE", help=_help("parameters"))] = None,
    school_year: Annotated[
        int | None, typer.Option("--school-year", metavar="Y", help=_help("check_school_year"))
    ] = None,
    engine: Annotated[str, typer.Option("--engine", metavar="duckdb|gx", help=_help("engine"))] = "duckdb",
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help=_help("junit"))] = None,
    gx_json: Annotated[Path | None, typer.Option("--gx-json", metavar="FILE", help=_help("gx_json"))] = None,
    data_docs: Annotated[Path | None, typer.Option("--data-docs", metavar="DIR", help=_help("data_docs"))] = None,
    failing_rows: Annotated[
        Path | None, typer.Option("--failing-rows", metavar="FILE", help=_help("failing_rows"))
    ] = None,
    lint: Annotated[bool, typer.Option("--lint", help=_help("lint"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Judge a table by suites, or the suites themselves."""

    def run(messages: Messages) -> None:
        from junheng.check_command import check_suites, check_table
        from junheng.table_check import CheckOptions, Reports

        options = CheckOptions(suites or [], data, warehouse, table, parameters, school_year, engine)
        reports = Reports(junit, gx_json, data_docs, failing_rows)
        judge = check_suites if lint else check_table
        code = judge(options, reports, messages, as_json=as_json)
        if code:
            raise typer.Exit(code)

    _run(run, lang, as_json)


@app.command(help=_help("inspect"))
def inspect(
    path: Annotated[Path, typer.Argument(metavar="PATH", help=_help("inspect_path"))],
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE", help=_help("map"))] = None,
    draft: Annotated[Path | None, typer.Option("--draft", metavar="FILE", help=_help("draft"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_help("inspect_out"))] = None,
    standards: Annotated[Path | None, typer.Option("--standards", metavar="DIR", help=_help("standards"))] = None,
    no_rules: Annotated[bool, typer.Option("--no-rules", help=_help("no_rules"))] = False,
    force: Annotated[bool, typer.Option("--force", help=_help("force"))] = False,
    today: Annotated[str | None, typer.Option("--today", metavar="DATE", help=_help("today"))] = None,
    lang: Lang = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=_help("no_progress"))] = False,
    as_json: Json = False,
) -> None:
    """Tell what files are and what is wrong with them."""

    def run(messages: Messages) -> None:
        from junheng.inspect_command import InspectOptions
        from junheng.inspect_command import inspect as run_inspect
        from junheng.progress import Progress

        day = _day(today) if today else None
        options = InspectOptions(path, mapping, draft, out, standards, not no_rules, force, day)
        if code := run_inspect(options, messages, Progress(messages, quiet=quiet or as_json), as_json=as_json):
            raise typer.Exit(code)

    _run(run, lang, as_json)


@app.command(help=_help("audit"))
def audit(out: Out = DEFAULT_OUT, as_json: Json = False, lang: Lang = None) -> None:
    """Check the arithmetic of the published documents."""

    def run(messages: Messages) -> None:
        from junheng.audit import audit_documents
        from junheng.printing import print_audit

        found = audit_documents(out)
        if as_json:
            _echo_json(found.as_json())
        else:
            print_audit(found, messages)
        if found.contradictions:
            raise typer.Exit(1)

    _run(run, lang, as_json)


@app.command(help=_help("template"))
def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_help("template_folder"))],
    school_year: Annotated[
        int | None, typer.Option("--school-year", metavar="Y", help=_help("template_school_year"))
    ] = None,
    tables: Annotated[list[str] | None, typer.Option("--tables", metavar="NAME,...", help=_help("tables"))] = None,
    force: Annotated[bool, typer.Option("--force", help=_help("force"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write empty workbooks to fill in."""

    def run(messages: Messages) -> None:
        from junheng.template_command import template as write
        from junheng.templates.workbooks import TemplateOptions

        written = write(TemplateOptions(folder, school_year, tables or [], force), messages, as_json=as_json)
        if written is not None:
            _echo_json(written)

    _run(run, lang, as_json)


@app.command(help=_help("report"))
def report(
    out: Out = DEFAULT_OUT,
    only: Annotated[str | None, typer.Option("--only", metavar="PART,...", help=_help("report_only"))] = None,
    word_template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE.docx", help=_help("report_template"))
    ] = None,
    public: Annotated[bool, typer.Option("--public", help=_help("report_public"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help=_help("quiet"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write the reports of the published warehouse."""

    def run(messages: Messages) -> None:
        from junheng.report.report_command import ReportOptions, parts_named, write_report

        written: dict[str, int] = {}

        def say(part: str, files: int) -> None:
            written[part] = files
            if not (quiet or as_json):
                typer.echo(messages.text("report", "part", part=part, files=files))

        folder = write_report(ReportOptions(out, parts_named(only), messages.language, public, word_template), say)
        if as_json:
            _echo_json({"report": str(folder), "parts": written})
        else:
            typer.echo(messages.text("report", "written", folder=folder))

    _run(run, lang, as_json)


@app.command(help=_help("rollback"))
def rollback(
    build_id: Annotated[str | None, typer.Argument(metavar="BUILD", help=_help("rollback_build"))] = None,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Publish a kept build again."""

    def run(messages: Messages) -> None:
        from junheng.lock import only_one
        from junheng.published import Output

        if not out.is_dir():
            raise UsageError("no_such_build", file=out)
        with only_one(out):
            build = Output(out).roll_back(build_id)
        if as_json:
            _echo_json({"build_id": build.build_id, "folder": str(build.folder)})
        else:
            typer.echo(messages.text("summary", "rolled_back", build=build.build_id))

    _run(run, lang, as_json)


ledger_app = typer.Typer(help=_help("ledger"), no_args_is_help=True)
app.add_typer(ledger_app, name="ledger")


@ledger_app.command("import", help=_help("ledger_import"))
def ledger_import(
    workbook: Annotated[Path, typer.Argument(metavar="FILE", help=_help("ledger_file"))],
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Take what was filled into the remediation ledger."""

    def run(messages: Messages) -> None:
        from junheng.report.ledger_import import import_ledger
        from junheng.report.ledger_printing import ledger_json, print_ledger

        imported = import_ledger(workbook, out)
        if as_json:
            _echo_json(ledger_json(imported, out))
        else:
            print_ledger(imported, out, messages)
        if imported.errors:
            raise typer.Exit(1)

    _run(run, lang, as_json)


@app.command(help=_help("query"))
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help=_help("sql"))],
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_help("csv"))] = False,
    lang: Lang = None,
) -> None:
    """Ask the published warehouse."""

    def run(messages: Messages) -> None:
        if as_json and as_csv:
            raise UsageError("json_and_csv")
        from junheng.printing import print_rows
        from junheng.query import run_query

        print_rows(run_query(out / "warehouse.duckdb", sql), messages, as_json=as_json, as_csv=as_csv)

    _run(run, lang, as_json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("today_wrong", found=text, expected="YYYY-MM-DD") from error


def _run(command: Callable[[Messages], None], lang: str | None, as_json: bool) -> None:
    """Run a command; an error of ours becomes its message and its exit code."""
    messages = Messages(lang if lang in LANGUAGES else locale_language())
    # A request to end is answered like one from the keyboard: what was begun is cleaned up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if lang is not None and lang not in LANGUAGES:
            raise UsageError("lang_unknown", found=lang, expected=", ".join(LANGUAGES))
        command(messages)
    except JunhengError as error:
        from junheng.printing import print_error

        print_error(error, messages)
        if as_json:
            from junheng.printing import error_as_json

            _echo_json(error_as_json(error, messages))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(130) from error


def _echo_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
