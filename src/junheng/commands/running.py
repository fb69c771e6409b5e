"""How a command runs: its language, its errors as messages and exit codes, and what it prints for programs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any

import typer

from junheng.errors import JunhengError, UsageError
from junheng.messages import LANGUAGES, Messages, locale_language
from junheng.terminal import json_text, visible

_before: ContextVar[str | None] = ContextVar("lang", default=None)


def day_named(text: str) -> date:
    """The day that an option names as YYYY-MM-DD. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("today_wrong", found=text, expected="YYYY-MM-DD") from error


def run_command(command: Callable[[Messages], None], lang: str | None, as_json: bool) -> None:
    """Run a command; an error of ours becomes its message and its exit code.

    `lang` stands after the command; without it the one before the command counts.
    """
    lang = lang or _before.get()
    messages = Messages(lang if lang in LANGUAGES else locale_language())
    # A request to end is answered like one from the keyboard: what was begun is cleaned up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if lang is not None and lang not in LANGUAGES:
            raise UsageError("lang_unknown", found=lang, expected=", ".join(LANGUAGES))
        command(messages)
    except JunhengError as error:
        from junheng.printing import print_error

        if not error.is_told:
            print_error(error, messages)
        if as_json:
            from junheng.printing import error_as_json

            echo_json(error_as_json(error, messages))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(130) from error


def language_before(lang: str | None) -> None:
    """Keep the value of `--lang` that stands before a command, until the next command line."""
    _before.set(lang)


@contextmanager
def nothing_aside(*, wanted: bool) -> Iterator[None]:
    """Where it is wanted: whoever prints on standard error meanwhile is not heard, and an error counts as told."""
    if not wanted:
        yield
        return
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        try:
            yield
        except JunhengError as error:
            error.is_told = True
            raise


def say_aside(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(visible(text), err=True)


def echo_json(content: dict[str, Any]) -> None:
    """Print an answer for programs."""
    typer.echo(json_text(content))
