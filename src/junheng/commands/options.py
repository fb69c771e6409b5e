"""What the commands' options share: the language of their help, and the options that several commands have."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

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


def help_text(key: str) -> str:
    """A text of the section `help` in the language of the help. Raises KeyError."""
    return _HELP.text("help", key)


Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=help_text("out"))]
Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=help_text("lang"))]
Json = Annotated[bool, typer.Option("--json", help=help_text("json"))]
DEFAULT_OUT = Path("build")
Notify = Annotated[
    Path | None, typer.Option("--notify", metavar="FILE", envvar="JUNHENG_NOTIFY", help=help_text("notify_option"))
]
