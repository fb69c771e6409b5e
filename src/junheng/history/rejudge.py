"""`junheng rejudge`: the raw tables of a kept build under other standards, as a named result of its own.

What is published and what the history says of it stay as they are: the result stands in `rejudged/<name>/`, laid out
like an output folder, and the history of the output folder names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from junheng.errors import UsageError
from junheng.history.choosing import run_named
from junheng.history.inputs import Input
from junheng.history.recording import add_run, keep, say_not_written
from junheng.history.store import History
from junheng.lock import only_one
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.published import Output
from junheng.summary import Summary

FOLDER = "rejudged"
NAME = re.compile(r"[^\W_][\w.-]{0,59}")


@dataclass(frozen=True)
class RejudgeOptions:
    """What the user asked for. `build` is a word for a run of the history."""

    out: Path
    name: str
    standards: Path
    build: str = "current"
    with_report: bool = True
    wait: float = 0


def rejudge(options: RejudgeOptions, messages: Messages, progress: Progress) -> Summary:
    """Judge the raw tables of a kept build by other standards and publish the result under its name.

    Raises UsageError for a name that is none or is taken and for a build that is not kept, and what `build` raises.
    """
    from junheng.build import build
    from junheng.build_options import BuildOptions, KeptBuild

    out = options.out
    if not NAME.fullmatch(options.name) or options.name.isdecimal():
        raise UsageError("rejudge_name_wrong", found=options.name)
    target = out / FOLDER / options.name
    if (target / "warehouse.duckdb").exists():
        raise UsageError("rejudge_name_taken", file=target, found=options.name)
    run = run_named(out, options.build)
    kept = next((one for one in Output(out).kept() if one.build_id == run.run_id), None)
    if kept is None or run.record is None:
        raise UsageError("build_not_kept", found=options.build)
    record = run.record
    data = tuple(Input(**dict(one)) for one in record.inputs if one.get("kind") == "data" and "size" in one)
    source = KeptBuild(out.resolve(), kept.build_id, kept.folder / "warehouse.duckdb", options.name, data)
    asked = BuildOptions(
        None,
        target,
        school_year=record.school_year,
        standards=options.standards,
        quarantine=bool(record.parameters.get("quarantine")),
        with_report=options.with_report,
        wait=options.wait,
        kept=source,
    )
    summary = build(asked, messages, progress)
    done = History(target).last("published")
    if done is not None and done.record is not None:
        judged = replace(done.record, status="rejudged", build_id=None, name=options.name, from_build=kept.build_id)

        def add() -> None:
            with only_one(out, options.wait):
                add_run(out, judged, done.folder)

        keep(lambda error: say_not_written(messages, error), add)
    return replace(summary, status="rejudged")
