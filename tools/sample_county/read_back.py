"""The nine CSV files as they stand on disk, typed by the raw contract."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tools.sample_county.write import read_contract

Row = dict[str, Any]


@dataclass(frozen=True)
class RawTables:
    """Rows by table; numbers are ints or Fractions, booleans bools, an empty cell None."""

    rows: dict[str, list[Row]]

    def of(self, table: str, year: int | None = None) -> list[Row]:
        """Rows of a table, of one school or fiscal year if given."""
        if year is None:
            return self.rows[table]
        return [row for row in self.rows[table] if row.get("school_year", row.get("fiscal_year")) == year]


def read_tables(folder: Path) -> RawTables:
    """Read every table of the contract. Raises ValueError naming file, row and column of a cell that does not fit."""
    tables: dict[str, list[Row]] = {}
    for name, columns in read_contract().items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle)
            header = next(reader)
            expected = [column["column_name"] for column in columns]
            if header != expected:
                raise ValueError(f"{name}.csv: columns {header}, expected {expected}")
            tables[name] = [_typed(name, number, columns, cells) for number, cells in enumerate(reader, start=2)]
    return RawTables(tables)


def _typed(table: str, number: int, columns: list[dict[str, str]], cells: list[str]) -> Row:
    row: Row = {}
    for column, cell in zip(columns, cells, strict=True):
        name = column["column_name"]
        if not cell and column["is_required"] == "true":
            raise ValueError(f"{table}.csv row {number} column {name}: empty, but required")
        try:
            row[name] = _value(column["data_type"], cell)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{table}.csv row {number} column {name}: {cell!r} is no {column['data_type']}") from error
    return row


def _value(data_type: str, cell: str) -> Any:
    if not cell:
        return None
    if data_type in ("integer", "count"):
        return int(cell)
    if data_type in ("measure", "money", "number"):
        return Fraction(cell)
    if data_type == "boolean":
        return {"true": True, "false": False}[cell]
    return cell
