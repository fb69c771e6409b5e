"""Quarantine: rows that break critical rules are set aside and accounted for.

The models learn from `quality.quarantined_row` whom these rows belong to, and judge nothing that rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from junheng.errors import MachineError
from junheng.findings import CRITICAL, WARNING
from junheng.findings import TABLE as FINDING
from junheng.landing.cells import literal, quoted
from junheng.landing.outcome import LandedTable
from junheng.raw_contract import PARTS_OF_A_RATE, RawTable

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

# What tells the models whom a row belongs to; the shape of seed `quarantined_row`, which is this table in plain dbt.
PLACES: Mapping[str, tuple[str, ...]] = {
    "row_year": ("school_year", "fiscal_year"),
    "school_code": ("school_code",),
    "school_kind": ("school_kind",),
    "parent_code": ("parent_code",),
    "county_code": ("county_code",),
    "stage": ("stage",),
    "grade": ("grade",),
    "fact_id": ("fact_id",),
}
NUMBERS = ("row_year", "grade")
COUNTY_FINANCE = "county_finance"
# Flows of a first year rest on the money of the calendar year before it.
EVERY_YEAR = "select unnest(range(min(school_year) - 1, max(school_year) + 1)) from raw.schools"
EVERY_COUNTY = "select distinct county_code from raw.schools"


@dataclass(frozen=True)
class Account:
    """What became of the rows of one raw table: `rows_in` were handed in, each is valid or quarantined.

    Rows that could not be read are among the quarantined ones.
    """

    table: str
    rows_in: int
    rows_valid: int
    rows_quarantined: int


def prepare(connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable]) -> None:
    """Make the tables of a build that has set nothing aside: they are always there."""
    connection.execute("create schema if not exists quality")
    for name in contract:
        columns = f"select *, cast([] as varchar[]) as rule_ids from raw.{quoted(name)} limit 0"
        connection.execute(f"create or replace table quality.{quoted(f'quarantine_{name}')} as {columns}")
    places = ", ".join(f"{place} {'integer' if place in NUMBERS else 'varchar'}" for place in PLACES)
    connection.execute(f"create or replace table quality.quarantined_row (table_name varchar, {places})")


def set_aside(
    connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable], results: Sequence[RuleResult]
) -> None:
    """Move every row that breaks a rule which failed into `quality.quarantine_<table>`, with the ids of these rules.

    Failing rows that a known issue covers are warnings by now and stay.
    """
    failed = sorted({result.rule_id for result in results if result.status == "fail"})
    if not failed:
        return
    rules = ", ".join(literal(rule_id) for rule_id in failed)
    for name, table in contract.items():
        raw = f"raw.{quoted(name)}"
        connection.execute(
            "create or replace temp table broken as select source_file, source_sheet, source_row,"
            " list_sort(list(distinct rule_id)) as rule_ids from quality.failing_row"
            f" where table_name = {literal(f'raw.{name}')} and severity = 'critical' and source_row is not null"
            f" and rule_id in ({rules}) group by all"
        )
        is_broken = (
            "landed._source_file = broken.source_file and landed._source_row = broken.source_row"
            " and landed._source_sheet is not distinct from broken.source_sheet"
        )
        connection.execute(
            f"insert into quality.{quoted(f'quarantine_{name}')} select landed.*, broken.rule_ids from {raw} as landed"
            f" inner join broken on {is_broken} order by landed._source_file, landed._source_sheet, landed._source_row"
        )
        connection.execute(f"delete from {raw} as landed using broken where {is_broken}")
        connection.execute(
            f"insert into quality.quarantined_row select distinct {literal(name)}, {_places(table)}"
            f" from quality.{quoted(f'quarantine_{name}')} order by all"
        )
    connection.execute("drop table broken")


def set_rejected_aside(connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable]) -> None:
    """Treat rows that could not be read like rows that are wrong: what they belong to is not judged.

    Where a cell that tells whom a row belongs to is itself unreadable, the row counts for all: every year, every
    county, every fact. The findings of these rows are warnings from then on.
    """
    for name, table in contract.items():
        names = {column.name for column in table.columns}
        places = {place: next((name for name in options if name in names), None) for place, options in PLACES.items()}
        values = {
            place: f"try_cast(known ->> {literal(column)} as {'integer' if place in NUMBERS else 'varchar'})"
            if column
            else "null"
            for place, column in places.items()
        }
        joins = {"row_year": EVERY_YEAR}
        if places["county_code"]:
            joins["county_code"] = EVERY_COUNTY
        if name == COUNTY_FINANCE:
            stages = next(column.codes for column in table.columns if column.name == "stage")
            joins["stage"] = _every(sorted(set(stages.values())))
        if places["fact_id"]:
            joins["fact_id"] = _every(_facts(table))
        chosen = ", ".join(
            f"coalesce(row.{place}, every_{place}.value)" if place in joins else f"row.{place}" for place in PLACES
        )
        every = " ".join(
            f"left join ({query}) as every_{place}(value) on row.{place} is null" for place, query in joins.items()
        )
        rows = ", ".join(f"{value} as {place}" for place, value in values.items())
        connection.execute(
            f"insert into quality.quarantined_row with row as (select {rows} from quality.rejected_row"
            f" where table_name = {literal(name)}) select distinct {literal(name)}, {chosen} from row {every}"
            " order by all"
        )
    connection.execute(
        f"update {FINDING} as finding set severity = '{WARNING}' from quality.rejected_row as rejected"
        f" where finding.severity = '{CRITICAL}' and finding.table_name = rejected.table_name"
        " and finding.file = rejected.source_file and finding.sheet is not distinct from rejected.source_sheet"
        ' and finding."row" = rejected.source_row and list_contains(rejected.reasons, finding.rule_id)'
    )


def _every(values: Sequence[str]) -> str:
    return f"select unnest([{', '.join(map(literal, values))}]::varchar[])"


def _facts(table: RawTable) -> list[str]:
    """Every fact that a county may report."""
    indicators = {fact.removesuffix(f"_{part}") for fact in table.not_in_percent for part in PARTS_OF_A_RATE}
    return sorted(table.not_in_percent | indicators)


def not_about_rows(connection: duckdb.DuckDBPyConnection, results: Sequence[RuleResult]) -> list[RuleResult]:
    """Results that setting rows aside does not settle: warnings, and failures that no row of a raw table stands for."""
    found = connection.execute(
        "select rule_id from quality.failing_row where severity = 'critical' group by rule_id"
        " having count(*) = count(source_row)"
    ).fetchall()
    about_rows = {rule_id for (rule_id,) in found}
    return [result for result in results if result.status != "fail" or result.rule_id not in about_rows]


def account(connection: duckdb.DuckDBPyConnection, landed: Sequence[LandedTable]) -> list[Account]:
    """Count every raw table again and write `quality.row_accounting`.

    Raises MachineError when a row is lost or doubled: rows in = rows valid + rows quarantined.
    """
    accounts = []
    for table in landed:
        valid = _count(connection, f"raw.{quoted(table.name)}")
        quarantined = _count(connection, f"quality.{quoted(f'quarantine_{table.name}')}")
        quarantined += _count(connection, f"quality.rejected_row where table_name = {literal(table.name)}")
        rows_in = table.rows + table.rows_rejected
        if rows_in != valid + quarantined:
            raise MachineError("rows_lost", column=table.name, found=f"{valid} + {quarantined}", expected=str(rows_in))
        accounts.append(Account(table.name, rows_in, valid, quarantined))
    connection.execute(
        "create or replace table quality.row_accounting"
        " (table_name varchar, rows_in bigint, rows_valid bigint, rows_quarantined bigint)"
    )
    for one in accounts:
        connection.execute(
            "insert into quality.row_accounting values (?, ?, ?, ?)",
            [one.table, one.rows_in, one.rows_valid, one.rows_quarantined],
        )
    return accounts


def _places(table: RawTable) -> str:
    names = {column.name for column in table.columns}
    found = {place: next((name for name in options if name in names), None) for place, options in PLACES.items()}
    return ", ".join(quoted(name) if name else "null" for name in found.values())


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
