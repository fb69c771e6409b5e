"""The one thing that Airflow and Dagster need: run the command, read what it answers, and say who has to act.

Exit codes: 0 published or nothing to do, 1 the data is wrong, 2 a setting is wrong, 3 the machine is in the way,
130 interrupted. Only the last two may go away by themselves: nothing else is worth another try.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

TRY_AGAIN = (3, 130)


class BuildFailed(Exception):
    """A build that did not publish. `again` says whether another try may help."""

    def __init__(self, answer: dict[str, Any], exit_code: int) -> None:
        super().__init__(f"exit {exit_code}: {answer.get('message') or answer.get('error') or 'no answer'}")
        self.answer = answer
        self.again = exit_code in TRY_AGAIN


def build(raw: str, out: str, *options: str, junheng: str = "junheng") -> dict[str, Any]:
    """`junheng build --json`; gives its answer. Raises BuildFailed."""
    command = [junheng, "build", "--raw", raw, "--out", out, "--if-changed", "--wait", "1800", "--json", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, encoding="utf-8")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if done.returncode:
        raise BuildFailed(answer, done.returncode)
    return answer
