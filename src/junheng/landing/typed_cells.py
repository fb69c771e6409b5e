"""Columns of a Parquet file that have a type of their own: what their text would say is known without writing it.

The text of a whole number, of a decimal with no more places than the raw column, of a boolean is the one that the raw
column's value has: of such a cell only its range is left to judge. A double, a decimal with more places, a text is read
as text, like a cell of CSV; so is any other column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from junheng.landing.sql import quoted
from junheng.landing.years import FIRST, LAST, is_year
from junheng.raw_contract import RawColumn

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)", re.IGNORECASE)


@dataclass(frozen=True)
class TypedCell:
    """A cell of a typed column: SQL for its value in the raw table, and for whether that is what its text says."""

    value: str
    is_plain: str


def typed_cell(column: RawColumn, kind: str, cell: str) -> TypedCell | None:
    """The cell of a column of type `kind` as it stands in a Parquet file; None where its text has to be read.

    `cell` is SQL for the cell as it stands; the value, in the type of the raw column, means nothing for one that is not
    plain. Both say what `plain_value` and `is_plain_read` say of the cell's text.
    """
    if not _is_exact(column, kind):
        return None
    value = f"try_cast({cell} as {column.sql_type})"
    name = quoted(column.name)
    found = f"coalesce({name} between {FIRST} and {LAST}, false)" if is_year(column) else f"{name} is not null"
    return TypedCell(value, f"({found})" if column.is_required else f"({cell} is null or {found})")


def _is_exact(column: RawColumn, kind: str) -> bool:
    """Whether every value of a type that the raw column can hold has the same text in both."""
    match column.data_type:
        case "boolean":
            return kind == "BOOLEAN"
        case "integer" | "count":
            return kind in WHOLE
        case "measure" | "money" | "number":
            decimal, own = DECIMAL.fullmatch(kind), DECIMAL.fullmatch(column.sql_type)
            return kind in WHOLE or bool(decimal and own and int(decimal[2]) <= int(own[2]))
    return False
