"""One run as the history keeps it: a JSON object that is written once and never again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

# What came to be of a run. `died` is one of which nothing but its beginning is known, `interrupted` one that was
# finished and never published.
STATUSES = ("published", "refused", "failed", "unchanged", "rolled_back", "rejudged", "died", "interrupted")
VERSION = 1
FILE = "run.json"


@dataclass(frozen=True)
class RunRecord:
    """What is known of one run. Times are UTC in ISO 8601; hashes are SHA-256 in hexadecimal.

    `build_id` is the build that the run published, or found or made published again; `number` orders the runs, whatever
    the clock said. `fingerprints` holds one hash for each class of inputs, `standards` one for each standard;
    `steps` have `step`, `seconds` and `rows`. What an older version did not write has its default.
    """

    run_id: str
    status: str
    started_at: str
    finished_at: str | None = None
    number: int = 0
    build_id: str | None = None
    from_build: str | None = None
    name: str | None = None
    exit_code: int | None = None
    error: str | None = None
    school_year: int | None = None
    today: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Mapping[str, Any], ...] = ()
    standards: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Mapping[str, Any], ...] = ()
    counties: tuple[Mapping[str, Any], ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    landing: Mapping[str, Any] = field(default_factory=dict)
    is_recovered: bool = False
    schema_version: int = VERSION

    @property
    def seconds(self) -> float:
        """How long its steps took together."""
        return float(sum(step["seconds"] for step in self.steps))

    def as_json(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def write_record(record: RunRecord, folder: Path) -> None:
    """Write `run.json` into a folder."""
    text = json.dumps(record.as_json(), ensure_ascii=False, indent=1, default=str)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def read_record(folder: Path) -> RunRecord:
    """Read `run.json` of a folder, whichever version has written it.

    What this version does not know is left out. Raises OSError or ValueError for a file that is no record.
    """
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(FILE)
    known = {one.name for one in fields(RunRecord)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }
    try:
        return RunRecord(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        raise ValueError(FILE) from error
