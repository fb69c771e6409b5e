"""Publish: a finished build file takes the place of the warehouse; before that moment nothing published changes."""

from __future__ import annotations

from pathlib import Path

from junheng.build_file import open_build_file
from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted
from junheng.published import PARTS, Output
from junheng.workspace import Workspace

EXPORTED = ("marts", "quality")
REPORT = "report"
# What the run was given and what it found, for the history; no part that readers see.
RUN = "run"


def export_tables(work: Workspace) -> int:
    """Write every table of the public schemas as Parquet into the work directory; gives the rows of the marts.

    Rows are sorted by all columns: the same input gives the same bytes.
    """
    rows = 0
    connection = open_build_file(work.warehouse)
    try:
        for schema in EXPORTED:
            folder = work.folder / schema
            folder.mkdir()
            tables = connection.execute(
                "select table_name from information_schema.tables where table_schema = ? order by table_name", [schema]
            ).fetchall()
            for (table,) in tables:
                relation = f"{quoted(schema)}.{quoted(table)}"
                target = literal(str(folder / f"{table}.parquet"))
                connection.execute(f"copy (select * from {relation} order by all) to {target} (format parquet)")
                if schema == "marts":
                    rows += (connection.execute(f"select count(*) from {relation}").fetchone() or (0,))[0]
        connection.execute("checkpoint")
    finally:
        connection.close()
    return rows


def publish(work: Workspace, keep: int) -> Path:
    """Publish the finished build in one switch; gives the published warehouse's path.

    Raises MachineError when the disk refuses; what is published is then the former build or the new one, no mixture.
    """
    staged = work.folder / "staged"
    try:
        staged.mkdir()
        for part in (*PARTS, RUN):
            if (work.folder / part).exists():
                (work.folder / part).replace(staged / part)
    except OSError as error:
        raise MachineError("publish_failed", file=staged, found=error.strerror) from error
    Output(work.out).publish(staged, work.build_id, keep)
    return work.out / "warehouse.duckdb"
