"""Many builds in a row in one process: memory, handles, threads and files may not grow."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import threading
import time
from pathlib import Path

from benchmarks.faults.process import Running, said

FIELDS = ("build", "seconds", "memory_mb", "handles", "threads", "files", "bytes", "history_files", "dbt_peak_mb")


def soak(place: Path, raw: Path, builds: int, minutes: float) -> dict[str, object]:
    """Run the builds in a process of its own; gives the first, the middle and the last lines of what was measured."""
    lines = place / "soak.jsonl"
    lines.unlink(missing_ok=True)
    out = place / "soaked"
    running = Running(
        ["-m", "benchmarks.faults.soak", str(raw), str(out), str(lines), str(builds), str(minutes)], place
    )
    code = running.end()
    measured = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    problem = None if code == 0 else said(place)
    return {"builds": len(measured), "problem": problem, "peak_mb": round(running.peak_mb), "measured": measured}


def build_many(raw: Path, out: Path, lines: Path, builds: int, minutes: float) -> None:
    """Build again and again and write a line for each."""
    from junheng.build import build
    from junheng.build_options import BuildOptions
    from junheng.messages import Messages
    from junheng.progress import Progress

    messages = Messages("en")
    until = time.monotonic() + 60 * minutes
    for number in range(1, builds + 1):
        if time.monotonic() > until:
            break
        begun = time.monotonic()
        build(BuildOptions(raw, out, with_report=False, keep=3), messages, Progress(messages, quiet=True))
        gc.collect()
        files = [path for path in out.rglob("*") if path.is_file() and not path.is_symlink()]
        history = [path for path in files if path.relative_to(out).parts[0] in ("history", "runs.duckdb")]
        others = [path for path in files if path not in set(history)]
        values = (
            number,
            round(time.monotonic() - begun, 1),
            round(int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 1e6, 1),
            len(os.listdir("/proc/self/fd")),  # noqa: PTH208
            threading.active_count(),
            len(others),
            sum(path.stat().st_size for path in others),
            len(history),
            round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        )
        with lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(zip(FIELDS, values, strict=True))) + "\n")


if __name__ == "__main__":
    build_many(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
