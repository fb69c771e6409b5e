"""What a landing has found, as it stands in the build file: for each file, for each raw table, and all findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import duckdb

from junheng.findings import BY_PLACE, CRITICAL, TABLE, WARNING, Finding
from junheng.landing.accounting import PARTS
from junheng.landing.cells import quoted
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawTable

Row = dict[str, Any]
BATCH = 10_000
OF_A_RULE = 5
FIELDS = [column.name for column in fields(Finding)]


@dataclass(frozen=True)
class Source:
    """One row of `quality.source_file` (`facts`), its columns and conversions, and how many findings speak of it."""

    facts: Row
    reason: str | None
    columns: list[Row]
    conversions: list[Row]
    critical: int
    warnings: int

    @property
    def parts(self) -> dict[str, int]:
        """The kinds of rows that there are, with their counts."""
        return {part: self.facts[f"rows_{part}"] for part in PARTS if self.facts[f"rows_{part}"]}


@dataclass(frozen=True)
class TableReport:
    """What came together for one raw table. `depends` is what cannot be judged without it, when it is missing."""

    name: str
    title: str
    rows: int
    rows_rejected: int
    years: list[int]
    files: int
    depends: str | None

    @property
    def is_missing(self) -> bool:
        """Whether no file holds the table."""
        return not self.files


@dataclass
class LandingReport:
    """All of it. `shown` are the first findings; `all_findings` reads every one."""

    sources: list[Source]
    tables: list[TableReport]
    critical: int
    warnings: int
    shown: list[Finding]
    by_rule: list[Row]
    rules: dict[str, int] = field(default_factory=dict)

    @property
    def files(self) -> int:
        """How many files were handed in."""
        return len({source.facts["file"] for source in self.sources})

    @property
    def rows(self) -> dict[str, int]:
        """The rows that were read, and what became of them."""
        parts = {part: sum(source.facts[f"rows_{part}"] for source in self.sources) for part in PARTS}
        return {"read": sum(source.facts["rows_read"] for source in self.sources), **parts}

    def as_json(self) -> Row:
        """The report as a JSON object, without the findings."""
        return {
            "counts": {
                "files": self.files,
                "sources": len(self.sources),
                **{f"rows_{part}": rows for part, rows in self.rows.items()},
                CRITICAL: self.critical,
                WARNING: self.warnings,
            },
            "tables": [
                {
                    "table": table.name,
                    "title": table.title,
                    "is_missing": table.is_missing,
                    "rows": table.rows,
                    "rows_rejected": table.rows_rejected,
                    "years": table.years,
                    "files": table.files,
                    "depends": table.depends,
                }
                for table in self.tables
            ],
            "sources": [
                {
                    **source.facts,
                    "reason_text": source.reason,
                    CRITICAL: source.critical,
                    WARNING: source.warnings,
                    "columns": source.columns,
                    "conversions": source.conversions,
                }
                for source in self.sources
            ],
            "rules": self.rules,
            "found_by_rule": self.by_rule,
        }


def read_report(
    connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable], messages: Messages, shown: int
) -> LandingReport:
    """Read the report of a landing whose accounts are written and whose findings are in words."""
    sources = list(_sources(connection, messages))
    counts = dict(connection.execute(f"select severity, count(*) from {TABLE} group by all").fetchall())
    return LandingReport(
        sources,
        [_table(connection, table, sources, messages) for table in contract],
        counts.get(CRITICAL, 0),
        counts.get(WARNING, 0),
        first_of_each_rule(connection, shown),
        _by_rule(connection),
    )


def all_findings(connection: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Every finding as a JSON object, errors first, by place."""
    cursor = connection.cursor()
    cursor.execute(f"select * from {TABLE} order by severity, {BY_PLACE}, found, expected, keys")
    while batch := cursor.fetchmany(BATCH):
        for row in batch:
            yield {name: value for name, value in zip(FIELDS, row, strict=True) if value is not None}


