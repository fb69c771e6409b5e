"""`junheng report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import echo_json, run_command, say_aside
from junheng.messages import Messages


def report(
    out: Out = DEFAULT_OUT,
    only: Annotated[str | None, typer.Option("--only", metavar="PART,...", help=help_text("report_only"))] = None,
    word_template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE.docx", help=help_text("report_template"))
    ] = None,
    public: Annotated[bool, typer.Option("--public", help=help_text("report_public"))] = False,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help=help_text("wait"))] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("quiet"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write the reports of the published warehouse."""

    def run(messages: Messages) -> None:
        from junheng.findings import as_json as finding_as_json
        from junheng.printing import print_findings
        from junheng.report.ledger import in_words
        from junheng.report.report_command import ReportOptions, parts_named, write_report

        written: dict[str, int] = {}

        def say(part: str, files: int) -> None:
            written[part] = files
            if not (quiet or as_json):
                typer.echo(messages.text("report", "part", part=part, files=files))

        def on_wait(holder: str) -> None:
            say_aside(messages.text("summary", "waiting", holder=holder))

        options = ReportOptions(out, parts_named(only), messages.language, public, word_template)
        report = write_report(options, say, wait, on_wait)
        problems = in_words(report.problems, messages)
        left_out = report.kept.left_out
        if as_json:
            echo_json(
                {
                    "report": str(report.folder),
                    "parts": written,
                    "kept": list(report.kept.parts),
                    "left_out": dict(left_out),
                    "warnings": [finding_as_json(one) for one in problems],
                }
            )
            return
        print_findings(problems, messages)
        if report.kept.parts and not quiet:
            typer.echo(messages.text("report", "kept", parts=", ".join(report.kept.parts)))
        for part, reason in left_out.items():
            say_aside(messages.text("report", "left_out", part=part, reason=messages.text("report_left_out", reason)))
        typer.echo(messages.text("report", "written", folder=report.folder))

    run_command(run, lang, as_json)
