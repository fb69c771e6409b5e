"""The schema `quality` of a warehouse: which run this is, what every rule found, which rows fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import duckdb

from junheng import __version__
from junheng.landing.land import LandedTable
from junheng.workspace import Workspace

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

TABLES = """
create schema if not exists quality;
create or replace table quality.run (
    build_id varchar, started_at timestamp, finished_at timestamp, school_year integer, versions varchar,
    input_hashes varchar
);
create or replace table quality.rule_result (
    rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar, rows_checked bigint,
    rows_failed bigint, reason varchar, title_zh varchar, title_en varchar, how_to_fix varchar
);
create table if not exists quality.failing_row (
    suite varchar, rule_id varchar, table_name varchar, severity varchar, keys varchar, source_file varchar,
    source_row bigint, actual varchar, required varchar
);
"""
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
BATCH = 1000


def write_quality(
    work: Workspace, landed: Sequence[LandedTable], results: Sequence[RuleResult], school_year: int
) -> None:
    """Write the tables into the build file; the suites have filled `failing_row` themselves.

    Build id and times stand in `quality.run` and nowhere else.
    """
    connection = duckdb.connect(str(work.warehouse))
    try:
        connection.execute(TABLES)
        hashes = {table.name: table.sha256 for table in landed if table.sha256}
        run = [
            work.build_id,
            work.started_at.replace(tzinfo=None),
            datetime.now(UTC).replace(tzinfo=None),
            school_year,
            json.dumps(_versions()),
            json.dumps(hashes),
        ]
        connection.execute("insert into quality.run values (?, ?, ?, ?, ?, ?)", run)
        _insert(connection, "quality.rule_result", [_rule_row(result) for result in results])
    finally:
        connection.close()


def _versions() -> dict[str, str]:
    versions = {"junheng": __version__}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _rule_row(result: RuleResult) -> list[object]:
    return [
        result.rule_id,
        result.suite,
        result.table,
        result.severity,
        result.status,
        result.rows_checked,
        result.rows_failed,
        result.reason,
        result.title_zh,
        result.title_en,
        result.how_to_fix,
    ]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[object]]) -> None:
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        one = f"({', '.join('?' * len(batch[0]))})"
        flat = [cell for row in batch for cell in row]
        connection.execute(f"insert into {table} values {', '.join([one] * len(batch))}", flat)
