"""What landing a handed-in path gave, in the form in which `tests/dirty/expected` writes what it must give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import DataError, UsageError
from junheng.findings import TABLE, Findings
from junheng.landing.land import land
from junheng.landing.mapping import NO_MAP, LandingMap
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.workspace import workspace

CONTRACT = read_contract(packaged_project().standards)
PARTS = ("landed", "rejected", "repeated", "title", "header", "note", "total", "blank")
# Said of every folder that does not hold all nine tables.
OF_THE_FOLDER = ("table_missing", "schools_missing")


@dataclass
class Outcome:
    """What landing gave. `everything` is all text of the build file and of the findings."""

    error: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    raw: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    conversions: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    everything: str = ""


def landed(path: Path, out: Path, mapping: LandingMap = NO_MAP) -> Outcome:
    """Land a path, as a build does, into a build file of its own."""
    outcome = Outcome()
    with workspace(out) as work, work.connect() as connection:
        findings = Findings(connection)
        try:
            land(connection, path, CONTRACT, findings, Messages("zh"), work.folder, mapping)
        except (DataError, UsageError) as error:
            outcome.error = error.message_id
        findings.put_into_words(Messages("zh"))
        outcome.findings = _findings(connection)
        if not outcome.error:
            outcome.files = _files(connection)
            outcome.raw = {table: rows for table in CONTRACT if (rows := _raw(connection, table))}
            outcome.conversions = _conversions(connection)
            outcome.units = dict(
                connection.execute(
                    "select column_name, unit from quality.landing_column where unit is not null"
                ).fetchall()
            )
        outcome.everything = _everything(connection)
    return outcome


def place(file: str | None, sheet: str | None, row: int | None) -> str:
    """Where something stands, as `file#sheet!row`."""
    return f"{file or ''}#{f'{sheet}!' if sheet else ''}{'' if row is None else row}"


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _findings(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    query = f'select * from {TABLE} order by file, sheet nulls first, "row" nulls first, column_name, rule_id'
    return [
        {
            "rule": row["rule_id"],
            "level": row["severity"],
            "at": place(row["file"], row["sheet"], row["row"]),
            "column": row["column_name"],
            "found": row["found"],
            "expected": row["expected"],
            "title": row["title"],
            "action": row["action"],
        }
        for row in _rows(connection, query)
        if row["rule_id"] not in OF_THE_FOLDER
    ]


def _files(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    query = "select * from quality.source_file order by file, sheet nulls first, block nulls first"
    renamed = {"table_name": "table", "is_hidden": "hidden", "school_years": "years"}
    return [
        {renamed.get(name, name).removeprefix("rows_"): value for name, value in row.items()}
        for row in _rows(connection, query)
    ]


def _raw(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, str | None]]:
    rows = _rows(connection, f"select * from raw.{table} order by _source_file, _source_sheet, _source_row")
    return [
        {"at": place(row.pop("_source_file"), row.pop("_source_sheet"), row.pop("_source_row"))}
        | {name: text(value) for name, value in row.items()}
        for row in rows
    ]


def text(value: object) -> str | None:
    """A value of a raw table as the expectations write it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _conversions(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    query = "select * from quality.landing_conversion order by file, sheet, block, column_name, conversion"
    return [
        {
            "file": row["file"],
            "column": row["column_name"],
            "what": row["conversion"],
            "cells": row["cells"],
            "examples": [[one["row"], one["from"], one["to"]] for one in json.loads(row["examples"])],
        }
        for row in _rows(connection, query)
    ]


def _everything(connection: duckdb.DuckDBPyConnection) -> str:
    tables = connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables() where not internal and not temporary"
        " and database_name <> 'scratch'"
    ).fetchall()
    names = [".".join(f'"{part}"' for part in parts) for parts in tables]
    return "\n".join(str(connection.execute(f"select * from {name}").fetchall()) for name in [*names, TABLE])


def differences(expected: Mapping[str, Any], outcome: Outcome, case: str) -> list[str]:
    """What of an outcome is not as expected, in words."""
    found: list[str] = []
    if outcome.error != expected.get("error"):
        found.append(f"error: expected {expected.get('error')}, got {outcome.error}")
    if not outcome.error:
        found += _compare_files(expected.get("files", []), outcome.files, case)
        found += _compare_raw(expected.get("raw", {}), outcome.raw, case)
        found += _compare(expected.get("conversions", []), outcome.conversions, _same_conversion, "conversion", case)
    found += _compare(expected.get("findings", []), outcome.findings, _same_finding, "finding", case)
    for column, unit in expected.get("units", {}).items():
        if outcome.units.get(column) != unit:
            found.append(f"unit of {column}: expected {unit}, got {outcome.units.get(column)}")
    found += [f"{word} is shown" for word in expected.get("never_shown", []) if word in outcome.everything]
    found += [
        f"finding {one['rule']} says {one['title']!r} / {one['action']!r}"
        for one in outcome.findings
        if not one["title"] or not one["action"] or "{" in one["title"] + one["action"]
    ]
    return found


