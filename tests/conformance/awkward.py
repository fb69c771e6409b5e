"""The table of awkward values on which both engines must agree: one column for each way of being awkward."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb

# Columns with DuckDB's type and one value per row. Row 9 and 10 repeat keys, every column but `id` has a NULL.
N = None
COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "id": ("INTEGER", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    "whole": ("INTEGER", [0, 1, 5, 10, 10, -1, N, 2147483647, 5, 7]),
    "big": (
        "BIGINT",
        [9007199254740991, 9007199254740992, 9007199254740993, 9223372036854775807, -9007199254740993, N, 0, 1, 2, 3],
    ),
    "money": (
        "DECIMAL(18,2)",
        [
            *map(Decimal, ("0.10", "0.20", "0.30", "0.10", "9999999999999999.99", "-0.01", "0.00", "1.00")),
            *(N, Decimal("0.29")),
        ],
    ),
    "ratio": ("DOUBLE", [0.1, 0.2, 0.3, 0.30000000000000004, 1e308, -1e-300, 0.0, -0.0, N, 1.5]),
    "wild": ("DOUBLE", [1.0, float("nan"), float("inf"), float("-inf"), N, 2.0, 3.0, 4.0, 5.0, 100.0]),
    "steady": ("DOUBLE", [1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, N, 50.0]),
    "nothing": ("INTEGER", [N] * 10),
    "no_text": ("VARCHAR", [N] * 10),
    "low": ("INTEGER", [1, 2, 3, 4, 5, 6, N, N, 9, 10]),
    "high": ("INTEGER", [1, 3, 2, 5, 5, N, 8, N, 9, 11]),
    "sum": ("INTEGER", [2, 5, 5, 9, 10, 6, 8, 0, 18, 21]),
    "day": (
        "DATE",
        [
            *("2024-02-29", "2024-09-01", "1900-01-01", "9999-12-31", N),
            *("2023-12-31", "2024-01-01", "2024-01-01", "2024-06-30", "2000-02-29"),
        ],
    ),
    "moment": (
        "TIMESTAMP",
        ["2024-02-29 00:00:00", "2024-02-29 23:59:59.999999", "2024-03-01 00:00:00", N]
        + ["2000-01-01 12:00:00", "2024-02-29 12:00:00"] * 3,
    ),
    "flag": ("BOOLEAN", [True, False, True, N, False, True, False, True, False, True]),
    "code": ("VARCHAR", ["A1", "A2", "a1", "A1\n", "A1 ", "", "B22", "B2", N, "A1"]),
    "name": (
        "VARCHAR",
        ["鱼池小学", "鱼池小学", "O'Brien", 'said "no"', "100%", "under_score", "e\u0301", "é", N, "𠮷野\U0001f600"],
    ),
    "date_text": (
        "VARCHAR",
        ["2024-02-29", "2023-02-29", "2024-2-9", "20240229", "2024-02-29 ", "", "n/a", "2024-12-31", N, "2024-02-29\n"],
    ),
    "select": ("INTEGER", [1, 2, 3, 4, 5, 6, 7, 8, N, 1]),
    'a"b': ("INTEGER", [1, 2, 3, 4, 5, 6, 7, 8, N, 1]),
    "two words": ("INTEGER", [1, 2, 3, 4, 5, 6, 7, 8, N, 1]),
    "名称": ("VARCHAR", ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", N, "甲"]),
    "Upper": ("INTEGER", [1, 2, 3, 4, 5, 6, 7, 8, N, 1]),
}
TABLES = {"awkward": 10, "empty": 0, "one row": 1}


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def awkward_connection() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the tables of TABLES: all rows, none, the first."""
    connection = duckdb.connect()
    columns = ", ".join(f"{quoted(name)} {kind}" for name, (kind, _) in COLUMNS.items())
    marks = ", ".join("?" * len(COLUMNS))
    for table, rows in TABLES.items():
        connection.execute(f"create table {quoted(table)} ({columns})")
        for row in range(rows):
            cells = [values[row] for _, values in COLUMNS.values()]
            connection.execute(f"insert into {quoted(table)} values ({marks})", cells)
    return connection
