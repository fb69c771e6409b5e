"""Whether a warehouse is one of this version: it holds every table and every column that reports read."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from junheng.errors import UsageError
from junheng.project import Project, packaged_project
from junheng.quality import RUN, TABLES
from junheng.quality_totals import write_totals
from junheng.query import open_published

Columns = set[tuple[str, str, str]]
LISTED = "select table_schema, table_name, column_name from information_schema.columns"


def require_this_version(warehouse: Path) -> None:
    """Raises UsageError for a warehouse that lacks something, MachineError when it cannot be opened."""
    with open_published(warehouse) as connection:
        there = _columns_of(connection)
    project = packaged_project()
    missing = (_of_models(project) | _of_standards(project) | _of_quality()) - there
    if missing:
        raise UsageError("warehouse_too_old", file=warehouse, expected=".".join(min(missing)))


def _columns_of(connection: duckdb.DuckDBPyConnection) -> Columns:
    return {(str(schema), str(table), str(column)) for schema, table, column in connection.execute(LISTED).fetchall()}


def _of_models(project: Project) -> Columns:
    """The contracts of the public models, as dbt enforces them."""
    import yaml

    # The loader in C, where it is there, is ten times as fast; both build plain values only.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        (schema, model["name"], column["name"])
        for schema in ("marts", "display")
        for path in sorted((project.root / "models" / schema).glob("*.yml"))
        for model in yaml.load(path.read_text(encoding="utf-8"), loader).get("models", ())  # noqa: S506
        for column in model["columns"]
    }


def _of_standards(project: Project) -> Columns:
    found = set()
    for path in project.standards.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {("standards", path.stem, column) for column in next(csv.reader(file))}
    return found


def _of_quality() -> Columns:
    """What every build writes about itself; the other tables of the schema are there only where there is something."""
    with duckdb.connect() as connection:
        connection.execute(f"{TABLES};{RUN}")
        write_totals(connection)
        return _columns_of(connection)