def _compare_files(expected: list[dict[str, Any]], files: list[dict[str, Any]], case: str) -> list[str]:
    def same(one: Mapping[str, Any], file: Mapping[str, Any], case: str) -> bool:
        wanted = {"file": case, "table": None, "status": "landed", "read": 0, **dict.fromkeys(PARTS, 0), **one}
        wanted["file"] = wanted["file"].replace("{case}", case)
        return all(value == "any" or file[name] == value for name, value in wanted.items())

    lost = [
        f"{file['file']}: {file['read']} rows read, {sum(file[part] for part in PARTS)} accounted for"
        for file in files
        if file["read"] != sum(file[part] for part in PARTS)
    ]
    return _compare(expected, [_Shown(file) for file in files], same, "file", case) + lost


class _Shown(dict[str, Any]):
    """A row of the accounts that prints without its hash and its empty fields."""

    def __str__(self) -> str:
        return str({name: value for name, value in self.items() if value and name not in ("sha256", "size")})


def _compare_raw(expected: Mapping[str, str], raw: Mapping[str, list[dict[str, Any]]], case: str) -> list[str]:
    found = []
    for table in {*expected, *raw}:
        if expected.get(table) == "any":
            continue
        wanted = parse_rows(table, expected.get(table, ""), case)
        rows = raw.get(table, [])
        found += [f"raw.{table} lacks {_short(row)}" for row in wanted if row not in rows]
        found += [f"raw.{table} has {_short(row)}" for row in rows if row not in wanted]
        if len(rows) != len(wanted):
            found.append(f"raw.{table}: {len(wanted)} rows expected, {len(rows)} landed")
    return found


def _short(row: Mapping[str, Any]) -> str:
    return " | ".join(str(value) for value in row.values() if value is not None)


def parse_rows(table: str, block: str, case: str) -> list[dict[str, str | None]]:
    """Rows written as `place | cell | cell …`; a first line that begins with `at` names the columns."""
    names = ["at", *(column.name for column in CONTRACT[table].columns)]
    columns = names
    rows = []
    for line in block.strip().splitlines():
        cells = [cell.strip().replace("\\n", "\n") or None for cell in line.split("|")]
        if cells[0] == "at":
            columns = [cell or "" for cell in cells]
            assert set(columns) <= set(names), columns
            continue
        given = dict(zip(columns, cells, strict=False))
        rows.append({name: given.get(name) for name in names} | {"at": full_place(given["at"] or "", case)})
    return rows


def full_place(at: str | int, case: str) -> str:
    """`3`, `sheet!3`, `file#3` as `file#sheet!3`."""
    at = str(at).replace("{case}", case)
    return at if "#" in at else f"{case}#{at}"


def _same_finding(one: Mapping[str, Any], finding: Mapping[str, Any], case: str) -> bool:
    if "at" in one and full_place(one["at"], case) != finding["at"]:
        return False
    names = [name for name in ("level", "column", "found", "expected") if name in one]
    return _is(one["rule"], finding["rule"]) and all(one[name] == finding[name] for name in names)


def _same_conversion(one: Mapping[str, Any], conversion: Mapping[str, Any], case: str) -> bool:
    if one.get("file", case) != conversion["file"] or one["column"] != conversion["column"]:
        return False
    examples = [[row, before or "", after or ""] for row, before, after in conversion["examples"]]
    return (
        _is(one["what"], conversion["what"])
        and one["cells"] in ("any", conversion["cells"])
        and ("example" not in one or one["example"] in examples)
    )


def _is(wanted: str, got: str) -> bool:
    return wanted.startswith("?") or wanted == got


def _compare(expected: list[Any], found: list[Any], same: Any, what: str, case: str) -> list[str]:
    if expected == "any":
        return []
    left = list(found)
    missing = []
    for one in expected:
        match = next((other for other in left if same(one, other, case)), None)
        if match is None:
            missing.append(f"no {what} {one}")
        else:
            left.remove(match)
    return missing + [f"unexpected {what} {one}" for one in left]
