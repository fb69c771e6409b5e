"""`--public`: the report is written from a copy of the warehouse in which nothing stands that may not be published."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted
from junheng.query import first_line, open_published
from junheng.report.facts import Facts
from junheng.report.masking import Key, Subjects, rules, subjects

TEXT = "VARCHAR"
FLOW = ("graduates", "entrants", "transfers_in", "transfers_out", "suspended", "resumed", "deaths")
# A number of persons below ten that stands alone in the text of a finding.
FINDING_KEYS = ("school_year", "school_code", "stage", "indicator_id")
FEW = r"(^|[^0-9.])[1-9](\.0+)?([^0-9.]|$)"


class PublicFacts(Facts):
    """Facts of a masked copy: what is hidden does not stand in it, so that no output can show it.

    The copy lies in a folder of its own that goes when the facts are closed.
    """

    is_public = True

    def __init__(self, warehouse: Path) -> None:
        """Raises UsageError when there is no warehouse or an older one, MachineError when it cannot be copied."""
        with Facts(warehouse):
            pass
        self._folder = Path(mkdtemp(prefix="junheng-public-"))
        try:
            copy = self._folder / "public.duckdb"
            write_masked(warehouse, copy)
            super().__init__(copy)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def close(self) -> None:
        """Give the file back and remove it."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)


def write_masked(warehouse: Path, copy: Path) -> None:
    """Write the masked copy of a warehouse. Raises MachineError when that cannot be done."""
    with open_published(warehouse) as source:
        found = subjects(source)
    try:
        with duckdb.connect(str(copy)) as connection:
            connection.execute(f"attach {literal(str(warehouse))} as source (read_only)")
            for schema, table in handed_on(connection):
                connection.execute(f"create schema if not exists {quoted(schema)}")
                name = f"{quoted(schema)}.{quoted(table)}"
                connection.execute(f"create table {name} as from source.{name}")
            connection.execute("detach source")
            _name_subjects(connection, found)
            _round_what_adds_up(connection, found)
            for rule in rules()["hide"]:
                _hide(connection, rule)
            for rule in rules()["leave_out"]:
                _leave_out(connection, rule)
            for table, columns in rules()["written"].items():
                _leave_out_texts(connection, table, columns)
            _hide_components(connection)
            _word_verdicts(connection)
            _leave_out_findings(connection)
            connection.execute("drop schema hidden cascade")
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=warehouse, found=first_line(error)) from error


def handed_on(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Tables of the attached source that are copied. A mart that no rule decides about is not."""
    decided = {rule["table"] for kind in ("hide", "leave_out") for rule in rules()[kind]} | set(
        rules()["nothing_to_hide"]
    )
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'source' order by all"
    ).fetchall()
    return [
        (schema, table)
        for schema, table in rows
        if f"{schema}.{table}" in decided or schema in ("standards", "published") or table in rules().get(schema, ())
    ]


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    schema, name = table.split(".")
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database()"
        " and schema_name = ? and table_name = ?",
        [schema, name],
    ).fetchall()
    return {str(column): str(kind) for column, kind in rows}


def _name_subjects(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Tables of what is hidden, in a schema that is dropped at the end."""
    connection.execute("create schema hidden")
    on = {rule["subject"]: rule["on"] for kind in ("hide", "leave_out") for rule in rules()[kind]}
    on["component"] = ["graduated_in", "county_code", "school_code", "component"]
    for subject, names in on.items():
        types = ["int" if name.endswith("_year") or name == "graduated_in" else "varchar" for name in names]
        declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(names, types, strict=True))
        connection.execute(f"create table hidden.{subject} ({declared})")
        keys: list[Key] = sorted(found.get(subject, ()), key=str)
        if keys:
            lists = ", ".join(f"unnest(?::{kind}[])" for kind in types)
            connection.execute(
                f"insert into hidden.{subject} select {lists}", [list(column) for column in zip(*keys, strict=True)]
            )


def _matches(subject: str, names: list[str]) -> str:
    equal = " and ".join(f"hidden.{subject}.{quoted(name)} is not distinct from t.{quoted(name)}" for name in names)
    return f"exists (select 1 from hidden.{subject} where {equal})"


def _hide(connection: duckdb.DuckDBPyConnection, rule: dict[str, Any]) -> None:
    """Hide the columns of a rule wherever its subject stands: the sign in texts, NULL elsewhere. NULL stays NULL."""
    kinds = _columns(connection, rule["table"])
    if not kinds:
        return
    sign = literal(rules()["sign"])
    changes = [
        f"{quoted(name)} = "
        + (f"case when {quoted(name)} is not null then {sign} end" if name.endswith("_shown") else "null")
        for name in rule["columns"]
    ]
    if rule.get("standing"):
        words = {"standing": rules()["standing"], "sign": rules()["sign"]}
        words |= {f"standing_{language}": rules()[f"standing_{language}"] for language in ("zh", "en")}
        changes += [f"{quoted(name)} = {literal(word)}" for name, word in words.items()]
    connection.execute(
        f"update {rule['table']} as t set {', '.join(changes)} where {_matches(rule['subject'], rule['on'])}"
    )


