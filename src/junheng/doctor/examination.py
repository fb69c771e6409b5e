"""The whole examination, and how it looks on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from junheng.doctor import installation, output_folder, surroundings
from junheng.doctor.check import BAD, Check
from junheng.messages import Messages
from junheng.project import packaged_project


def examine(out: Path, raw: Path | None, notify: Path | None, messages: Messages) -> list[Check]:
    """Look at everything; nothing is changed."""
    return [
        *installation.checks(),
        *output_folder.checks(out, raw or packaged_project().sample),
        *surroundings.checks(notify, messages),
    ]


def is_well(checks: Sequence[Check]) -> bool:
    """Whether nothing stands in the way of a build."""
    return all(check.status != BAD for check in checks)


def in_lines(checks: Sequence[Check], messages: Messages) -> list[str]:
    """A line for each, and another with what to do where something is to be done."""
    lines = []
    for check in checks:
        mark = messages.text("doctor_marks", check.status)
        lines.append(f"{mark} {messages.text('doctor', check.what)}: {check.found}")
        if check.status != "ok" and check.action:
            lines.append(f"     {messages.text('labels', 'action')}: {messages.text('doctor_actions', check.action)}")
    return lines


def as_json(checks: Sequence[Check], messages: Messages) -> dict[str, Any]:
    """The examination as a JSON object."""
    return {
        "well": is_well(checks),
        "checks": [
            {
                **check.as_json(),
                "title": messages.text("doctor", check.what),
                "action": messages.text("doctor_actions", check.action)
                if check.status != "ok" and check.action
                else None,
            }
            for check in checks
        ],
    }
