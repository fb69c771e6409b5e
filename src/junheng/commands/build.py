"""`junheng build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.build_options import KEPT_BUILDS
from junheng.commands.options import DEFAULT_OUT, Json, Lang, Notify, Out, help_text
from junheng.commands.running import day_named, echo_json, nothing_aside, run_command, say_aside
from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.raw_address import raw_path

# Where --log-json writes to standard error, nothing else does: every line there is JSON.
STANDARD_ERROR = Path("-")
TARGETS = ("duckdb", "spark")


def build(
    raw: Annotated[str | None, typer.Option("--raw", metavar="PATH", help=help_text("raw"))] = None,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE", help=help_text("map"))] = None,
    out: Out = DEFAULT_OUT,
    school_year: Annotated[
        int | None, typer.Option("--school-year", metavar="Y", help=help_text("school_year"))
    ] = None,
    standards: Annotated[Path | None, typer.Option("--standards", metavar="DIR", help=help_text("standards"))] = None,
    quarantine: Annotated[bool, typer.Option("--quarantine", help=help_text("quarantine"))] = False,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="critical|warning|standard[,worse]", help=help_text("fail_on"))
    ] = "critical",
    today: Annotated[str | None, typer.Option("--today", metavar="DATE", help=help_text("today"))] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help=help_text("with_report"))] = True,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help=help_text("wait"))] = 0,
    keep: Annotated[int, typer.Option("--keep", metavar="N", min=1, help=help_text("keep"))] = KEPT_BUILDS,
    if_changed: Annotated[bool, typer.Option("--if-changed", help=help_text("if_changed"))] = False,
    notify: Notify = None,
    log_json: Annotated[Path | None, typer.Option("--log-json", metavar="FILE|-", help=help_text("log_json"))] = None,
    lineage: Annotated[str | None, typer.Option("--lineage", metavar="FILE|URL", help=help_text("lineage"))] = None,
    target: Annotated[str, typer.Option("--target", metavar="duckdb|spark", help=help_text("target"))] = "duckdb",
    memory: Annotated[str | None, typer.Option("--memory", metavar="SIZE", help=help_text("memory"))] = None,
    lang: Lang = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("quiet"))] = False,
    as_json: Json = False,
) -> None:
    """Build and publish the warehouse."""

    def run(messages: Messages) -> None:
        if target not in TARGETS:
            raise UsageError("target_unknown", found=target, expected=", ".join(TARGETS))
        raw_folder = raw_path(raw)
        from junheng.build_options import BuildOptions
        from junheng.gate import levels_named
        from junheng.memory import memory_limit
        from junheng.printing import print_summary
        from junheng.progress import Progress
        from junheng.watch.watched_build import watched_build
        from junheng.watch.watchers import watch

        day = day_named(today) if today else None
        memory_limit(memory)
        level, worse = levels_named(fail_on)
        options = BuildOptions(
            raw_folder,
            out,
            school_year=school_year,
            standards=standards,
            quarantine=quarantine,
            fail_on=level,
            worse=worse,
            today=day,
            mapping=mapping,
            with_report=report,
            wait=wait,
            keep=keep,
            if_changed=if_changed,
            target=target,
            memory=memory,
        )
        progress = Progress(messages, quiet=quiet or as_json or log_json == STANDARD_ERROR)
        watchers = watch(options, say_aside, notify, log_json, lineage)
        with nothing_aside(wanted=log_json == STANDARD_ERROR):
            summary = watched_build(options, messages, progress, watchers)
            if as_json:
                deliveries = [one.as_json() for one in watchers.deliveries]
                echo_json(summary.as_json() | ({"deliveries": deliveries} if deliveries else {}))
            else:
                print_summary(summary, messages, quiet=quiet)

    run_command(run, lang, as_json)
