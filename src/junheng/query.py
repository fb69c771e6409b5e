"""`junheng query`: one statement that reads, on the published warehouse, with every way out of it closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.query_tree import require_harmless

CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    # Names in SQL are tables, never variables of this program.
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}
# Of what somebody types: what does not fit in memory is an error, and nothing is written beside the warehouse.
LIMITS = {"temp_directory": "", "memory_limit": "2GB"}
READING = {"SELECT", "EXPLAIN"}
# Limits of one query: seconds, characters of its text, bytes of its answer.
SECONDS = 300.0
LONGEST = 100_000
LARGEST = 500_000_000
BATCH = 1000
# A query that the engine does not give up when it is asked is given so many seconds more.
GRACE = 5.0


@dataclass(frozen=True)
class Rows:
    """The answer to a query."""

    columns: Sequence[str]
    rows: list[tuple[Any, ...]]


def open_published(warehouse: Path, limits: Mapping[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """Open a published warehouse for reading, without access to anything else; `limits` are more settings.

    Raises UsageError when there is none, MachineError when the file cannot be opened.
    """
    if not warehouse.is_file():
        raise UsageError("warehouse_missing", file=warehouse)
    try:
        return duckdb.connect(str(warehouse), read_only=True, config={**CLOSED, **(limits or {})})
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=warehouse, found=first_line(error)) from error


def run_query(
    warehouse: Path,
    sql: str,
    seconds: float = SECONDS,
    on_stuck: Callable[[UsageError], None] = lambda _error: None,
) -> Rows:
    """Run one reading statement.

    `on_stuck` is called from another thread when the engine goes on after it was asked to stop. Raises UsageError for
    several statements, one that writes or names what it may not, one that fails, or one beyond the limits.
    """
    too_long = UsageError("query_too_long", expected=f"≤ {seconds:g} s")
    if len(sql) > LONGEST:
        raise UsageError("query_text_too_long", found=f"{len(sql):,}", expected=f"≤ {LONGEST:,}")
    connection = open_published(warehouse, LIMITS)
    try:
        with _within(seconds, connection.interrupt, lambda: on_stuck(too_long)):
            statements = connection.extract_statements(sql)
            if len(statements) != 1:
                raise UsageError("query_not_one_statement", found=str(len(statements)))
            kind = statements[0].type.name
            if kind not in READING:
                raise UsageError("query_not_reading", found=kind)
            require_harmless(connection, statements[0].query)
            cursor = connection.execute(statements[0])
            return Rows([column[0] for column in cursor.description or ()], _rows(cursor))
    except duckdb.InterruptException as error:
        raise too_long from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise UsageError("query_too_large", found=first_line(error), expected=f"≤ {LIMITS['memory_limit']}") from error
    except duckdb.Error as error:
        raise UsageError("query_failed", found=first_line(error)) from error
    finally:
        connection.close()


def first_line(error: Exception) -> str:
    """The first line of an engine's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@contextmanager
def _within(seconds: float, ask: Callable[[], None], give_up: Callable[[], None]) -> Iterator[None]:
    """Ask to stop after some seconds, and give up when that was not heard."""
    timers = [threading.Timer(seconds, ask), threading.Timer(seconds + GRACE, give_up)]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """All rows of an answer. Raises UsageError when they are too much for the memory."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while batch := cursor.fetchmany(BATCH):
        rows += batch
        size += sum(_size(row) for row in batch)
        if size > LARGEST:
            raise UsageError("query_too_large", found=f"> {len(rows):,}", expected=f"≤ {LARGEST // 1_000_000} MB")
    return rows


def _size(cell: Any) -> int:
    """About how many bytes a value takes."""
    if isinstance(cell, str | bytes):
        return 50 + len(cell)
    if isinstance(cell, dict):
        return 50 + sum(_size(key) + _size(value) for key, value in cell.items())
    if isinstance(cell, list | tuple):
        return 50 + sum(map(_size, cell))
    return 50
