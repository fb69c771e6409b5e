"""`kill -9` at random moments of real builds. A moment is a share of the processor time of a whole build.

Some builds begin without what dbt has made of the project, as the first one of a version does: dbt runs in them.
"""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.faults.output import OutputFolder
from benchmarks.faults.process import Running, build_command, said

EVERY = 10
PAUSE = 0.05
# Of so many kills one hits the first process only; what it has started goes on without it.
LEADER_ONLY = 5
# Of so many builds one runs dbt.
BY_DBT = 8


def kill_builds(
    place: Path, raw: Path, kills: int, reports: int, seed: int, until: float, tell: Callable[[str], None]
) -> dict[str, object]:
    """Kill so many builds, `reports` of them while the full report is asked too, or as many as `until` allows.

    The moments are spread evenly over the whole build and each is random within its part.
    """
    random_ = random.Random(seed)  # noqa: S311
    out = place / "out"
    folder = OutputFolder(out)
    steps: Counter[str] = Counter()
    lost: list[str] = []
    _whole_build(place, raw, folder, lost, report=False)
    done = by_report = through_dbt = 0
    builds = 1
    durations: dict[tuple[bool, bool], float] = {}
    moments = [
        (
            (number + random_.random()) / kills,
            number % max(1, kills // max(1, reports)) == 0,
            number % BY_DBT == BY_DBT // 2,
        )
        for number in range(kills)
    ]
    random_.shuffle(moments)
    for moment, report, by_dbt in moments:
        if time.monotonic() > until:
            break
        if (report, by_dbt) not in durations:
            if by_dbt:
                forget_compiled(out)
            durations[report, by_dbt] = _whole_build(place, raw, folder, lost, report=report)
            builds += 1
        if by_dbt:
            forget_compiled(out)
        log = place / "log.jsonl"
        log.unlink(missing_ok=True)
        before = (out / "current").resolve()
        running = Running(build_command(raw, out, report=report, log=log), place)
        end = moment * durations[report, by_dbt]
        while running.process.poll() is None and running.cpu() < end:
            time.sleep(PAUSE)
        if running.process.poll() is not None:
            running.errors.close()
            if running.process.returncode:
                lost.append(f"a build after a kill ended with {running.process.returncode}: {said(place)}")
            folder.problems()
            continue
        running.kill(all_of_it=done % LEADER_ONLY != LEADER_ONLY - 1)
        done += 1
        by_report += report
        through_dbt += by_dbt
        step = step_of(log)
        steps[step] += 1
        problems = folder.problems()
        lost += [f"kill {done} in {step}: {problem}" for problem in problems]
        was = "the new" if (out / "current").resolve() != before else "the former"
        where = f"{moment:.3f} of a build {'with' if report else 'without'} report{', by dbt' * by_dbt}, in {step}"
        tell(f"kill {done}: {where}: {was} build, {problems or 'whole'}")
        if done % EVERY == 0:
            _whole_build(place, raw, folder, lost, report=False)
            builds += 1
    if done % EVERY:
        _whole_build(place, raw, folder, lost, report=False)
        builds += 1
    left = [path.name for path in (place / "tmp").iterdir()]
    return {
        "seed": seed,
        "kills": done,
        "kills_with_report": by_report,
        "kills_by_dbt": through_dbt,
        "builds_between": builds,
        "lost": lost,
        "steps": dict(sorted(steps.items())),
        "left_in_temporary_folder": left,
    }


def forget_compiled(out: Path) -> None:
    """Let the next build into this folder run dbt, as the first one of a version does."""
    shutil.rmtree(out / ".cache", ignore_errors=True)


def _whole_build(place: Path, raw: Path, folder: OutputFolder, lost: list[str], *, report: bool) -> float:
    """A build that nobody disturbs has to succeed and leave nothing; gives its processor seconds."""
    running = Running(build_command(raw, folder.out, report=report), place)
    used = 0.0
    while running.process.poll() is None:
        used = max(used, running.cpu())
        time.sleep(5 * PAUSE)
    running.errors.close()
    if running.process.returncode:
        lost.append(f"a build after kills ended with {running.process.returncode}: {said(place)}")
    lost += [f"after a whole build: {problem}" for problem in folder.problems()]
    lost += [f"left behind: {name}" for name in folder.left_behind()]
    return used


def step_of(log: Path) -> str:
    """The step in which a build was, from its log."""
    step = "start"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    for line in lines:
        event = json.loads(line)
        if event["event"] == "step_started":
            step = event["step"]
        elif event["event"] == "step_finished":
            step = f"after {event['step']}"
    return step
