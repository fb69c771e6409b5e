"""Going back to a kept build, and saying so in the history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from junheng.history.record import RunRecord
from junheng.history.recording import add_missing, add_run, keep, say_not_written
from junheng.history.unchanged import record_of
from junheng.messages import Messages
from junheng.published import Output, PublishedBuild
from junheng.workspace import new_build_id


def roll_back(out: Path, build_id: str | None, messages: Messages) -> PublishedBuild:
    """Publish a kept build again. Needs the lock. Raises UsageError when there is none, MachineError by the disk."""

    def say(error: Exception) -> None:
        say_not_written(messages, error)

    started = datetime.now(UTC)
    # What died is told apart by what is published now.
    keep(say, lambda: add_missing(out))
    former = Output(out).published()
    build = Output(out).roll_back(build_id)
    made = record_of(build)
    record = RunRecord(
        run_id=new_build_id(started),
        status="rolled_back",
        started_at=f"{started:%Y-%m-%dT%H:%M:%S.000Z}",
        finished_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        build_id=build.build_id,
        from_build=former.build_id if former else None,
        exit_code=0,
        school_year=made.school_year if made else None,
        counties=made.counties if made else (),
    )
    keep(say, lambda: add_run(out, record))
    return build
