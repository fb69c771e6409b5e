"""The columns of a judged table and the kinds of values they hold, from the names of DuckDB's types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Kind = Literal["integer", "decimal", "float", "text", "boolean", "time", "other"]

BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64, "HUGEINT": 128}
RANGES = {
    **{name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in BITS.items()},
    **{f"U{name}": (0, 2**bits - 1) for name, bits in BITS.items()},
}
# DuckDB reads larger literals as doubles.
WIDE = ("HUGEINT", "UHUGEINT")
TIMES = ("DATE", "TIME", "TIMESTAMP", "INTERVAL")
DECIMAL_TYPE = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Column:
    """One column: its name as the table writes it, DuckDB's type, what kind of values that is."""

    name: str
    type: str
    kind: Kind
    scale: int = 0
    smallest: int = 0
    largest: int = 0

    @property
    def is_number(self) -> bool:
        """Whether values can be added up."""
        return self.kind in ("integer", "decimal", "float")


def column_of(name: str, type_name: str) -> Column:
    """A column of a type that `describe` names. `smallest` and `largest` count units of the last decimal place."""
    if type_name in RANGES:
        smallest, largest = RANGES[type_name]
        return Column(name, type_name, "integer", 0, smallest, largest)
    decimal = DECIMAL_TYPE.fullmatch(type_name)
    if decimal:
        digits, scale = int(decimal[1]), int(decimal[2])
        return Column(name, type_name, "decimal", scale, 1 - 10**digits, 10**digits - 1)
    return Column(name, type_name, _kind(type_name))


def _kind(type_name: str) -> Kind:
    if type_name in ("DOUBLE", "FLOAT"):
        return "float"
    if type_name == "VARCHAR" or (type_name.startswith("ENUM(") and type_name.endswith(")")):
        return "text"
    if type_name == "BOOLEAN":
        return "boolean"
    return "time" if type_name.startswith(TIMES) and not type_name.endswith("]") else "other"


def nearest(name: str, columns: Iterable[str]) -> str | None:
    """The column somebody may have meant: the same but for capital letters, or the most similar one."""
    by_lower = {column.lower(): column for column in columns}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def columns_of(described: Iterable[tuple[str, str]]) -> Mapping[str, Column]:
    """The columns of a table by name, in their order."""
    return {name: column_of(name, type_name) for name, type_name in described}
