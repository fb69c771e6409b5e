"""`junheng query`: one statement that reads, on the published warehouse, with every way out of it closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import MachineError, UsageError

CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}
READING = {"SELECT", "EXPLAIN"}


@dataclass(frozen=True)
class Rows:
    """The answer to a query."""

    columns: Sequence[str]
    rows: list[tuple[Any, ...]]


def open_published(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open a published warehouse for reading, without access to anything else.

    Raises UsageError when there is none, MachineError when the file cannot be opened.
    """
    if not warehouse.is_file():
        raise UsageError("warehouse_missing", file=warehouse)
    try:
        return duckdb.connect(str(warehouse), read_only=True, config=dict(CLOSED))
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=warehouse, found=first_line(error)) from error


def run_query(warehouse: Path, sql: str) -> Rows:
    """Run one reading statement. Raises UsageError for several statements, one that writes, or one that fails."""
    connection = open_published(warehouse)
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise UsageError("query_not_one_statement", found=str(len(statements)))
        kind = statements[0].type.name
        if kind not in READING:
            raise UsageError("query_not_reading", found=kind)
        cursor = connection.execute(statements[0])
        return Rows([column[0] for column in cursor.description or ()], cursor.fetchall())
    except duckdb.Error as error:
        raise UsageError("query_failed", found=first_line(error)) from error
    finally:
        connection.close()


def first_line(error: Exception) -> str:
    """The first line of an engine's message."""
    return str(error).strip().splitlines()[0]
