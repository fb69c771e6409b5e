"""Findings: what is wrong with the data, each with its file, row, column, what was found and what was expected.

They are collected in a table of the scratch database, so that a million of them cost no Python loop.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from junheng.landing.cells import literal
from junheng.messages import Messages
from junheng.terminal import visible

TABLE = "scratch.main.finding"
CRITICAL = "critical"
WARNING = "warning"
BY_PLACE = 'file nulls first, sheet nulls first, "row" nulls first, column_name nulls first, rule_id'


@dataclass(frozen=True)
class Finding:
    """One finding. `row` is the number that a spreadsheet shows; of a text file that of its record, the header is 1."""

    rule_id: str
    severity: str
    table: str | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    keys: str | None = None
    title: str | None = None
    action: str | None = None


class Findings:
    """All findings of one build."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(
            f"create table if not exists {TABLE} (rule_id varchar, severity varchar, table_name varchar, file varchar,"
            ' sheet varchar, "row" bigint, column_name varchar, found varchar, expected varchar, keys varchar,'
            " title varchar, action varchar)"
        )

    def add(self, finding: Finding) -> None:
        """Record one finding."""
        self.add_all([finding])

    def add_all(self, findings: Iterable[Finding]) -> None:
        """Record findings that are already in memory."""
        rows = [list(asdict(finding).values()) for finding in findings]
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"insert into {TABLE} values ({marks})", rows)

    def add_failing_rows(self, of_rule: Finding) -> None:
        """Record the stored failing rows of one rule, each with its own severity; what they have in common is given."""
        self.connection.execute(
            f"insert into {TABLE} select rule_id, case severity when 'critical' then severity else 'warning' end,"
            " $table, source_file, source_sheet, source_row, $column, actual, required,"
            " keys, $title, $action from quality.failing_row where rule_id = $rule_id",
            {
                "rule_id": of_rule.rule_id,
                "table": of_rule.table,
                "column": of_rule.column,
                "title": of_rule.title,
                "action": of_rule.action,
            },
        )

    def total(self) -> int:
        """How many findings there are."""
        row = self.connection.execute(f"select count(*) from {TABLE}").fetchone()
        return int(row[0]) if row else 0

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        row = self.connection.execute(f"select count(*) from {TABLE} where severity = {literal(severity)}").fetchone()
        return int(row[0]) if row else 0

    def first(self, severity: str, limit: int) -> list[Finding]:
        """The first findings of a severity, by file, sheet, row and column."""
        rows = self.connection.execute(
            f"select * from {TABLE} where severity = {literal(severity)} order by {BY_PLACE} limit {limit}"
        ).fetchall()
        return [Finding(*row) for row in rows]

    def put_into_words(self, messages: Messages) -> None:
        """Give every finding that has none yet its title and what to do about it."""
        rules = self.connection.execute(f"select distinct rule_id from {TABLE} where title is null").fetchall()
        for (rule_id,) in rules:
            self.connection.execute(
                f"update {TABLE} set title = ?, action = ? where rule_id = ? and title is null",
                [messages.text("findings", rule_id), messages.text("finding_actions", rule_id), rule_id],
            )

    def write(self, folder: Path) -> None:
        """Write all findings as `findings.csv` (marked as UTF-8), `findings.json` and `findings.parquet`."""
        folder.mkdir(parents=True, exist_ok=True)
        everything = f"select * from {TABLE} order by severity, {BY_PLACE}"
        marked = everything.replace("select *", 'select rule_id as "\ufeffrule_id", * exclude (rule_id)', 1)
        for name, query, options in (
            ("findings.csv", marked, "format csv, header"),
            ("findings.json", everything, "format json, array true"),
            ("findings.parquet", everything, "format parquet"),
        ):
            self.connection.execute(f"copy ({query}) to {literal(str(folder / name))} ({options})")


def has_column(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> bool:
    """Whether a table of the build file has a column."""
    found = connection.execute(
        "select count(*) from duckdb_columns() where database_name = current_database() and schema_name = ?"
        " and table_name = ? and column_name = ?",
        [schema, table, column],
    ).fetchone()
    return bool(found and found[0])


def describe(finding: Finding, messages: Messages) -> str:
    """A finding as one block of lines: what, where, found, expected, what to do."""
    where = {
        "file": finding.file or finding.table,
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "keys": finding.keys,
        "found": finding.found,
        "expected": finding.expected,
    }
    lines = [f"{messages.text('labels', finding.severity)}: {visible(finding.title)}"]
    lines += [
        f"  {messages.text('labels', name)}: {visible(value)}" for name, value in where.items() if value is not None
    ]
    if finding.action:
        lines.append(f"  {messages.text('labels', 'action')}: {visible(finding.action)}")
    return "\n".join(lines)


def as_json(finding: Finding) -> dict[str, object]:
    """A finding as a JSON object, without what is unknown."""
    return {name: value for name, value in asdict(finding).items() if value is not None}


def keys_text(keys: dict[str, object]) -> str:
    """Key columns as JSON text, in the order given."""
    return json.dumps(keys, ensure_ascii=False, default=str)
