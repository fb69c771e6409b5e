"""One build at a time: a lock of the operating system, which dies with its process."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from junheng.errors import MachineError

NAME = ".lock"
PAUSE = 0.2
NOBODY = "?"
# The locked byte lies far behind what is written, so that the holder can be read on Windows too.
PLACE = 1 << 30


@contextmanager
def only_one(out: Path, wait: float = 0, on_wait: Callable[[str], None] = lambda _holder: None) -> Iterator[None]:
    """Hold the lock of an output folder; `wait` seconds are waited for another process to give it back.

    `on_wait` is told once who holds it. Raises MachineError `locked`, saying who holds it, when the time is over.
    """
    with (out / NAME).open("a+", encoding="utf-8") as file:
        ends = time.monotonic() + wait
        told = False
        while not _try(file):
            holder = _holder(file)
            if time.monotonic() >= ends:
                raise MachineError("locked", file=out / NAME, found=holder)
            if not told:
                on_wait(holder)
                told = True
            time.sleep(PAUSE)
        try:
            file.seek(0)
            file.truncate()
            started = datetime.now(UTC).isoformat(timespec="seconds")
            json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": started}, file)
            file.flush()
            yield
        finally:
            file.seek(0)
            file.truncate()
            file.flush()
            _give_back(file)


def holder(out: Path) -> str | None:
    """Who holds the lock of an output folder; None when nobody does. A build that begins meanwhile is not disturbed.

    Who holds a lock has written itself down: only then, and while that process lives, is the lock tried.
    """
    try:
        with (out / NAME).open("r+", encoding="utf-8") as file:
            who = _holder(file)
            if who == NOBODY or not _lives(file):
                return None
            if not _try(file):
                return who
            _give_back(file)
    except OSError:
        return None
    return None


def _lives(file: IO[str]) -> bool:
    """Whether the process that wrote itself down may still be there; one of another machine may."""
    file.seek(0)
    written = json.loads(file.read())
    if written["host"] != socket.gethostname() or os.name == "nt":
        return True
    try:
        os.kill(int(written["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _holder(file: IO[str]) -> str:
    """Who holds the lock, as it wrote itself down."""
    file.seek(0)
    try:
        found = json.loads(file.read())
        return f"pid {found['pid']} @ {found['host']}, {found['since']}"
    except (ValueError, KeyError, TypeError):
        return NOBODY


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _try(file: IO[str]) -> bool:
        file.seek(PLACE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

    def _give_back(file: IO[str]) -> None:
        file.seek(PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _try(file: IO[str]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give_back(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
