"""`parts.json` of a report folder: from what its parts were written, and which files each part has written.

Writing some parts again leaves the others as they are, but only where they still say what they would say if they were
written now: a report is never a mixture of builds, of ledgers, or of what is for the public and what is not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from junheng import __version__
from junheng.errors import UsageError
from junheng.report.facts import Facts
from junheng.report.ledger import Ledger
from junheng.report.machine import SUMS, digest

FILE = "parts.json"
# Why a part of the former report is not kept: keys of the messages `report_left_out`.
INCOMPLETE, UNKNOWN = "incomplete", "unknown"
# Stands for all parts of a report that does not say what they are.
EVERYTHING = "*"
BASES = ("build_id", "is_public", "ledger", "program")


@dataclass(frozen=True)
class Written:
    """What a report folder holds. `ledger` is the hash of what people filled in; files are paths below the folder."""

    build_id: str
    is_public: bool
    ledger: str
    program: str
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """The parts of the former report that stay, with their files, and those that do not, with the reason."""

    parts: Mapping[str, Sequence[str]]
    left_out: Mapping[str, str]


def basis(facts: Facts, ledger: Ledger) -> Written:
    """What a report of these facts and this ledger is written from; no part is written yet."""
    entries = {key: asdict(entry) for key, entry in ledger.entries.items() if entry}
    text = json.dumps(entries, ensure_ascii=False, sort_keys=True)
    hashed = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return Written(str(facts.run.build_id), facts.is_public, hashed, __version__)


def names_of(folder: Path) -> set[str]:
    """The paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def write_record(written: Written, folder: Path) -> None:
    """Write `parts.json`. Raises OSError."""
    text = json.dumps(asdict(written), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def kept_parts(former: Path, now: Written, again: Sequence[str]) -> Kept:
    """What of a former report folder stays when the parts `again` are written from `now`.

    A part goes when it was written from something else, when a file of it is gone, or when nobody knows what it was
    written from. Raises UsageError for a file of a part that would stay and is not as it was written: it may be
    somebody's work.
    """
    written = _read(former)
    if written is None:
        return Kept({}, {EVERYTHING: UNKNOWN} if names_of(former) else {})
    others = {part: files for part, files in written.parts.items() if part not in again}
    differs = next((name for name in BASES if getattr(written, name) != getattr(now, name)), None)
    if differs:
        return Kept({}, dict.fromkeys(others, differs))
    sums = _sums(former)
    kept, left_out = {}, {}
    for part, files in others.items():
        if not all((former / name).is_file() and name in sums for name in files):
            left_out[part] = INCOMPLETE
            continue
        for name in files:
            if digest(former / name) != sums[name]:
                raise UsageError("report_file_changed", file=former / name, found=part)
        kept[part] = files
    return Kept(kept, left_out)


def take_over(former: Path, folder: Path, files: Sequence[str]) -> None:
    """Copy files of a former report folder with their times. Raises OSError."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(former / name, folder / name)


def _read(folder: Path) -> Written | None:
    """The record of a folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Written(**content)
    except (OSError, ValueError, TypeError):
        return None


def _sums(folder: Path) -> Mapping[str, str]:
    """The checksums of the files as they were written."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    return {name: found for found, _, name in (line.partition("  ") for line in lines)}
