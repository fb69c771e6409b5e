"""`junheng rejudge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def rejudge(
    standards: Annotated[Path, typer.Option("--standards", metavar="DIR", help=help_text("rejudge_standards"))],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help=help_text("rejudge_name"))],
    build: Annotated[str, typer.Option("--build", metavar="BUILD", help=help_text("rejudge_build"))] = "current",
    out: Out = DEFAULT_OUT,
    report: Annotated[bool, typer.Option("--report/--no-report", help=help_text("with_report"))] = True,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help=help_text("wait"))] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("quiet"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Judge a kept build again under other standards."""

    def run(messages: Messages) -> None:
        from junheng.history.rejudge import RejudgeOptions
        from junheng.history.rejudge import rejudge as judge_again
        from junheng.printing import print_summary
        from junheng.progress import Progress

        options = RejudgeOptions(out, name, standards, build, report, wait)
        summary = judge_again(options, messages, Progress(messages, quiet=quiet or as_json))
        if as_json:
            echo_json({**summary.as_json(), "name": name})
        else:
            print_summary(summary, messages, quiet=quiet)

    run_command(run, lang, as_json)
