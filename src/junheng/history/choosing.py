"""Which run a word on the command line means: `current`, `previous`, an id, a number, the name of a rejudgement."""

from __future__ import annotations

from pathlib import Path

from junheng.errors import UsageError
from junheng.history.store import History, KeptRun
from junheng.published import Output

CURRENT, PREVIOUS = "current", "previous"


def run_named(out: Path, word: str) -> KeptRun:
    """The run of the history that a word means; it has results. Raises UsageError when there is none."""
    runs = [run for run in History(out).runs() if run.record is not None]
    if word == CURRENT:
        found = _current(out, runs)
    elif word == PREVIOUS:
        now = _current(out, runs)
        found = next((run for run in reversed(runs) if _is_published(run) and now and run.number < now.number), None)
    elif word.isdecimal():
        found = next((run for run in runs if run.number == int(word)), None)
    else:
        found = next((run for run in reversed(runs) if word in (run.run_id, run.record and run.record.name)), None)
    if found is None:
        known = [run.run_id for run in runs if run.has_results][-5:]
        raise UsageError(
            "no_such_run", file=History(out).folder, found=word, expected=", ".join([CURRENT, PREVIOUS, *known])
        )
    # A run that found nothing new, or switched back, stands for the build that is published since.
    if not found.has_results and found.record is not None and found.record.build_id:
        of_build = [run for run in runs if run.run_id == found.record.build_id and run.has_results]
        found = of_build[-1] if of_build else found
    if not found.has_results:
        raise UsageError("run_without_results", found=word)
    return found


def _current(out: Path, runs: list[KeptRun]) -> KeptRun | None:
    published = Output(out).published()
    if published is None:  # no links here: the last one that was published
        return next((run for run in reversed(runs) if _is_published(run)), None)
    return next((run for run in reversed(runs) if run.run_id == published.build_id), None)


def _is_published(run: KeptRun) -> bool:
    return run.record is not None and run.record.status == "published"
