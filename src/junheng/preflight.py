"""Before a build: is there room for it, and may it read and write what it has to? Better now than after an hour.

How much a build needs is estimated, generously: from what the last one took and how much larger the input has become;
for a first build from the size of the input. The figures are those of the sample county (2.3 MB of CSV, 63 MB
published, 81 MB at the most while it is built) with a margin of half and more; `docs/operations.md` tells them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import duckdb

from junheng.errors import MachineError
from junheng.published import Output

MEGABYTE = 1_000_000
# A first build: dbt's project, the standards and the fixed parts of the report, and what the rows become.
FIRST_BUILD = 150 * MEGABYTE
PER_BYTE_OF_TEXT = 12
# A national year without its report takes 1.6 bytes for each byte of its text (642 MB, of which Parquet needs 107).
WITHOUT_REPORT = 3
# How much larger the text in these is than the file.
PACKED = {".zip": 10, ".xlsx": 10, ".et": 3, ".ods": 10, ".parquet": 6}
# A later build: what is published, what lies beside it while it is made, and dbt's log.
PER_PUBLISHED_BYTE = 1.5
LATER_BUILD = 32 * MEGABYTE
# What does not fit in memory is written beside the build file; of reports a little in the folder for temporary files.
TEMPORARY = 32 * MEGABYTE
WRITTEN = (".", "builds", "logs", "rejected")


@dataclass(frozen=True)
class Need:
    """How much room a file system needs and has, in bytes; `folder` lies on it."""

    folder: Path
    needed: int
    free: int

    @property
    def is_met(self) -> bool:
        """Whether there is enough."""
        return self.free >= self.needed


def require_room(out: Path, raw: Path, *, with_report: bool = True) -> None:
    """Raise MachineError when a build of `raw` into `out` will not fit, or may not read or write what it has to."""
    require_rights(out, raw)
    for need in needs(out, raw, with_report=with_report):
        if not need.is_met:
            free, needed = in_words(need.free), in_words(need.needed)
            raise MachineError("disk_too_full", file=need.folder, found=free, expected=f"≥ {needed}")


def require_rights(out: Path, raw: Path) -> None:
    """Raise MachineError when a build of `raw` into `out` may not read or write what it has to."""
    for path in _not_writable(out):
        raise MachineError("not_writable", file=path, found=_rights(path))
    for path in _files(raw):
        if not os.access(path, os.R_OK):
            raise MachineError("not_readable", file=path, found=_rights(path))


def needs(out: Path, raw: Path, *, with_report: bool = True) -> list[Need]:
    """The room that is needed in the output folder and, where it is another file system, in the temporary one."""
    size = sum(_unpacked(path) for path in _files(raw))
    per_byte = PER_BYTE_OF_TEXT if with_report else WITHOUT_REPORT
    build = _like_the_last(out, size) or FIRST_BUILD + per_byte * size
    temporary = Path(gettempdir())
    spill = TEMPORARY + 2 * size
    if temporary.stat().st_dev == out.stat().st_dev:
        return [Need(out, build + spill, shutil.disk_usage(out).free)]
    return [
        Need(out, build + spill, shutil.disk_usage(out).free),
        Need(temporary, TEMPORARY, shutil.disk_usage(temporary).free),
    ]


def in_words(size: int) -> str:
    """A size in megabytes or gigabytes, whole ones rounded up."""
    megabytes = -(-size // MEGABYTE)
    return f"{megabytes:,} MB" if megabytes < 10_000 else f"{size / 1e9:,.1f} GB"


def folder_size(folder: Path) -> int:
    """The bytes of all files below a folder; what disappears meanwhile counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).lstat().st_size
            except OSError:
                continue
    return total


def _like_the_last(out: Path, size: int) -> int | None:
    """What a build needs when it grows like its input; None without a published build that can be read."""
    last = Output(out).published()
    if last is None:
        return None
    try:
        with duckdb.connect(str(last.folder / "warehouse.duckdb"), read_only=True) as connection:
            files = connection.execute("select file, min(size) from quality.source_file group by file").fetchall()
    except duckdb.Error:
        return None
    before = sum((length or 0) * _factor(Path(name)) for name, length in files)
    growth = max(1.0, size / before) if before else 1.0
    return LATER_BUILD + round(PER_PUBLISHED_BYTE * growth * folder_size(last.folder))


def _not_writable(out: Path) -> Iterator[Path]:
    for folder in (*(out / name for name in WRITTEN), Path(gettempdir())):
        if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            yield folder


def _files(raw: Path) -> Iterator[Path]:
    """What was handed in; a folder that may not be opened stands for itself. What is not there is for others to say."""
    if not raw.exists():
        return
    if raw.is_file():
        yield raw
        return
    unreadable: list[Path] = []
    for root, _, names in os.walk(raw, onerror=lambda error: unreadable.append(Path(str(error.filename)))):
        yield from (Path(root) / name for name in sorted(names))
    yield from unreadable


def _unpacked(path: Path) -> int:
    try:
        return path.stat().st_size * _factor(path)
    except OSError:
        return 0


def _factor(path: Path) -> int:
    return PACKED.get(path.suffix.lower(), 1)


def _rights(path: Path) -> str:
    """The rights of a file or folder, as `ls` shows them in octal."""
    try:
        return f"{path.stat().st_mode & 0o7777:04o}"
    except OSError as error:
        return str(error.strerror)
