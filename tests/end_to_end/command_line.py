"""The command line as a user runs it: a process of its own, files in, files out."""

from __future__ import annotations

import atexit
import csv
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[2]
WARM = Path(__file__).with_name("warm.py")
# A locale that every machine has: with one that is not installed Python reads the path of a checkout as ASCII.
OWN = {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
SAMPLE = ROOT / "seeds" / "raw"
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


class Warm:
    """The process of `warm.py` that forks for the commands of this one."""

    def __init__(self) -> None:
        self.socket, other = socket.socketpair()
        with other:
            # One thread at the fork, also of what pandas brings along.
            environment = os.environ | OWN | {"OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, str(WARM), str(other.fileno())]
            self.process = subprocess.Popen(command, env=environment, pass_fds=[other.fileno()])
        atexit.register(self.end)

    def end(self) -> None:
        """Let it end, and wait for that."""
        self.socket.close()
        self.process.wait()

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Outcome:
        """Run a command in a fork."""
        with TemporaryFile("w+", encoding="utf-8") as request, TemporaryFile() as stdout, TemporaryFile() as stderr:
            json.dump([str(folder), dict(environment), list(arguments)], request)
            request.flush()
            request.seek(0)
            socket.send_fds(self.socket, [b"."], [file.fileno() for file in (request, stdout, stderr)])
            code = int(self.socket.recv(16))
            said = []
            for file in (stdout, stderr):
                file.seek(0)
                said.append(file.read().decode("utf-8").replace("\r\n", "\n"))
        return Outcome(code, *said)


@cache
def warm() -> Warm:
    """The one of this process."""
    return Warm()


def junheng(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    lang: str = "en_US.UTF-8",
) -> Outcome:
    """Run `junheng` of the checkout in a process of its own, or of what `environment` says, which is then started anew.

    Its interpreter is that of the tests.
    """
    wanted = os.environ | OWN | {"JUNHENG_LANG": lang} | dict(environment or {})
    words, folder = [str(argument) for argument in arguments], cwd or ROOT
    if not environment:
        return warm().run(words, folder, wanted)
    done = subprocess.run(
        [sys.executable, "-m", "junheng", *words],
        cwd=folder,
        env=wanted,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def sample_copy(folder: Path) -> Path:
    """A copy of the sample county's files, to be spoilt."""
    return Path(copytree(SAMPLE, folder))


def rewrite(path: Path, change: Callable[[list[str], Rows], list[str] | None]) -> None:
    """Read a CSV, let `change` spoil its header and rows, write it back."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        header = list(reader.fieldnames or [])
        rows = list(reader)
    header = change(header, rows) or header
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def fingerprint(out: Path) -> dict[str, str]:
    """Hash of every published file."""
    published = [out / "warehouse.duckdb", *sorted(out.glob("marts/*")), *sorted(out.glob("quality/*"))]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in published}
