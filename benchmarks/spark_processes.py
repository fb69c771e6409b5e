"""Processes of Spark on the loopback address, builds beside them, and what both leave behind."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyspark

PROGRAMS = Path(pyspark.__file__).parent / "bin"
NOTHING_TOLD: Mapping[str, str] = {}
SECONDS_TO_START = 120


@contextmanager
def java(program: str, *arguments: str, log: Path, memory: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`spark-class` or `spark-submit` in a group of its own, beside its log; killed at the end."""
    own = {"SPARK_LOCAL_IP": "127.0.0.1"} | ({"SPARK_DAEMON_MEMORY": memory} if memory else {})
    with log.open("ab") as said:
        process = subprocess.Popen(
            [str(PROGRAMS / program), *arguments],
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | own,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a process listens on a port of the loopback address. Ends the benchmark when it does not."""
    for _ in range(SECONDS_TO_START):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(1)
        else:
            return
    raise SystemExit(f"no server: {log}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started (SIGKILL)."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def build(
    out: Path, raw: str | None, *more: str, environment: Mapping[str, str] = NOTHING_TOLD
) -> subprocess.Popen[str]:
    """`junheng build`, begun."""
    command = [sys.executable, "-m", "junheng", "build", "--out", str(out), "--no-report", *more]
    return subprocess.Popen(
        [*command, *(["--raw", raw] if raw else [])],
        env=os.environ | dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def published(out: Path) -> dict[str, str]:
    """The marts that are published, by name: their hashes."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted((out / "marts").iterdir())}


def reached(process: subprocess.Popen[str], count: Callable[[], int], least: int) -> bool:
    """Wait until so much is there; False when the process has ended before."""
    while process.poll() is None:
        if count() >= least:
            return True
        time.sleep(0.2)
    return False
