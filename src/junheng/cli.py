"""The command line: the program and the list of its commands, which stand in `commands/`, one module each.

Heavy modules are imported inside the commands: `--help` must answer at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from junheng import __version__
from junheng.commands.audit import audit
from junheng.commands.build import build
from junheng.commands.check import check
from junheng.commands.diff import diff
from junheng.commands.doctor import doctor
from junheng.commands.fetch import fetch
from junheng.commands.generate import generate
from junheng.commands.history import history
from junheng.commands.inspect import inspect
from junheng.commands.ledger import ledger
from junheng.commands.notify import notify
from junheng.commands.options import Lang, help_text
from junheng.commands.query import query
from junheng.commands.rejudge import rejudge
from junheng.commands.report import report
from junheng.commands.rollback import rollback
from junheng.commands.running import language_before
from junheng.commands.template import template

app = typer.Typer(
    help=help_text("program"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"junheng {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", help=help_text("version"), callback=_print_version, is_eager=True)
    ] = False,
    lang: Lang = None,
) -> None:
    language_before(lang)


# In the order in which the help lists them, groups last; the help of a command is the message of its name.
for command in (
    build,
    check,
    inspect,
    audit,
    template,
    report,
    history,
    diff,
    rejudge,
    rollback,
    notify,
    doctor,
    query,
    fetch,
    generate,
):
    app.command(command.__name__, help=help_text(command.__name__))(command)
app.add_typer(ledger, name="ledger")
