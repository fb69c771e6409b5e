"""The raw tables of a build that is kept, as they were landed: to be judged again without reading a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from junheng.errors import MachineError
from junheng.landing.accounting import CREATE
from junheng.landing.model import HandedFile
from junheng.landing.outcome import LandedTable, Landing
from junheng.landing.rejected_rows import CREATE as REJECTED_ROW
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawTable

CATALOG = "kept"
COPIED = ("source_file", "landing_column", "landing_conversion", "rejected_row")
PLACE = ("_source_file", "_source_sheet", "_source_row")


def take_kept(connection: duckdb.DuckDBPyConnection, warehouse: Path, contract: Mapping[str, RawTable]) -> Landing:
    """Fill the schema `raw` of the open build file, and the accounts, from the warehouse of a kept build.

    Rows that it had set aside are put back: it is for the rules of this build to judge them. Raises MachineError for a
    warehouse whose raw tables have another shape.
    """
    try:
        connection.execute("create schema if not exists raw")
        connection.execute(CREATE)
        connection.execute(REJECTED_ROW)
        connection.execute(f"attach {literal(str(warehouse.resolve()))} as {CATALOG} (read_only)")
        try:
            for name, table in contract.items():
                _copy(connection, name, table)
            for name in COPIED:
                connection.execute(f"insert into quality.{name} by name select * from {CATALOG}.quality.{name}")
        finally:
            connection.execute(f"detach {CATALOG}")
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=warehouse, found=str(error).splitlines()[0]) from error
    return Landing(tuple(_table(connection, name) for name in contract), ())


def _copy(connection: duckdb.DuckDBPyConnection, name: str, table: RawTable) -> None:
    columns = ", ".join([*(quoted(column.name) for column in table.columns), *PLACE])
    shape = ", ".join(f"{quoted(column.name)} {column.sql_type}" for column in table.columns)
    raw, aside = f"{CATALOG}.raw.{quoted(name)}", f"{CATALOG}.quality.{quoted(f'quarantine_{name}')}"
    connection.execute(
        f"create or replace table raw.{quoted(name)}"
        f" ({shape}, _source_file varchar, _source_sheet varchar, _source_row bigint)"
    )
    connection.execute(
        f"insert into raw.{quoted(name)} select {columns} from (select {columns} from {raw} union all"
        f" select {columns} from {aside}) order by _source_file, _source_sheet nulls first, _source_row"
    )


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> LandedTable:
    files = connection.execute(
        "select file, any_value(size), any_value(sha256), any_value(kind), sum(rows_rejected) from quality.source_file"
        " where table_name = ? and status = 'landed' group by file order by file",
        [name],
    ).fetchall()
    handed = tuple(HandedFile(file, Path(file), size, sha256, kind) for file, size, sha256, kind, _ in files)
    row = connection.execute(f"select count(*) from raw.{quoted(name)}").fetchone() or (0,)
    return LandedTable(name, handed, int(row[0]), sum(int(rejected) for *_, rejected in files))
