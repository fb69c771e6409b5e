"""`kill -9` at random moments of the publish step: a real build is published again and again by a process of its own.

Building takes long and publishing is short; here nearly every kill hits a change of the output folder or the history.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.faults.output import hashes_of
from benchmarks.faults.process import Running, said
from junheng.history.database import NAME
from junheng.history.record import read_record
from junheng.history.recording import add_missing, add_run
from junheng.history.store import History
from junheng.publish import RUN, publish
from junheng.published import PARTS
from junheng.workspace import workspace

SLOWEST = 1.5


def publish_for_ever(out: Path, source: Path) -> None:
    """Publish the parts in `source` under new ids until somebody kills this process."""
    print("begun", file=sys.stderr, flush=True)
    while True:
        with workspace(out, wait=60) as work:
            add_missing(out, work.died)
            for part in (*PARTS, RUN):
                if (source / part).is_dir():
                    shutil.copytree(source / part, work.folder / part)
                elif (source / part).exists():
                    shutil.copyfile(source / part, work.folder / part)
            publish(work, 2)
            record = replace(read_record(source / RUN), run_id=work.build_id, build_id=work.build_id)
            add_run(out, record, source / RUN)


def kill_publishers(
    place: Path, source: Path, kills: int, seed: int, until: float, tell: Callable[[str], None]
) -> dict[str, object]:
    """Kill so many publishers of the parts in `source`, or as many as `until` allows."""
    random_ = random.Random(seed)  # noqa: S311
    out = place / "published-again"
    out.mkdir(exist_ok=True)
    wanted = {name: digest for name, digest in hashes_of(source).items() if not name.startswith(RUN)}
    lost: list[str] = []
    done = most_files = 0
    while done < kills and time.monotonic() < until:
        running = Running(["-m", "benchmarks.faults.publishing", str(out), str(source)], place)
        while "begun" not in said(place) and running.process.poll() is None:
            time.sleep(0.02)
        time.sleep(random_.random() * SLOWEST)
        if running.process.poll() is not None:
            lost.append(f"a publisher ended by itself: {said(place)}")
            break
        running.kill(all_of_it=True)
        done += 1
        lost += [f"kill {done}: {problem}" for problem in _problems(out, wanted)]
        most_files = max(most_files, sum(1 for _ in (out / "builds").rglob("*")) if (out / "builds").is_dir() else 0)
        if done % 20 == 0:
            tell(f"publisher killed {done} times, {len(History(out).runs())} runs published, lost {len(lost)}")
    runs = History(out).runs()
    return {
        "seed": seed,
        "kills": done,
        "lost": lost,
        "published_meanwhile": len(runs),
        "unreadable_runs": sum(run.record is None for run in runs),
        "most_files_in_builds": most_files,
    }


def _problems(out: Path, wanted: dict[str, str]) -> list[str]:
    current = out / "current"
    if not current.is_symlink():
        return []
    build = current.resolve()
    seen = {name: digest for name, digest in hashes_of(build).items() if not name.startswith(RUN)}
    found = [] if seen == wanted else [f"{build.name} is not whole"]
    found += [f"{part} leads elsewhere" for part in PARTS if (out / part).resolve() != build / part]
    # Asked in a process of its own: this one has no file of it open.
    if (out / NAME).exists():
        code = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).execute('from run').fetchall()"
        if subprocess.run([sys.executable, "-c", code, str(out / NAME)], check=False).returncode:
            found.append("runs.duckdb cannot be read")
    return found


if __name__ == "__main__":
    publish_for_ever(Path(sys.argv[1]), Path(sys.argv[2]))
