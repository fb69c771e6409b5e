"""`junheng report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from junheng.commands.options import DEFAULT_OUT, Json, Lang, Out, help_text
from junheng.commands.running import echo_json, run_command
from junheng.messages import Messages


def report(
    out: Out = DEFAULT_OUT,
    only: Annotated[str | None, typer.Option("--only", metavar="PART,...", help=help_text("report_only"))] = None,
    word_template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE.docx", help=help_text("report_template"))
    ] = None,
    public: Annotated[bool, typer.Option("--public", help=help_text("report_public"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help=help_text("quiet"))] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write the reports of the published warehouse."""

    def run(messages: Messages) -> None:
        from junheng.findings import as_json as finding_as_json
        from junheng.printing import print_findings
        from junheng.report.ledger import Ledger, in_words
        from junheng.report.report_command import ReportOptions, parts_named, write_report

        written: dict[str, int] = {}

        def say(part: str, files: int) -> None:
            written[part] = files
            if not (quiet or as_json):
                typer.echo(messages.text("report", "part", part=part, files=files))

        ledger = Ledger.of(out)
        problems = in_words(ledger.problems, messages)
        options = ReportOptions(out, parts_named(only), messages.language, public, word_template)
        folder = write_report(options, ledger, say)
        if as_json:
            echo_json({"report": str(folder), "parts": written, "warnings": [finding_as_json(one) for one in problems]})
        else:
            print_findings(problems, messages)
            typer.echo(messages.text("report", "written", folder=folder))

    run_command(run, lang, as_json)
