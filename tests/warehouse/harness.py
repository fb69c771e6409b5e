"""Builds a warehouse from rows written in a test, the way ``junheng build`` does: raw tables first, then dbt."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from junheng.compiled_project import CompiledProject

PROJECT = Path(__file__).parents[2]
SQL_TYPES = {
    "integer": "integer",
    "count": "bigint",
    "measure": "decimal(18, 4)",
    "money": "decimal(18, 2)",
    "number": "decimal(24, 6)",
    "boolean": "boolean",
    "text": "varchar",
    "code": "varchar",
}
Row = Mapping[str, Any]


def raw_columns() -> dict[str, dict[str, str]]:
    """Raw table -> column -> SQL type, from the contract of the raw tables."""
    tables: dict[str, dict[str, str]] = {}
    with (PROJECT / "seeds/standards/raw_columns.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tables.setdefault(row["table_name"], {})[row["column_name"]] = SQL_TYPES[row["data_type"]]
    return tables


def write_raw(warehouse: Path, tables: Mapping[str, Iterable[Row]]) -> None:
    """Create the nine raw tables; a table that is not given is empty, a cell that is not given is NULL."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists raw")
        for table, columns in raw_columns().items():
            declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create table raw.{table} ({declared})")
            rows = list(tables.get(table, ()))
            unknown = {name for row in rows for name in row} - set(columns)
            assert not unknown, f"{table}: no such column {unknown}"
            if rows:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(
                    f"insert into raw.{table} values ({marks})",
                    [[None if row.get(name) is None else str(row[name]) for name in columns] for row in rows],
                )


def run_dbt(warehouse: Path, work: Path, *arguments: str) -> None:
    """Run dbt on a warehouse file in a process of its own; its output is shown when it fails."""
    environment = os.environ | {
        "JUNHENG_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # What is said of a failure is in its output; the log of everything costs a tenth of the time.
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "--log-level-file", "none", *arguments]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"


def build_counties(work: Path, tables: Mapping[str, Iterable[Row]], set_aside: Iterable[Row] = ()) -> Path:
    """A warehouse built from the given raw rows as `junheng build` builds it; returns its path.

    Needs what the published build of the test run has kept of the project (fixture `compiled`). `set_aside` tells of
    rows that were set aside, in the columns of seed `quarantined_row`.
    """
    warehouse = work / "warehouse.duckdb"
    write_raw(warehouse, tables)
    write_set_aside(warehouse, set_aside)
    passed: list[str] = []
    nodes = CompiledProject.of(PROJECT, work).run(warehouse, lambda name, _place, _nodes: passed.append(name))
    assert nodes is not None, f"what comes after {passed[-1:]} has failed"
    return warehouse


def run_again(warehouse: Path, models: Sequence[str]) -> None:
    """Build some models of a warehouse anew, in this order, with the statements that are kept of the project."""
    kept = CompiledProject.of(PROJECT, warehouse.parent).file
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{kept}' as kept (read_only)")
        for model in models:
            asked = "select schema_name, sql from kept.plan where kind = 'model' and name = ?"
            ((schema, sql),) = connection.execute(asked, [model]).fetchall()
            kinds = "select table_type from information_schema.tables where table_schema = ? and table_name = ?"
            ((kind,),) = connection.execute(kinds, [schema, model]).fetchall()
            connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {schema}.{model}")
            connection.execute(sql)


def write_set_aside(warehouse: Path, rows: Iterable[Row]) -> None:
    """Write the table that tells whom rows set aside belong to."""
    header = (PROJECT / "seeds/quality/quarantined_row.csv").read_text(encoding="utf-8").strip().split(",")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists quality")
        declared = ", ".join(f"{name} {'int' if name in ('row_year', 'grade') else 'varchar'}" for name in header)
        connection.execute(f"create table quality.quarantined_row ({declared})")
        for row in rows:
            marks = ", ".join("?" for _ in header)
            connection.execute(f"insert into quality.quarantined_row values ({marks})", [row[name] for name in header])


class CompiledModel:
    """One model's SQL as dbt compiled it, run on an empty in-memory database that stands in for the warehouse.

    `warehouse` is one that dbt built (fixture `built_sample`), with dbt's target beside it.
    """

    def __init__(self, warehouse: Path, layer: str, name: str) -> None:
        folder = warehouse.parent / "target/compiled/junheng/models" / layer
        self.sql = (folder / f"{name}.sql").read_text(encoding="utf-8")
        self.database = warehouse.stem
        self.warehouse = warehouse

    def run(self, inputs: Mapping[str, Iterable[Row]]) -> list[dict[str, Any]]:
        """Rows of the model for the given rows of `schema.table`; tables have the columns of the real ones.

        A table that the model reads and that is not given is empty. Rows are inserted in the order given, so a test can
        change the order.
        """
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.warehouse}' as real (read_only)")
            connection.execute(f"attach ':memory:' as {self.database}")
            read = {f"{schema}.{name}" for schema, name in re.findall(rf'"{self.database}"."(\w+)"."(\w+)"', self.sql)}
            for table in sorted(read | set(inputs)):
                rows = inputs.get(table, ())
                schema = table.split(".")[0]
                connection.execute(f"create schema if not exists {self.database}.{schema}")
                connection.execute(f"create table {self.database}.{table} as from real.{table} limit 0")
                for row in rows:
                    names, marks = ", ".join(row), ", ".join("?" for _ in row)
                    connection.execute(
                        f"insert into {self.database}.{table} ({names}) values ({marks})", list(row.values())
                    )
            result = connection.execute(self.sql)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
