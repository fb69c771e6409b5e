"""Publish: a finished build file takes the place of the warehouse; before that moment nothing published changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted
from junheng.workspace import Workspace

EXPORTED = ("marts", "quality")
REPORT = "report"


def export_tables(work: Workspace) -> int:
    """Write every table of the public schemas as Parquet into the work directory; gives the rows of the marts.

    Rows are sorted by all columns: the same input gives the same bytes.
    """
    rows = 0
    connection = duckdb.connect(str(work.warehouse))
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


def publish(work: Workspace) -> Path:
    """Replace the published warehouse, then the Parquet files; gives the warehouse's path.

    Raises MachineError when the disk refuses; the warehouse is then the former one or the new one, never a mixture.
    """
    warehouse = work.out / "warehouse.duckdb"
    try:
        work.warehouse.replace(warehouse)
        for name in (*EXPORTED, REPORT):
            former = work.folder / f"former_{name}"
            published = work.out / name
            if published.exists():
                published.replace(former)
            # Without a report of its own a build leaves none: that of the former build would tell of other figures.
            if name != REPORT or (work.folder / name).exists():
                (work.folder / name).replace(published)
            shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise MachineError("publish_failed", file=warehouse, found=error.strerror) from error
    return warehouse
