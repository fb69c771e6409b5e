"""The clean county of `base/`, copied once for every fixture with codes of its own, and changed as the fixture says."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STANDARDS = ROOT / "seeds" / "standards"
COUNTY = "COUNTY"
CODES = {"school_code", "parent_code"}
SQL_TYPES = {
    "integer": "integer",
    "count": "bigint",
    "measure": "decimal(18, 4)",
    "money": "decimal(18, 2)",
    "number": "decimal(24, 6)",
    "boolean": "boolean",
    "text": "varchar",
    "code": "varchar",
}
Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Fixture:
    """One mistake: how the clean county is changed, the rule that must find it and every key that a rule must name."""

    rule: str
    wrong: str
    change: tuple[dict[str, Any], ...]
    fails: tuple[tuple[Any, ...], ...]
    also: dict[str, list[list[Any]]] = field(default_factory=dict)

    def expected(self) -> dict[str, set[tuple[Any, ...]]]:
        """Failing keys by rule, with the codes of the base county."""
        found = {self.rule: set(self.fails)}
        for rule, keys in self.also.items():
            found.setdefault(rule, set()).update(tuple(key) for key in keys)
        return found


def read_fixtures(layer: str) -> list[Fixture]:
    """The fixtures of a layer, in the order of the file."""
    entries = yaml.safe_load((HERE / "fixtures" / f"{layer}.yml").read_text(encoding="utf-8"))
    return [
        Fixture(
            rule=f"{layer}.{entry['rule']}",
            wrong=entry["wrong"],
            change=tuple(entry["change"]),
            fails=tuple(tuple(key) for key in entry["fails"]),
            also={f"{layer}.{rule}": keys for rule, keys in entry.get("also", {}).items()},
        )
        for entry in entries
    ]


@cache
def contract() -> dict[str, dict[str, str]]:
    """Raw table -> column -> SQL type."""
    tables: dict[str, dict[str, str]] = {}
    with (STANDARDS / "raw_columns.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            tables.setdefault(row["table_name"], {})[row["column_name"]] = SQL_TYPES[row["data_type"]]
    return tables


def base_county() -> Tables:
    """The rows of the clean county; every cell is text as in the files, empty ones None, years whole numbers."""
    tables: Tables = {}
    for table in contract():
        with (HERE / "base" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            tables[table] = [{name: typed(name, cell) for name, cell in row.items()} for row in csv.DictReader(lines)]
    return tables


def typed(name: str, cell: str) -> Any:
    """A cell of a base file."""
    if cell == "":
        return None
    return int(cell) if name in {"school_year", "fiscal_year", "grade", "due_year", "opened_year"} else cell


def changed(tables: Tables, changes: Iterable[dict[str, Any]]) -> Tables:
    """The county with the changes of a fixture made, one after the other."""
    for change in changes:
        rows = tables[change["in"]]
        if "add" in change:
            chosen = [row for row in rows if matches(row, change["like"])]
            assert chosen, change
            rows += [{**row, **change["add"]} for row in chosen]
            continue
        chosen = [row for row in rows if matches(row, change["at"])]
        assert chosen, f"no row to change: {change}"
        if change.get("drop"):
            tables[change["in"]] = [row for row in rows if not matches(row, change["at"])]
        for row in chosen:
            row.update(change.get("set", {}))
            row.update({name: Decimal(row[name]) * Decimal(str(by)) for name, by in change.get("times", {}).items()})
            row.update({name: Decimal(row[name]) + Decimal(row[of]) for name, of in change.get("plus", {}).items()})
            row.update(figures_of_last_year(change["in"], rows, row, change.get("again", [])))
            if "same_as" in change:
                other = next(other for other in rows if matches(other, change["same_as"]))
                row.update({name: other[name] for name in change["columns"]})
    return tables


def figures_of_last_year(table: str, rows: list[Row], row: Row, columns: list[str]) -> Row:
    """The cells of the same key one year before."""
    if not columns:
        return {}
    year = "fiscal_year" if "fiscal_year" in row else "school_year"
    same = ("school_code", "county_code", "stage", "grade", "class_no", "staff_id", "room_id")
    key = {name: row[name] for name in same if name in row and not (table == "schools" and name == "county_code")}
    before = next(other for other in rows if matches(other, {**key, year: row[year] - 1}))
    return {name: before[name] for name in columns}


def matches(row: Row, cells: Row) -> bool:
    """Whether a row holds all of the cells."""
    return all(str(row[name]) == str(value) for name, value in cells.items())


def coded(number: int, table: str, row: Row) -> Row:
    """A row with the codes of the county's copy: school codes of ten characters with a leading zero, `~` without it."""
    return {name: code_of(number, name, value) for name, value in row.items()}


def code_of(number: int, name: str, value: Any) -> Any:
    """One cell with its code, if it is one."""
    if value is None:
        return None
    if name in CODES:
        full = f"0{number:04}{str(value).lstrip('~'):0>5}"
        return full[1:] if str(value).startswith("~") else full
    if name == "county_code":
        return {COUNTY: f"1{number:05}", "OTHER": f"2{number:05}"}.get(value, value)
    if name == "staff_id":
        return f"{number:04}{value}"
    return value


def plain_key(keys: dict[str, Any]) -> tuple[int, tuple[Any, ...]]:
    """The number of the copy that a failing row belongs to, and its key in the codes of the base county."""
    number, plain = 0, []
    for name, value in keys.items():
        text = str(value)
        if name in CODES:
            shortened = len(text) == 9
            number, short = (int(text[:4]), text[4:]) if shortened else (int(text[1:5]), text[5:])
            plain.append(("~" if shortened else "") + short.lstrip("0"))
        elif name == "county_code":
            number = int(text[1:])
            plain.append({"1": COUNTY, "2": "OTHER"}[text[0]])
        elif name == "staff_id":
            number = int(text[:4])
            plain.append(text[4:])
        else:
            plain.append(value)
    return number, tuple(plain)


def write_counties(path: Path, counties: Iterable[tuple[int, Tables]]) -> Path:
    """A warehouse with the raw tables of the copies and the seeds of standards."""
    together: dict[str, list[Row]] = {table: [] for table in contract()}
    for number, tables in counties:
        for table, rows in tables.items():
            together[table] += [coded(number, table, row) for row in rows]
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        for table, columns in contract().items():
            declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table raw.{table} ({declared})")
            for statement in inserts(table, list(columns), together[table]):
                connection.execute(*statement)
        write_standards(connection)
    return path


def inserts(table: str, columns: list[str], rows: list[Row], size: int = 500) -> Iterator[tuple[str, list[Any]]]:
    """Statements that insert the rows, many at once."""
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        marks = ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * len(part))
        cells = [None if row[name] is None else str(row[name]) for row in part for name in columns]
        yield f"insert into raw.{table} values {marks}", cells


def write_standards(connection: duckdb.DuckDBPyConnection) -> None:
    """The seeds of standards, with the types that the rules rely on."""
    connection.execute("create schema standards")
    for seed in sorted(STANDARDS.glob("*.csv")):
        connection.execute(
            f"create table standards.{seed.stem} as select * from read_csv(?, all_varchar = true, header = true)",
            [str(seed)],
        )