def first_of_each_rule(connection: duckdb.DuckDBPyConnection, limit: int) -> list[Finding]:
    """The first findings, errors before warnings: of each rule its first place, then its second, up to `limit` in all.

    They come rule by rule, each by place: a rule that fails a thousand times does not hide the others.
    """
    place = f"{BY_PLACE}, found, expected, keys"
    rows = connection.execute(
        f"with ranked as (select *, row_number() over (partition by severity, rule_id, title order by {place}) as rank"
        f" from {TABLE} qualify rank <= {OF_A_RULE}),"
        f" placed as (select *, row_number() over (order by severity, {place}) as place from ranked),"
        f" chosen as (select * from placed order by severity, rank, place limit {limit}),"
        " grouped as (select *, min(place) over (partition by severity, rule_id, title) as group_place from chosen)"
        " select * exclude (rank, place, group_place) from grouped order by severity, group_place, place"
    ).fetchall()
    return [Finding(*row) for row in rows]


def _by_rule(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    rows = connection.execute(
        f"select severity, rule_id, title, action, count(*) from {TABLE} group by all order by severity, count(*) desc,"
        " rule_id, title"
    ).fetchall()
    return [dict(zip(("severity", "rule_id", "title", "action", "count"), row, strict=True)) for row in rows]


def _sources(connection: duckdb.DuckDBPyConnection, messages: Messages) -> Iterator[Source]:
    columns = _by_place(connection, "landing_column", "position nulls last, column_name")
    conversions = _by_place(connection, "landing_conversion", "column_name, conversion")
    faults: dict[tuple[str, str | None], dict[str, int]] = {}
    for file, sheet, severity, count in connection.execute(
        f"select file, sheet, severity, count(*) from {TABLE} where file is not null group by all"
    ).fetchall():
        faults.setdefault((file, sheet), {})[severity] = count
    for row in _rows(connection, "select * from quality.source_file order by file, rowid"):
        place = row["file"], row["sheet"], row["block"]
        found = faults.get(place[:2], {})
        for conversion in conversions.get(place, []):
            conversion["examples"] = json.loads(conversion["examples"] or "[]")
            conversion["title"] = _text(messages, ("conversions",), conversion["conversion"])
        yield Source(
            row,
            _text(messages, ("reading_reasons", "findings"), row["reason"]),
            columns.get(place, []),
            conversions.get(place, []),
            found.get(CRITICAL, 0),
            found.get(WARNING, 0),
        )


def _by_place(
    connection: duckdb.DuckDBPyConnection, table: str, order: str
) -> dict[tuple[str, str | None, int | None], list[Row]]:
    found: dict[tuple[str, str | None, int | None], list[Row]] = {}
    for row in _rows(connection, f"select * from quality.{table} order by {order}"):
        found.setdefault((row.pop("file"), row.pop("sheet"), row.pop("block")), []).append(row)
    return found


def _table(connection: duckdb.DuckDBPyConnection, name: str, sources: list[Source], messages: Messages) -> TableReport:
    mine = [source.facts for source in sources if source.facts["table_name"] == name]
    row = connection.execute(f"select count(*) from raw.{quoted(name)}").fetchone() or (0,)
    depends = None
    if not mine and name in catalogue()["depends_on_table"]:
        depends = messages.text("depends_on_table", name)
    return TableReport(
        name,
        messages.text("tables", name),
        row[0],
        sum(facts["rows_rejected"] for facts in mine),
        sorted({year for facts in mine for year in facts["school_years"] or ()}),
        len({facts["file"] for facts in mine}),
        depends,
    )


def _text(messages: Messages, sections: tuple[str, ...], key: str | None) -> str | None:
    """The words for an id, from the first section that has it; the id itself is better than nothing."""
    if key is None:
        return None
    for section in sections:
        if key in catalogue().get(section, {}):
            return messages.text(section, key)
    return key


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
