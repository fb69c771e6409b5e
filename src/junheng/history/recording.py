"""How a run gets into the history: written down before it is published, added when it has ended, however it ended.

A run that dies in between leaves what was written down inside its build; the next run adds it. That a run could not be
added is said on standard error and never stops it: what is published stays published.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from junheng.errors import JunhengError
from junheng.history.database import refresh
from junheng.history.inputs import Inputs, standards_by_id
from junheng.history.record import RunRecord, read_record, write_record
from junheng.history.results import results_of_warehouse, write_results
from junheng.history.store import History
from junheng.landing.outcome import Landing
from junheng.landing.taken import write_former
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.publish import RUN
from junheng.published import Output
from junheng.workspace import Workspace

COUNTY = (
    *("school_year", "county_code", "county_name", "verdict", "status", "units", "units_compliant", "units_no_data"),
    *("coefficients", "coefficients_met"),
)
# Failing rows of a build; those of the standard are findings about schools, not about data.
FINDINGS = {
    "critical": "severity = 'critical' and split_part(rule_id, '.', 1) not in ('standard', 'agreement')",
    "warning": "severity <> 'critical' and split_part(rule_id, '.', 1) not in ('standard', 'agreement')",
    "standard": "split_part(rule_id, '.', 1) = 'standard'",
}


@dataclass
class Recorder:
    """What is known of a run while it goes on; the run itself fills in what it learns."""

    work: Workspace
    progress: Progress
    messages: Messages
    today: date
    parameters: Mapping[str, Any]
    inputs: Inputs | None = None
    name: str | None = None
    from_build: str | None = None
    school_year: int | None = None
    standards: Path | None = None
    landing: Mapping[str, Any] = field(default_factory=dict)
    landed: Landing | None = None
    landing_key: str = ""
    status: str = "published"
    build_id: str | None = None

    def note_landing(self, landing: Landing) -> None:
        """Keep what was landed, for the record and for the next landing."""
        self.landed = landing
        self.landing = {
            "rows": sum(table.rows for table in landing.tables),
            "files": len(landing.handed),
            "files_taken_over": len(landing.taken),
            "tables": {table.name: table.sha256 for table in landing.tables if table.sha256},
        }

    def stage(self, warehouse: Path) -> None:
        """Write the run down beside the finished build file: it is published with it."""
        folder = self.work.folder / RUN
        folder.mkdir()
        self.build_id = self.work.build_id
        with duckdb.connect() as connection:
            results_of_warehouse(connection, warehouse, "found")
            write_results(connection, "found", folder)
        if self.landed is not None:
            write_former(folder, self.landing_key, self.landed.handed, self.landed.blocks, self.landed.findings)
        write_record(self.record("published", 0, counties=_counties(warehouse), findings=_findings(warehouse)), folder)

    def record(self, status: str, exit_code: int, **more: Any) -> RunRecord:
        """The record of the run as it stands now."""
        inputs = self.inputs
        return RunRecord(
            run_id=self.work.build_id,
            status=status,
            started_at=_utc(self.work.started_at),
            build_id=self.build_id,
            from_build=self.from_build,
            name=self.name,
            exit_code=exit_code,
            school_year=self.school_year,
            today=self.today.isoformat(),
            parameters=self.parameters,
            versions=inputs.versions if inputs else {},
            fingerprints=inputs.classes if inputs else {},
            inputs=tuple(inputs.as_json()["files"]) if inputs else (),
            standards=standards_by_id(self.standards) if self.standards else {},
            steps=tuple(
                {"step": step.key, "seconds": round(step.seconds, 3), "rows": step.rows} for step in self.progress.steps
            ),
            landing=self.landing,
            **more,
        )


@contextmanager
def recorded(recorder: Recorder) -> Iterator[Recorder]:
    """Add the run to the history when it ends, with what it found so far when an error ended it."""
    work, say = recorder.work, lambda error: say_not_written(recorder.messages, error)
    keep(say, lambda: add_missing(work.out, work.died))
    try:
        yield recorder
    except BaseException as raised:
        error = raised
        keep(say, lambda: _add_ended(recorder, error))
        raise
    keep(say, lambda: _add_done(recorder))


def keep(say: Callable[[Exception], None], write: Callable[[], None]) -> None:
    """Write to the history; an error is said and goes no further."""
    try:
        write()
    except (OSError, duckdb.Error, JunhengError) as error:
        say(error)


def add_run(out: Path, record: RunRecord, results: Path | None = None) -> None:
    """Add a run and bring `runs.duckdb` up to it. Raises OSError or duckdb.Error."""
    History(out).append(record, results)
    refresh(out)


def add_missing(out: Path, died: Sequence[str] = ()) -> None:
    """Add the builds that are kept and not in the history, and the runs `died` of which only a folder was left.

    Needs the lock of the output folder. Raises OSError.
    """
    history, output = History(out), Output(out)
    known = history.run_ids()
    current = output.published()
    for build in output.kept():
        if build.build_id not in known:
            is_published = current is None or build.number <= current.number
            record = _record_of_build(build.folder, build.build_id)
            status = "published" if is_published else "interrupted"
            record = replace(record, status=status, build_id=build.build_id, is_recovered=True)
            with _results_of_build(build.folder) as results:
                history.append(record, results)
            known.add(build.build_id)
    for run_id in sorted(set(died) - known):
        history.append(RunRecord(run_id, "died", _time_of(run_id), is_recovered=True))


def _add_done(recorder: Recorder) -> None:
    record = recorder.record(recorder.status, 0, finished_at=_now())
    if recorder.status == "unchanged":
        # Nothing was found, so nothing is told twice; `runs.duckdb` has the run with the next one that finds something.
        History(recorder.work.out).append(replace(record, inputs=()))
        return
    found = sorted(Output(recorder.work.out).builds.glob(f"*-{recorder.build_id}/{RUN}")) if recorder.build_id else []
    if found:
        staged = read_record(found[-1])
        record = replace(record, counties=staged.counties, findings=staged.findings)
    add_run(recorder.work.out, record, found[-1] if found else None)


def _add_ended(recorder: Recorder, error: BaseException) -> None:
    """The run as far as it came."""
    from junheng.gate import RefusedError

    published = Output(recorder.work.out).published()
    if published and published.build_id == recorder.build_id:  # what came after the switch did not work out
        _add_done(recorder)
        return
    record = replace(
        recorder.record(
            "refused" if isinstance(error, RefusedError) else "failed",
            _exit_code(error),
            finished_at=_now(),
            error=error.message_id if isinstance(error, JunhengError) else type(error).__name__,
        ),
        build_id=None,
    )
    folder = recorder.work.folder / "ended"
    warehouse = recorder.work.warehouse
    if isinstance(error, Exception) and warehouse.is_file():
        try:
            folder.mkdir()
            with duckdb.connect() as connection:
                results_of_warehouse(connection, warehouse, "found", is_whole=False)
                write_results(connection, "found", folder)
            record = replace(record, findings=_findings(warehouse))
        except (OSError, duckdb.Error, JunhengError):
            folder = recorder.work.folder / "nothing"  # what broke the build has broken its file too
    add_run(recorder.work.out, record, folder)


def _exit_code(error: BaseException) -> int:
    if isinstance(error, JunhengError):
        return error.exit_code
    return 3 if isinstance(error, Exception) else 130


def _record_of_build(folder: Path, build_id: str) -> RunRecord:
    """What a build says of the run that made it; of a build of an earlier version what its warehouse says."""
    try:
        return read_record(folder / RUN)
    except (OSError, ValueError):
        return _record_of_warehouse(folder / "warehouse.duckdb", build_id)


@contextmanager
def _results_of_build(folder: Path) -> Iterator[Path | None]:
    """The folder with what a build has found; of a build of an earlier version it is read from the warehouse."""
    if (folder / RUN).is_dir():
        yield folder / RUN
        return
    with TemporaryDirectory() as made:
        try:
            with duckdb.connect() as connection:
                results_of_warehouse(connection, folder / "warehouse.duckdb", "found")
                write_results(connection, "found", Path(made))
        except (duckdb.Error, JunhengError):  # older still: its run is listed, without results
            shutil.rmtree(made, ignore_errors=True)
        yield Path(made)


def _record_of_warehouse(warehouse: Path, build_id: str) -> RunRecord:
    record = RunRecord(build_id, "published", _time_of(build_id))
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            cursor = connection.execute("select * from quality.run")
            names = [column[0] for column in cursor.description or ()]
            run = dict(zip(names, cursor.fetchone() or (), strict=False))
        hashes = json.loads(run.get("input_hashes") or "{}")
        record = replace(
            record,
            started_at=_utc(run["started_at"]),
            finished_at=_utc(run["finished_at"]),
            school_year=run.get("school_year"),
            versions=json.loads(run.get("versions") or "{}"),
            inputs=tuple({"kind": "data", "name": name, "sha256": found} for name, found in hashes.items()),
            counties=_counties(warehouse),
            findings=_findings(warehouse),
        )
    except (duckdb.Error, KeyError, ValueError):
        return record
    return record


def _counties(warehouse: Path) -> tuple[dict[str, Any], ...]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(COUNTY)} from marts.fct_county_verdict order by school_year, county_code"
        ).fetchall()
    return tuple(dict(zip(COUNTY, row, strict=True)) for row in rows)


def _findings(warehouse: Path) -> dict[str, int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        there = connection.execute(
            "select count(*) from duckdb_tables() where schema_name = 'quality' and table_name = 'failing_row'"
        ).fetchone()
        if not there or not there[0]:
            return {}
        counts = ", ".join(f"count(*) filter (where {where})" for where in FINDINGS.values())
        row = connection.execute(f"select {counts} from quality.failing_row").fetchone() or ()
    return dict(zip(FINDINGS, map(int, row), strict=False))


def say_not_written(messages: Messages, error: Exception) -> None:
    """Say on standard error that a run is not in the history, and why."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    print(messages.text("history", "not_written", reason=reason), file=sys.stderr)


def _time_of(run_id: str) -> str:
    """The time at which a run began, from its id."""
    try:
        return _utc(datetime.strptime(run_id.split("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return _now()


def _now() -> str:
    return _utc(datetime.now(UTC))


def _utc(time: datetime) -> str:
    return f"{time.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
