"""The words of a result in the reader's language, on one line: titles, advice and reasons."""

from __future__ import annotations

import csv
import re
from functools import cache
from typing import TYPE_CHECKING

from junheng.terminal import SHOWN
from junheng.validation.results import column_missing_in

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

ON_ONE_LINE: dict[int, str] = SHOWN | {9: " ", 10: "\u21b5", 13: "\u21b5"}


def one_line(text: str) -> str:
    """A text from the data that neither breaks a line nor steers a terminal; a line break is shown as an arrow."""
    return text.translate(ON_ONE_LINE)


def in_language(text: str, language: str) -> str:
    """The half of a text that is in a language: suites write Chinese sentences, a space, English sentences."""
    halves = re.split(r"(?<=[\u3002\uff1b\uff01\uff1f]) (?=[A-Z])", text, maxsplit=1)
    return halves[0] if language == "zh" else halves[-1]


def title(result: RuleResult, language: str) -> str:
    """What a rule demands."""
    return result.title_zh if language == "zh" else result.title_en


def reason(result: RuleResult, language: str) -> str | None:
    """Why a rule was not judged: the name of the reason, or the engine's message as it is."""
    missing = column_missing_in(result.reason)
    if missing is not None:
        return words_of_missing_column(*missing, language)
    if result.reason is None or result.status == "error":
        return result.reason
    return names_of_reasons().get(result.reason, {}).get(language, result.reason)


def words_of_missing_column(name: str, near: str | None, language: str) -> str:
    """That a table lacks a column, and which one may have been meant."""
    from junheng.messages import Messages

    messages = Messages(language)
    if near is None:
        return messages.text("check", "column_missing", column=name)
    return messages.text("check", "column_missing_near", column=name, near=near)


@cache
def names_of_reasons() -> dict[str, dict[str, str]]:
    """Names of the reasons of `seeds/standards/reasons.csv`, by id and language."""
    from junheng.project import packaged_project

    with (packaged_project().standards / "reasons.csv").open(encoding="utf-8", newline="") as lines:
        return {row["reason_id"]: {"zh": row["name_zh"], "en": row["name_en"]} for row in csv.DictReader(lines)}
