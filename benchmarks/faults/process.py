"""A build as a process group of its own, with the processor time that all of it has used so far."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


class Running:
    """A process group that was started here."""

    def __init__(self, command: list[str], place: Path) -> None:
        temporary = place / "tmp"
        temporary.mkdir(exist_ok=True)
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = os.environ | {"PYTHONPATH": paths, "TMPDIR": str(temporary), "LC_ALL": "C.UTF-8"}
        self.errors = (place / "errors.txt").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            start_new_session=True,
        )
        self.peak_mb = 0.0

    def cpu(self) -> float:
        """Processor seconds of the process and of all that it has started, of those too that have ended."""
        total, left = 0, [self.process.pid]
        while left:
            entry = Path("/proc", str(left.pop()))
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
                for task in (entry / "task").iterdir():
                    left += map(int, (task / "children").read_text(encoding="utf-8").split())
            except (OSError, ProcessLookupError):
                continue
            total += sum(map(int, fields[11:15]))
        return total / TICKS

    def kill(self, *, all_of_it: bool) -> None:
        """`kill -9` of the group, or of its first process only: those that it has started go on alone."""
        if all_of_it:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.errors.close()

    def end(self) -> int:
        """Wait for the end; gives the exit code and notes the peak memory of the largest process."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_mb = usage.ru_maxrss / 1024
        self.errors.close()
        return self.process.returncode


def build_command(raw: Path, out: Path, *, report: bool, log: Path | None = None) -> list[str]:
    """The command line of one build."""
    command = ["-m", "junheng", "build", "--raw", str(raw), "--out", str(out), "--keep", "2", "--quiet"]
    command += [] if report else ["--no-report"]
    return [*command, *(["--log-json", str(log)] if log else [])]


def said(place: Path) -> str:
    """What the last process said on standard error: its end."""
    return (place / "errors.txt").read_text(encoding="utf-8", errors="replace")[-1500:]
