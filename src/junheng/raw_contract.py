"""The shape of the raw tables, read from `raw_columns.csv` and `raw_codes.csv`: no other module knows a column."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from junheng.errors import MachineError

SQL_TYPES: Mapping[str, str] = {
    "integer": "integer",
    "count": "bigint",
    "measure": "decimal(18,4)",
    "money": "decimal(18,2)",
    "number": "decimal(24,6)",
    "boolean": "boolean",
    "text": "varchar",
    "code": "varchar",
}


FACT = "fact_id"
PARTS_OF_A_RATE = ("numerator", "denominator")


@dataclass(frozen=True)
class RawColumn:
    """One column of a raw table.

    `codes` maps every accepted word (code or Chinese name) to its code, `labels` every code to its Chinese and its
    English name.
    """

    name: str
    name_zh: str
    data_type: str
    is_key: bool
    is_required: bool
    unit: str | None
    codes: Mapping[str, str]
    name_en: str = ""
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def sql_type(self) -> str:
        """The type in the warehouse."""
        return SQL_TYPES[self.data_type]


@dataclass(frozen=True)
class RawTable:
    """One raw table with its columns in the order of the contract.

    `not_in_percent` are the ids of facts that are no percentages, for the table of facts.
    """

    name: str
    columns: tuple[RawColumn, ...]
    not_in_percent: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns."""
        return tuple(column.name for column in self.columns if column.is_key)


def plain_name(text: str) -> str:
    """A name without the differences that do not matter: width of characters, case, spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def read_contract(standards: Path) -> dict[str, RawTable]:
    """Read the raw contract from a folder of standards, table by table in its order.

    Raises MachineError when the packaged contract itself is unreadable.
    """
    codes: dict[tuple[str, str], dict[str, str]] = {}
    labels: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in _rows(standards / "raw_codes.csv"):
        words = codes.setdefault((row["table_name"], row["column_name"]), {})
        words[row["code"]] = row["code"]
        words[row["name_zh"]] = row["code"]
        named = labels.setdefault((row["table_name"], row["column_name"]), {})
        named[row["code"]] = (row["name_zh"], row["name_en"])
    columns: dict[str, list[RawColumn]] = {}
    for row in _rows(standards / "raw_columns.csv"):
        column = RawColumn(
            name=row["column_name"],
            name_zh=row["name_zh"],
            data_type=row["data_type"],
            is_key=row["is_key"] == "true",
            is_required=row["is_required"] == "true",
            unit=row["unit"] or None,
            codes=codes.get((row["table_name"], row["column_name"]), {}),
            name_en=row["name_en"],
            labels=labels.get((row["table_name"], row["column_name"]), {}),
        )
        columns.setdefault(row["table_name"], []).append(column)
    facts = _not_in_percent(standards)
    return {
        name: RawTable(name, tuple(members), facts if any(column.name == FACT for column in members) else frozenset())
        for name, members in columns.items()
    }


def _not_in_percent(standards: Path) -> frozenset[str]:
    """The facts whose figures are known to be no percentages: those of another unit, numerators, denominators."""
    rows = _rows(standards / "indicators.csv")
    others = {row["indicator_id"] for row in rows if row["unit_zh"] != "%"}
    return frozenset(others | {f"{row['indicator_id']}_{part}" for row in rows for part in PARTS_OF_A_RATE})


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
    except OSError as error:
        raise MachineError("contract_unreadable", file=path, detail=str(error)) from error
