"""One contender in a process of its own, measured by the operating system."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "DO_NOT_TRACK": "1"}


@dataclass(frozen=True)
class Run:
    """One run: seconds, processor seconds, peak memory in MB, failing rows by rule or why there are none."""

    wall: float
    cpu: float
    peak: float
    counts: Mapping[str, int] | None
    problem: str | None = None


def run(module: str, shape: str, folder: Path, *, keys: bool, limit: float) -> Run:
    """Run a contender from start to end of its process; after `limit` seconds it is ended."""
    scratch = Path(tempfile.mkdtemp(prefix="measured-"))
    try:
        arguments = [module, shape, str(folder), str(scratch), "keys" if keys else "counts"]
        measured = process([sys.executable, "-m", "benchmarks.contenders.job", *arguments], scratch, limit)
        result = scratch / "result.json"
        if measured.problem is None and result.exists():
            counts = json.loads(result.read_text(encoding="utf-8"))["counts"]
            return Run(measured.wall, measured.cpu, measured.peak, counts)
        return measured
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def process(command: list[str], scratch: Path, limit: float) -> Run:
    """Wall and processor seconds and peak memory of a process and of those that it waited for."""
    with (scratch / "errors.txt").open("wb") as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=errors, stderr=errors, env=ENVIRONMENT, cwd=scratch, start_new_session=True
        )
        late = threading.Event()

        def end() -> None:
            late.set()
            os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(limit, end)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        timer.cancel()
        # The process is already waited for; without this Popen would wait again.
        child.returncode = os.waitstatus_to_exitcode(status)
    lines = (scratch / "errors.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    problem = f"> {limit:.0f} s" if late.is_set() else lines[-1] if child.returncode and lines else None
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, None, problem)


def generate(folder: Path, shape: str, rows: int, share: float) -> None:
    """Make the table in a process of its own: the peak memory of a process counts from that of its parent."""
    command = [sys.executable, "-m", "benchmarks.generated", str(folder), shape, str(rows), str(share)]
    subprocess.run(command, check=True, env=ENVIRONMENT)


def import_seconds(repeats: int) -> float:
    """The least time that `import junheng.validation` adds to the start of Python."""

    def least(code: str) -> float:
        found = []
        for _ in range(repeats):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
            found.append(time.perf_counter() - begun)
        return min(found)

    return max(0.0, least("import junheng.validation") - least("pass"))
