"""What a build is asked for. Nothing heavy is imported here: the command line takes its defaults from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from junheng.gate import FailOn
    from junheng.history.inputs import Input

# How many of the last builds stay in the output folder unless the user says otherwise.
KEPT_BUILDS = 5


@dataclass(frozen=True)
class KeptBuild:
    """A former build of the output folder `out` whose raw tables are judged again, and the name of the result.

    `data` are its files.
    """

    out: Path
    build_id: str
    warehouse: Path
    name: str
    data: tuple[Input, ...]


@dataclass(frozen=True)
class BuildOptions:
    """What the user asked for. `raw` is a file, a folder or a ZIP; None is the sample county, or the `kept` build."""

    raw: Path | None
    out: Path
    school_year: int | None = None
    standards: Path | None = None
    with_suites: bool = True
    quarantine: bool = False
    fail_on: FailOn = "critical"
    today: date | None = None
    mapping: Path | None = None
    with_report: bool = True
    wait: float = 0
    keep: int = KEPT_BUILDS
    if_changed: bool = False
    worse: bool = False
    kept: KeptBuild | None = None
    target: str = "duckdb"
    memory: str | None = None
