"""The closing summary of a build, read from the published marts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from junheng.findings import Finding, as_json


@dataclass(frozen=True)
class Summary:
    """What a build published. Each entry of `counties` is one county of the judged school year."""

    warehouse: Path
    school_year: int | None
    counties: list[dict[str, Any]]
    rules: dict[str, int]
    warnings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The summary as one JSON object."""
        return {
            "status": "published",
            "exit_code": 0,
            "school_year": self.school_year,
            "counties": self.counties,
            "rules": self.rules,
            "warnings": [as_json(finding) for finding in self.warnings],
            "warehouse": str(self.warehouse),
            "marts": str(self.warehouse.parent / "marts"),
            "quality": str(self.warehouse.parent / "quality"),
        }


def summarise(warehouse: Path, school_year: int | None, warnings: list[Finding]) -> Summary:
    """Read the summary of one school year (default: the latest) from a published warehouse."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        year = school_year or _scalar(connection, "select max(school_year) from raw.schools")
        counties = _counties(connection, year)
        rules = dict(
            connection.execute("select status, count(*) from quality.rule_result group by status order by 1").fetchall()
        )
    finally:
        connection.close()
    return Summary(warehouse, year, counties, rules, warnings)


def _counties(connection: duckdb.DuckDBPyConnection, year: int | None) -> list[dict[str, Any]]:
    counties = _records(
        connection,
        "select distinct county_code, max(county_name) as county_name from raw.schools"
        " where school_year = ? group by county_code order by county_code",
        [year],
    )
    return counties


def _scalar(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object] | None = None) -> Any:
    row = connection.execute(query, parameters or []).fetchone()
    return row[0] if row else None


def _records(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def plain(value: object) -> object:
    """A value for JSON: decimals as exact text-free numbers where they are whole, else as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


__all__ = ["Summary", "asdict", "summarise"]