def _leave_out(connection: duckdb.DuckDBPyConnection, rule: dict[str, Any]) -> None:
    if _columns(connection, rule["table"]):
        connection.execute(f"delete from {rule['table']} as t where {_matches(rule['subject'], rule['on'])}")


def _leave_out_texts(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> None:
    """Texts that people wrote, in every row of a table."""
    if _columns(connection, table):
        connection.execute(f"update {table} set {', '.join(f'{quoted(name)} = null' for name in columns)}")


def _hide_components(connection: duckdb.DuckDBPyConnection) -> None:
    """The components of retention: each is hidden where it, or what it completes, is few."""
    on = ["graduated_in", "county_code", "school_code"]
    for name in FLOW:
        match = _matches("component", on).removesuffix(")") + f" and component = {literal(name)})"
        connection.execute(f"update marts.fct_retention as t set {name} = null where {match}")
        connection.execute(
            f"update display.shown_retention as t set {name}_shown = {literal(rules()['sign'])}"
            f" where {match} and {name}_shown is not null"
        )


def _round_what_adds_up(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """A mean or a share with all its digits is an equation between hidden cells: they keep those that are shown."""
    if not found["coefficient"]:
        return
    key = ["school_year", "county_code", "stage", "indicator_id"]
    equal = " and ".join(f"s.{name} = t.{name}" for name in key)
    for column, shown in (("mean", "mean_shown"), ("std_dev", "std_dev_shown"), ("cv", "value_shown")):
        connection.execute(
            f"update marts.fct_county_difference as t set {column} = try_cast((select max(s.{shown})"
            f" from display.shown_county_difference s where {equal}) as double) where {_matches('coefficient', key)}"
        )
    connection.execute(
        "update display.shown_difference_share as t set share = try_cast(share_pct_shown as double) / 100"
        f" where {_matches('coefficient', key)}"
    )


def _word_verdicts(connection: duckdb.DuckDBPyConnection) -> None:
    """Sentences and the worst ratio without what is hidden; the word for it joins the vocabulary."""
    match = _matches("verdict", ["school_year", "school_code", "stage"])
    connection.execute(
        "update display.shown_unit_verdict as t set sentence_zh = regexp_replace(sentence_zh, '；余项.*$', ''),"
        f" sentence_en = regexp_replace(sentence_en, '; the other .*$', '') where {match}"
    )
    connection.execute(
        "update display.shown_school as t set worst_ratio = (select min(s.ratio_to_threshold)"
        " from display.shown_unit_indicator s where s.school_year = t.school_year and s.school_code = t.school_code)"
        " where exists (select 1 from hidden.verdict v"
        " where v.school_year = t.school_year and v.school_code = t.school_code)"
    )
    connection.execute(
        "insert into display.display_words (kind, word, position, sign, zh, en) values ('standing', ?, 9, ?, ?, ?)",
        [rules()["standing"], rules()["sign"], rules()["standing_zh"], rules()["standing_en"]],
    )


def _leave_out_findings(connection: duckdb.DuckDBPyConnection) -> None:
    """Findings that point at persons or at hidden cells; their number stands in quality.rule_result."""
    parts = {name: rf"regexp_extract(keys, '\"{name}\":\"?([^\",}}]*)', 1)" for name in FINDING_KEYS}
    listed = ", ".join(f"{expression} as {name}" for name, expression in parts.items())
    connection.execute(f"create table hidden.finding as select rowid as row_no, {listed} from quality.failing_row")
    connection.execute(
        "delete from quality.failing_row where table_name = 'raw.staff' or contains(keys, '\"staff_id\"')"
        " or rowid in (select f.row_no from hidden.finding f inner join hidden.cell c"
        " on f.school_year = c.school_year::varchar and f.school_code = c.school_code and f.stage = c.stage"
        " and f.indicator_id = c.indicator_id)"
    )
    sign, few = literal(rules()["sign"]), literal(FEW)
    connection.execute(
        f"update quality.failing_row set actual = case when actual is not null then {sign} end,"
        f" required = case when required is not null then {sign} end"
        " where table_name in ('raw.enrolment', 'marts.fct_retention') or (table_name <> 'marts.fct_unit_verdict'"
        f" and (regexp_matches(coalesce(actual, ''), {few}) or regexp_matches(coalesce(required, ''), {few})"
        " or rowid in (select f.row_no from hidden.finding f inner join hidden.school s using (school_code))))"
    )
