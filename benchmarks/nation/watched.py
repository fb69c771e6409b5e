"""A process and all that it starts, measured: seconds, processor seconds, and the memory of all of them together."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import Run, process

EVERY_SECONDS = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE") / 2**20


class Peak:
    """The largest sum of resident memory of all descendants of this process, in MB, looked at ten times a second.

    Pages that two processes share count twice. Only where there is /proc.
    """

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.megabytes = max(self.megabytes, resident(os.getpid()))


def resident(root: int) -> float:
    """MB of memory of all descendants of a process."""
    parents, pages = {}, {}
    for folder in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else []:
        if folder.name.isdigit():
            try:
                # The second field, a name in brackets, may hold blanks.
                fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except (OSError, UnicodeDecodeError):
                continue
            parents[int(folder.name)], pages[int(folder.name)] = int(fields[1]), int(fields[21])
    found, new = set(), {root}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return sum(pages[child] for child in found) * PAGE


def watched(command: list[str], scratch: Path, limit: float) -> Run:
    """Run a command; its peak memory is that of all its processes together, or of the largest where that is more."""
    scratch.mkdir(parents=True, exist_ok=True)
    with Peak() as peak:
        found = process(command, scratch, limit)
    return replace(found, peak=max(found.peak, peak.megabytes))
