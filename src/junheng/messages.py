"""Every text a user reads, in Chinese and English, from `messages.toml`."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from junheng.errors import JunhengError
from junheng.terminal import visible

LANGUAGES = ("zh", "en")


@cache
def catalogue() -> dict[str, Any]:
    """The parsed message catalogue."""
    with (Path(__file__).parent / "messages.toml").open("rb") as file:
        return tomllib.load(file)


def locale_language() -> str:
    """`zh` when the locale of the environment is Chinese, `en` otherwise."""
    for name in ("JUNHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


class Messages:
    """The catalogue in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, section: str, key: str, **params: object) -> str:
        """The text `section.key`, with its parameters filled in. An unknown id is a KeyError: a defect, not a blank."""
        template: str = catalogue()[section][key][self.language]
        return template.format(**{name: visible(value) for name, value in params.items()}) if params else template

    def error(self, error: JunhengError) -> str:
        """An error as lines: what is wrong, where, what was found and expected, what to do."""
        lines = [self.text("errors", error.message_id, **error.params)]
        lines += [f"  {self.text('labels', name)}: {visible(value)}" for name, value in error.facts().items()]
        if error.message_id in catalogue()["actions"]:
            lines.append(f"  {self.text('labels', 'action')}: {self.text('actions', error.message_id, **error.params)}")
        return "\n".join(lines)
