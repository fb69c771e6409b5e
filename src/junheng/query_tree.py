"""What a query may name: the parsed statement is looked through before the engine runs it.

The connection is read-only and closed to files and network already. What is left, and refused here: functions of the
engine that do something (write a log, run another text as SQL) and the files that a closed connection may still open,
which are those of the warehouse itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from junheng.errors import UsageError

# Table functions that compute rows or describe the warehouse; every other one is refused, new ones of the engine too.
TABLE_FUNCTIONS = frozenset(
    {
        *("range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "summary"),
        *("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas", "duckdb_constraints"),
        *("duckdb_functions", "duckdb_types", "duckdb_keywords", "duckdb_indexes", "duckdb_settings"),
        *("pragma_table_info", "pragma_show", "pragma_version", "show_tables", "icu_calendar_names"),
        *("pg_timezone_names",),
    }
)
# Functions of a value that do more than give one.
REFUSED_FUNCTIONS = frozenset({"write_log", "nextval", "getenv"})
EXPLAIN = re.compile(r"\s*explain\b\s*(analyze\b\s*)?", re.IGNORECASE)
A_FILE = re.compile(r"[/\\]|\.\w+$")


def require_harmless(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise UsageError when a statement (with `explain` in front or not) is no query or names what it may not."""
    asked = EXPLAIN.sub("", sql, count=1) if EXPLAIN.match(sql) else sql
    ((text,),) = connection.execute("select json_serialize_sql(?)", [asked]).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        if tree.get("error_type") == "not implemented":
            kinds = ", ".join(statement.type.name for statement in connection.extract_statements(asked))
            raise UsageError("query_not_reading", found=kinds)
        raise UsageError("query_failed", found=str(tree.get("error_message", "")).strip().split("\n")[0])
    for name in sorted(set(_forbidden(tree))):
        raise UsageError("query_not_allowed", found=name)


def _forbidden(node: Any) -> Iterator[str]:
    """What a parsed statement names and may not; without recursion, however deep it is."""
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            left += one.values()
            kind, function = one.get("type"), one.get("function")
            if kind == "TABLE_FUNCTION" and isinstance(function, dict):
                name = str(function.get("function_name", "")).lower()
                if name not in TABLE_FUNCTIONS:
                    yield f"{name}()"
            elif one.get("class") == "FUNCTION" and str(one.get("function_name", "")).lower() in REFUSED_FUNCTIONS:
                yield f"{one['function_name']}()"
            elif kind == "BASE_TABLE" and not one.get("schema_name") and A_FILE.search(str(one.get("table_name"))):
                yield str(one["table_name"])
