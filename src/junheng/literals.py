"""Python values as literals of SQL.

DuckDB imports pandas and numpy as soon as a statement has a parameter, half a second of work in a build of a county.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

# Of more cells than that the parser takes longer than pandas takes to be imported.
MOST_CELLS = 20_000
NUL = "\0"
# A longer one is a double.
LONGEST_NUMBER = 30


def literal(text: str) -> str:
    """A string for SQL."""
    written = "'" + text.replace("'", "''") + "'"
    return written if NUL not in text else "(" + written.replace(NUL, "' || chr(0) || '") + ")"


def text_or_null(text: str | None) -> str:
    """A string for SQL, or NULL."""
    return "null" if text is None else literal(text)


def value(found: Any) -> str | None:
    """A value for SQL, None for one that only a parameter can hold."""
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "true" if found else "false"
    if type(found) is int:
        return str(found)
    if type(found) is str:
        return literal(found)
    if type(found) in (date, datetime):
        return f"{'date' if type(found) is date else 'timestamp'} '{found}'" if not _has_zone(found) else None
    if type(found) is float:
        return f"'{found!r}'::double"
    if type(found) is Decimal and found.is_finite() and len(written := f"{found:f}") <= LONGEST_NUMBER:
        return written
    if type(found) in (list, tuple):
        members = [value(member) for member in found]
        return None if None in members else f"[{', '.join(map(str, members))}]"
    return None


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows that are in memory, however many they are: one statement. Raises duckdb.Error."""
    if not rows:
        return
    if len(rows) * len(rows[0]) <= MOST_CELLS:
        written = [[value(cell) for cell in row] for row in rows]
        if all(cell is not None for row in written for cell in row):
            texts = ", ".join(f"({', '.join(map(str, row))})" for row in written)
            connection.execute(f"insert into {table} values {texts}")
            return
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(f"insert into {table} select {', '.join(['unnest(?)'] * len(columns))}", columns)


def _has_zone(found: Any) -> bool:
    return isinstance(found, datetime) and found.tzinfo is not None
