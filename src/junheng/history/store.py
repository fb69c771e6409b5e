"""The history of an output folder: one folder for each run, complete or not there, never changed again.

    history/000123-<run id>/   run.json, and what was found: verdict.parquet, rule_result.parquet, row_count.parquet
    runs.duckdb                all of it in one file for analysts (`database.py`), made from these folders

Whoever reads blocks nobody, and whoever writes waits for nobody. Writing needs the lock of the output folder.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from junheng.durable import sync, sync_tree
from junheng.history.record import RunRecord, read_record, write_record
from junheng.history.results import TABLES

FOLDER = "history"
RUN = re.compile(r"(\d{6,})-(.+)")
FRESH = ".new-"


@dataclass(frozen=True)
class KeptRun:
    """A run of the history. `record` is None where its file cannot be read."""

    number: int
    run_id: str
    folder: Path
    record: RunRecord | None

    @property
    def has_results(self) -> bool:
        """Whether it is known what the run has found."""
        return (self.folder / "verdict.parquet").is_file()


class History:
    """The history of one output folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / FOLDER

    def runs(self) -> list[KeptRun]:
        """All runs, oldest first."""
        return [KeptRun(number, run_id, folder, _record(folder, number)) for number, run_id, folder in self._folders()]

    def last(self, *statuses: str) -> KeptRun | None:
        """The last run that ended with one of some STATUSES, or the last of all. Older ones are not read."""
        for number, run_id, folder in reversed(self._folders()):
            record = _record(folder, number)
            if not statuses or (record is not None and record.status in statuses):
                return KeptRun(number, run_id, folder, record)
        return None

    def run_ids(self) -> set[str]:
        """The ids of all runs."""
        return {run_id for _, run_id, _ in self._folders()}

    def append(self, record: RunRecord, results: Path | None = None) -> KeptRun:
        """Add a run with what it found (the files TABLES in the folder `results`).

        It is on the disk when this returns. Raises OSError; the history is then as it was.
        """
        self.folder.mkdir(exist_ok=True)
        for left in self.folder.glob(f"{FRESH}*"):
            shutil.rmtree(left, ignore_errors=True)
        number = max((number for number, _, _ in self._folders()), default=0) + 1
        record = replace(record, number=number)
        fresh = self.folder / f"{FRESH}{record.run_id}"
        fresh.mkdir()
        write_record(record, fresh)
        for table in TABLES if results is not None else ():
            file = (results or fresh) / f"{table}.parquet"
            if file.is_file():
                shutil.copyfile(file, fresh / file.name)
        sync_tree(fresh)
        target = self.folder / f"{number:06d}-{record.run_id}"
        fresh.replace(target)
        sync(self.folder)
        return KeptRun(number, record.run_id, target, record)

    def _folders(self) -> Sequence[tuple[int, str, Path]]:
        if not self.folder.is_dir():
            return []
        found = []
        for folder in self.folder.iterdir():
            if name := RUN.fullmatch(folder.name):
                found.append((int(name[1]), name[2], folder))
        return sorted(found)


def _record(folder: Path, number: int) -> RunRecord | None:
    """The record of a run; one that a disk has damaged hides no other."""
    try:
        return replace(read_record(folder), number=number)
    except (OSError, ValueError):
        return None
