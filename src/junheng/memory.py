"""How much memory a build may use for checking and transforming: what the user says, or a share of what is free.

What does not fit is written beside the build file, in the folder of the build, and goes with it. Landing has a fixed
limit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from junheng.errors import UsageError

SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)
EXPECTED = "2GB, 800MB, …"
# Other programs want some too, and DuckDB's limit is not all that a process uses.
SHARE = 0.6
# The transformation of the sample county runs within 200 MB.
LEAST = 256_000_000
PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def memory_limit(asked: str | None) -> str | None:
    """The limit as DuckDB reads it; None leaves DuckDB's own, where the system does not tell what it has.

    Raises UsageError when `asked` is no size.
    """
    if asked is not None:
        if not SIZE.fullmatch(asked):
            raise UsageError("memory_wrong", found=asked, expected=EXPECTED)
        return asked.strip()
    free = available()
    return None if free is None else f"{max(LEAST, round(SHARE * free)) // 1_000_000}MB"


def available() -> int | None:
    """Bytes that this process can still use: of the machine, and of every control group (container) that it is in."""
    return min([*_of_machine(), *_of_groups()], default=None)


def _of_machine() -> Iterator[int]:
    found = re.search(r"^MemAvailable:\s*([0-9]+) kB$", _text(PROC / "meminfo"), re.MULTILINE)
    if found:
        yield int(found[1]) * 1024


def _of_groups() -> Iterator[int]:
    for line in _text(PROC / "self" / "cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if kinds not in ("", "memory"):
            continue
        root, most, used = (
            (CGROUPS, "memory.max", "memory.current")
            if not kinds
            else (CGROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
        )
        own = root / path.lstrip("/")
        # In a container the path is that of the host: its own group is then the root.
        for group in (own, *own.parents):
            limit, current = _text(group / most).strip(), _text(group / used).strip()
            if limit.isdigit():
                yield max(0, int(limit) - (int(current) if current.isdigit() else 0))
            if group == root:
                break


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
