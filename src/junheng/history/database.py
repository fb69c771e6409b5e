"""`runs.duckdb`: the whole history as tables. It is made from the folders of the runs, so it can always be made again.

A new file takes the place of the old one: whoever has that open keeps it and blocks no build.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from junheng.durable import sync
from junheng.history.results import TABLES, add_file, create_tables
from junheng.history.store import History, KeptRun

NAME = "runs.duckdb"
FRESH = ".runs-new.duckdb"
# Of the tables below. A file with another one is made again from the folders.
VERSION = 1

_CREATE = """
create table history_version (version integer, runs integer);
create table run (
    run_number bigint, run_id varchar, status varchar, name varchar, build_id varchar, from_build varchar,
    started_at timestamp, finished_at timestamp, seconds double, exit_code integer, error varchar, school_year integer,
    today date, fail_on varchar, quarantine boolean, parameters varchar, versions varchar, fingerprint_data varchar,
    fingerprint_standards varchar, fingerprint_rules varchar, fingerprint_code varchar, fingerprint_parameters varchar,
    fingerprint_ledger varchar, findings_critical bigint, findings_warning bigint, is_recovered boolean
);
create table input (
    run_number bigint, kind varchar, name varchar, sha256 varchar, size bigint, files integer
);
create table standard (run_number bigint, standard_id varchar, sha256 varchar);
create table step (run_number bigint, position integer, step varchar, seconds double, row_count bigint);
create table county_result (
    run_number bigint, school_year integer, county_code varchar, county_name varchar, verdict varchar, status varchar,
    units integer, units_compliant integer, units_no_data integer, coefficients integer, coefficients_met integer
);
"""
_COUNTY = (
    *("school_year", "county_code", "county_name", "verdict", "status", "units", "units_compliant", "units_no_data"),
    *("coefficients", "coefficients_met"),
)


def refresh(out: Path) -> Path:
    """Bring `runs.duckdb` up to the runs that there are; gives its path.

    Raises OSError or duckdb.Error; the former file is then as it was.
    """
    history, target, fresh = History(out), out / NAME, out / FRESH
    for left in (fresh, fresh.with_name(f"{FRESH}.wal")):
        left.unlink(missing_ok=True)
    runs = [run for run in history.runs() if run.record is not None]
    if not (target.is_file() and _extend(target, fresh, runs)):
        fresh.unlink(missing_ok=True)
        _make(fresh, runs)
    sync(fresh)
    fresh.replace(target)
    sync(out)
    return target


def _extend(target: Path, fresh: Path, runs: Sequence[KeptRun]) -> bool:
    """Copy the former file and add the runs that it lacks; False when it is not what this program has written."""
    try:
        shutil.copyfile(target, fresh)
        with duckdb.connect(str(fresh)) as connection:
            version, count = connection.execute("select version, runs from history_version").fetchone() or (0, 0)
            known = {number for (number,) in connection.execute("select run_number from run").fetchall()}
            if version != VERSION or count != len(known) or not known <= {run.number for run in runs}:
                return False
            _add(connection, [run for run in runs if run.number not in known], len(runs))
    except duckdb.Error:
        return False
    return True


def _make(fresh: Path, runs: Sequence[KeptRun]) -> None:
    with duckdb.connect(str(fresh)) as connection:
        connection.execute(_CREATE)
        create_tables(connection, "", "run_number bigint, ")
        connection.execute("insert into history_version values (?, 0)", [VERSION])
        _add(connection, runs, len(runs))


def _add(connection: duckdb.DuckDBPyConnection, runs: Sequence[KeptRun], total: int) -> None:
    connection.execute("begin")
    for run in runs:
        _add_run(connection, run)
    connection.execute("update history_version set runs = ?", [total])
    connection.execute("commit")
    connection.execute("checkpoint")


def _add_run(connection: duckdb.DuckDBPyConnection, run: KeptRun) -> None:
    record = run.record
    if record is None:
        return
    prints, asked = record.fingerprints, record.parameters
    row = [
        *(run.number, record.run_id, record.status, record.name, record.build_id, record.from_build),
        *(_time(record.started_at), _time(record.finished_at), record.seconds, record.exit_code, record.error),
        *(record.school_year, record.today, asked.get("fail_on"), asked.get("quarantine")),
        *(_json(asked), _json(record.versions)),
        *(prints.get(kind) for kind in ("data", "standards", "rules", "code", "parameters", "ledger")),
        *(record.findings.get("critical"), record.findings.get("warning"), record.is_recovered),
    ]
    _insert(connection, "run", [row])
    _insert(
        connection,
        "input",
        [
            [run.number, *(one.get(name) for name in ("kind", "name", "sha256", "size", "files"))]
            for one in record.inputs
        ],
    )
    _insert(connection, "standard", [[run.number, *pair] for pair in record.standards.items()])
    _insert(
        connection,
        "step",
        [
            [run.number, position, step.get("step"), step.get("seconds"), step.get("rows")]
            for position, step in enumerate(record.steps, start=1)
        ],
    )
    _insert(
        connection, "county_result", [[run.number, *(row.get(name) for name in _COUNTY)] for row in record.counties]
    )
    for table in TABLES:
        file = run.folder / f"{table}.parquet"
        if file.is_file():
            add_file(connection, table, file, run_number=run.number)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        one = f"({', '.join('?' * len(rows[0]))})"
        flat = [cell for row in rows for cell in row]
        connection.execute(f"insert into {table} values {', '.join([one] * len(rows))}", flat)


def _time(text: str | None) -> str | None:
    """A time without its zone: all are UTC."""
    return text.removesuffix("Z").removesuffix("+00:00") if text else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
