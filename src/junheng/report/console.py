"""The database of the SQL console: marts and shown figures of a county as SQLite, inlined in a classic script.

It holds what was judged and no row of a person. The same warehouse gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from junheng.landing.cells import quoted
from junheng.report.facts import Facts

SCHEMAS = ("display", "marts")
# A table with one of these columns tells of persons and stays outside.
OF_PERSONS = frozenset({"staff_id", "row_keys", "key_values", "pupil_id"})
WHOLE = ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "BOOLEAN")
BROKEN = ("DOUBLE", "FLOAT", "DECIMAL")

# Questions that people ask, in the language of the page where a column has two.
EXAMPLES = {
    "not_compliant": """select s.school_name, v.stage, v.met_count, v.verdict_class
from fct_unit_verdict v join shown_school s using (school_code)
where v.is_compliant = 0
order by v.met_count, v.other_ratio""",
    "worst": """select s.school_name, d.name_{lang}, i.stage, i.value_shown, i.threshold_shown, i.ratio_pct_shown
from shown_unit_indicator i join shown_school s using (school_code) join dim_indicator d using (indicator_id)
where i.standing in ('at_floor', 'below_floor')
order by i.ratio_to_threshold
limit 20""",
    "lacking": """select d.name_{lang}, r.stage, count(*) as units, sum(r.gap_to_threshold) as gap, r.gap_unit
from fct_remediation r join dim_indicator d using (indicator_id)
group by d.name_{lang}, r.stage, r.gap_unit
order by units desc, d.name_{lang}, r.stage""",
    "townships": """select s.township, count(*) as units, sum(v.is_compliant) as compliant
from fct_unit_verdict v join dim_school s using (school_code)
group by s.township
order by compliant * 1.0 / units, units desc""",
    "coefficients": """select stage_{lang}, name_{lang}, value_shown, threshold_shown, standing_{lang}
from shown_county_difference
order by cast(value_shown as real) desc""",
    "retention": """select graduated_in, formula_{lang}, value_shown, is_chosen
from shown_retention
where school_code is null and value_shown is not null
order by graduated_in desc, formula_position""",
}


@dataclass(frozen=True)
class Table:
    """A table of the console: its name there is that of the warehouse without the schema."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]

    def has(self, column: str) -> bool:
        """Whether it has a column."""
        return any(name == column for name, _ in self.columns)


def console_tables(facts: Facts) -> list[Table]:
    """The tables of marts and shown figures, in the order of their names."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    rows = facts.connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        " where table_schema in (?, ?) order by table_name, table_schema, ordinal_position",
        SCHEMAS,
    ).fetchall()
    for schema, name, column, kind in rows:
        found.setdefault((schema, name), []).append((column, kind))
    tables = [Table(schema, name, tuple(columns)) for (schema, name), columns in found.items()]
    return [table for table in tables if not any(table.has(column) for column in OF_PERSONS)]


def county_rows(facts: Facts, table: Table, county_code: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a county in the judged year; tables without county or year are whole."""
    equal: dict[str, Any] = {}
    if table.has("county_code"):
        equal["county_code"] = county_code
    if table.has("school_year"):
        equal["school_year"] = facts.school_year
    order = [name for name, _ in table.columns]
    for row in facts.rows(f"{table.schema}.{table.name}", order, **equal):
        yield tuple(_plain(value) for value in row.values.values())


def county_database(facts: Facts, county_code: str) -> bytes:
    """The SQLite database of a county."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("pragma page_size = 4096")
        connection.execute("begin")
        for table in console_tables(facts):
            columns = ", ".join(f"{quoted(name)} {_kind(kind)}".rstrip() for name, kind in table.columns)
            connection.execute(f"create table {quoted(table.name)} ({columns})")
            marks = ", ".join("?" for _ in table.columns)
            connection.executemany(
                f"insert into {quoted(table.name)} values ({marks})", county_rows(facts, table, county_code)
            )
        connection.execute("commit")
        connection.execute("vacuum")
        return connection.serialize()
    finally:
        connection.close()


def database_script(county_code: str, database: bytes) -> str:
    """The database as a classic script: `file://` forbids a page to fetch anything."""
    packed = base64.b64encode(gzip.compress(database, 9, mtime=0)).decode("ascii")
    key = json.dumps(county_code, ensure_ascii=True).replace("<", "\\u003c")
    return f'"use strict";\n(self.junhengDatabases ||= {{}})[{key}] = "{packed}";\n'


def examples(language: str) -> dict[str, str]:
    """The example queries by name, with the columns of a language."""
    return {name: query.replace("{lang}", language) for name, query in EXAMPLES.items()}


def _kind(kind: str) -> str:
    if kind.startswith(WHOLE):
        return "integer"
    return "real" if kind.startswith(BROKEN) else "text"


def _plain(value: Any) -> Any:
    """A value as SQLite holds it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str) else str(value)
