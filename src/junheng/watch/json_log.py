"""The log for machines: one JSON object a line, with ids, counts and durations, never with a value of the data.

What the lines hold is described in `docs/log-json.schema.json`.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from junheng import __version__
from junheng.errors import MachineError
from junheng.messages import Messages
from junheng.notify.delivery import Delivery
from junheng.notify.notice import error_in_words
from junheng.progress import Step
from junheng.watch.outcome import Outcome

VERSION = 1
STANDARD_ERROR = Path("-")


class JsonLog:
    """A log that is open while a build runs; lines are added to what the file holds, each is written at once.

    A line that the disk refuses is left out: the build goes on.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or standard error for `-`. Raises MachineError."""
        self.build_id: str | None = None
        self._file: IO[str]
        self._is_ours = path != STANDARD_ERROR
        if not self._is_ours:
            self._file = sys.stderr
            return
        try:
            self._file = path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise MachineError("log_not_writable", file=path, found=error.strerror) from error

    def started(self, out: Path, *, quarantine: bool, fail_on: str) -> None:
        """A build was asked for."""
        self.write(
            "build_started", junheng=__version__, pid=os.getpid(), out=str(out), quarantine=quarantine, fail_on=fail_on
        )

    def step(self, step: Step, state: str) -> None:
        """A step has `started`, `finished` or `failed`."""
        if state == "started":
            self.write("step_started", step=step.key)
        else:
            status = "ok" if state == "finished" else "failed"
            self.write("step_finished", step=step.key, status=status, seconds=round(step.seconds, 3), rows=step.rows)

    def finished(self, outcome: Outcome, messages: Messages) -> None:
        """A build has ended: a line for every rule that did not pass, for every finding of a refused one, and one."""
        self.build_id = outcome.build_id or self.build_id
        for rule in outcome.rules:
            if rule.status != "pass":
                self.write(
                    "rule",
                    rule_id=rule.rule_id,
                    suite=rule.suite,
                    table=rule.table,
                    severity=rule.severity,
                    status=rule.status,
                    rows_checked=rule.rows_checked,
                    rows_failed=rule.rows_failed,
                )
        for found in outcome.findings:
            self.write("finding", rule_id=found.rule_id, severity=found.severity, count=found.count)
        self.write(
            "build_finished",
            status=outcome.status,
            exit_code=outcome.exit_code,
            seconds=round(outcome.seconds, 3),
            error=outcome.error.message_id if outcome.error else outcome.defect,
            message=error_in_words(outcome.error, messages) if outcome.error else None,
            rules=dict(sorted(Counter(rule.status for rule in outcome.rules).items())),
            files=len(outcome.files),
            rows=sum(file.rows for file in outcome.files),
            counties=[
                {"county_code": one.county_code, "school_year": one.school_year, "verdict": one.verdict}
                for one in outcome.counties
            ],
        )

    def delivered(self, deliveries: Sequence[Delivery]) -> None:
        """What became of notifications and of lineage."""
        for one in deliveries:
            content = one.as_json()
            content["topic"] = content.pop("event")
            self.write("delivery", **content)

    def write(self, event: str, **facts: object) -> None:
        """Add a line."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"v": VERSION, "time": time, "event": event, "build_id": self.build_id, **facts}
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError:
            return

    def close(self) -> None:
        """Give the file back."""
        if self._is_ours:
            self._file.close()
