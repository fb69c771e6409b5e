"""The command line as a user runs it: a process of its own, files in, files out."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "seeds" / "raw"
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def junheng(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    lang: str = "en_US.UTF-8",
) -> Outcome:
    """Run `junheng` of the checkout, or of what `environment` says, with the interpreter of the tests."""
    # A locale that every machine has: with one that is not installed Python reads the path of a checkout as ASCII.
    own = {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8", "JUNHENG_LANG": lang, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "junheng", *map(str, arguments)],
        cwd=cwd or ROOT,
        env=os.environ | own | dict(environment or {}),
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
