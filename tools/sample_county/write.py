"""The tables as CSV files (UTF-8, LF, empty = not reported) and the seeds' properties file beside them."""

from __future__ import annotations

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from tools.sample_county.county import Cell, Table
from tools.sample_county.plan import HERE

CONTRACT = HERE.parents[1] / "seeds" / "standards" / "raw_columns.csv"
SQL_TYPE = {
    "integer": "int",
    "count": "bigint",
    "measure": "decimal(18,4)",
    "money": "decimal(18,2)",
    "number": "decimal(24,6)",
    "boolean": "boolean",
    "text": "string",
    "code": "string",
}


def read_contract() -> dict[str, list[dict[str, str]]]:
    """Columns of each raw table in order, as ``raw_columns.csv`` has them."""
    tables: dict[str, list[dict[str, str]]] = defaultdict(list)
    with CONTRACT.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            tables[row["table_name"]].append(row)
    return {name: sorted(columns, key=lambda c: int(c["position"])) for name, columns in tables.items()}


def write_tables(tables: dict[str, Table], folder: Path) -> None:
    """Write ``<table>.csv`` for each table and ``_raw.yml``.

    Raises ValueError when a row does not have the columns of the raw contract.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contract = read_contract()
    for name, rows in tables.items():
        header = [column["column_name"] for column in contract[name]]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                if len(row) != len(header):
                    raise ValueError(f"{name}: a row has {len(row)} cells, the contract {len(header)} columns: {row}")
                writer.writerow([_text(cell) for cell in row])
    (folder / "_raw.yml").write_text(_properties(contract), encoding="utf-8", newline="\n")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Fraction):
        return _decimal(cell)
    return str(cell)


def _decimal(value: Fraction) -> str:
    """At most four decimals, exactly; raises ValueError for a value that needs more."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        raise ValueError(f"{value} has more than four decimals")
    whole, rest = divmod(scaled.numerator, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def _properties(contract: dict[str, list[dict[str, str]]]) -> str:
    with (HERE / "tables.csv").open(encoding="utf-8", newline="") as handle:
        about = {row["table_name"]: row for row in csv.DictReader(handle)}
    lines = ["version: 2", "", "seeds:"]
    for name, columns in contract.items():
        lines += [
            f"  - name: {name}",
            f"    description: {_quoted(about[name]['text_zh'] + ' ' + about[name]['text_en'])}",
            "    config:",
            "      column_types:",
            *(f"        {column['column_name']}: {SQL_TYPE[column['data_type']]}" for column in columns),
            "    columns:",
        ]
        for column in columns:
            unit = f"（{column['unit']}）" if column["unit"] else ""
            text = f"{column['name_zh']}{unit}。 {column['name_en']}."
            lines += [f"      - name: {column['column_name']}", f"        description: {_quoted(text)}"]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
