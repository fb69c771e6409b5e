"""Tables on their way: out of the build file as Parquet for Spark, and what Spark has made back into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted
from junheng.spark.place import Place

# Rows of one group of a Parquet file: a group is what one task of Spark reads.
ROWS = 250_000


def hand_over(connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]], place: Place) -> None:
    """Write tables (schema, name) where Spark reads them; columns that begin with `_` (file and row) stay here.

    Raises duckdb.Error or OSError when they cannot be written.
    """
    for schema, name in tables:
        folder = place.given / schema
        folder.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(quoted(column) for column in _columns(connection, schema, name) if column[0] != "_")
        connection.execute(
            f"copy (select {columns} from {quoted(schema)}.{quoted(name)})"
            f" to {literal(str(folder / f'{name}.parquet'))} (format parquet, row_group_size {ROWS})"
        )


def take_back(connection: duckdb.DuckDBPyConnection, place: Place, models: Iterable[tuple[str, str]]) -> int:
    """Read the tables that Spark has made into the build file, by their public names; gives their rows.

    Sorted by all columns, because Spark gives rows in any order. Raises MachineError when one is not there.
    """
    rows = 0
    for schema, name in ((place.public(schema), name) for schema, name in models):
        files = place.made_in(schema) / name
        if not any(files.glob("*.parquet")):
            raise MachineError("spark_table_missing", file=files, column=f"{schema}.{name}")
        connection.execute(f"create schema if not exists {quoted(schema)}")
        connection.execute(
            f"create or replace table {quoted(schema)}.{quoted(name)} as"
            f" select * from read_parquet({literal(str(files / '*.parquet'))}) order by all"
        )
        row = connection.execute(f"select count(*) from {quoted(schema)}.{quoted(name)}").fetchone()
        rows += int(row[0]) if row else 0
    return rows


def seeds_in(connection: duckdb.DuckDBPyConnection, files: Path) -> list[tuple[str, str]]:
    """Schema and name of the table of every seed, landed ones too; `files` is the project's folder of seeds."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database() order by all"
    ).fetchall()
    seeds = {file.stem for file in files.rglob("*.csv")}
    return [(schema, name) for schema, name in tables if name in seeds]


def make_folders(place: Place, schemas: Iterable[str]) -> None:
    """A folder for each schema that models are made in: a server has to be told where that is."""
    for schema in schemas:
        place.made_in(schema).mkdir(parents=True, exist_ok=True)


def schemas_of(manifest: dict[str, Any]) -> set[str]:
    """The schemas of all models."""
    return {node["schema"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def tables_of(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Schema and name of every model that is a table, not a view."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] == "table":
            yield node["schema"], node["alias"]


def given_tables(place: Place) -> Iterator[tuple[str, str, Path]]:
    """Schema, name and file of every table that was handed over."""
    for file in sorted(place.given.glob("*/*.parquet")):
        yield file.parent.name, file.stem, file


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> list[str]:
    found = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = ? and table_name = ? order by ordinal_position",
        [schema, name],
    ).fetchall()
    return [column for (column,) in found]
