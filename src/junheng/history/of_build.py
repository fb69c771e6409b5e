"""What a build asks of the history: its inputs, its record, and whether there is anything to do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from junheng.history.inputs import Inputs, inputs_of, landing_key
from junheng.history.recording import Recorder
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import Project
from junheng.report.ledger import FILE as LEDGER
from junheng.workspace import Workspace

if TYPE_CHECKING:
    from junheng.build_options import BuildOptions


def recorder_of(
    options: BuildOptions, project: Project, work: Workspace, today: date, messages: Messages, progress: Progress
) -> Recorder:
    """The record of a build that begins, with the hashes of everything that it will read."""
    asked = {
        "is_sample": options.raw is None,
        "school_year": options.school_year,
        "quarantine": options.quarantine,
        "fail_on": options.fail_on,
        "worse": options.worse,
        "with_suites": options.with_suites,
        "with_report": options.with_report,
        "language": messages.language,
    }
    if options.target != "duckdb":
        asked["target"] = options.target
    recorder = Recorder(work, progress, messages, today, asked)
    if options.kept:
        recorder.name, recorder.from_build = options.kept.name, options.kept.build_id
    recorder.inputs = _inputs(options, project, recorder)
    recorder.landing_key = _landing_key(options, project, recorder)
    return recorder


def _landing_key(options: BuildOptions, project: Project, recorder: Recorder) -> str:
    try:
        return landing_key(project.root, recorder.parameters, options.mapping)
    except OSError:
        return ""


def _inputs(options: BuildOptions, project: Project, recorder: Recorder) -> Inputs | None:
    """None when something cannot be read: the step that needs it says so."""
    try:
        return inputs_of(
            project.root,
            raw=options.raw,
            mapping=options.mapping,
            standards=options.standards,
            ledger=recorder.work.out / LEDGER,
            today=recorder.today,
            parameters=recorder.parameters,
            data=options.kept.data if options.kept else None,
        )
    except OSError:
        return None
