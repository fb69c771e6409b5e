"""Verdicts and causes in words, for whoever tells of a change: `junheng diff`, the overview of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from junheng.history.causes import UNKNOWN
from junheng.messages import Messages, catalogue

_SECTIONS = {"county": "verdicts", "item": "item_statuses", "unit": "unit_classes"}


def verdict_word(kind: str, verdict: str | None, messages: Messages) -> str:
    """The word of a verdict of one of KINDS; None: there is none."""
    if verdict is None:
        return messages.text("diff", "nothing")
    return known_word(_SECTIONS.get(kind, "figure_statuses"), verdict, messages)


def cause_words(causes: Sequence[str], messages: Messages) -> str:
    """The possible causes of a change; without any, that nothing is known of them."""
    words = [messages.text("causes", cause) for cause in causes] or [messages.text("causes", UNKNOWN)]
    return messages.text("diff", "or").join(words)


def known_word(section: str, key: str, messages: Messages) -> str:
    """A word of a section of the messages; what another version called otherwise stays as it is."""
    known: Mapping[str, Any] = catalogue().get(section, {})
    return messages.text(section, key) if key in known else key
