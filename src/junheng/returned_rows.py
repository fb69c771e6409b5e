"""Whose rows are wrong: findings and rows of raw tables by the school that has to correct them, as temporary tables.

`returned_problem`: the findings with their `owner` (a school code; NULL: no known school). `returned_row`: all rows of
these schools, and the wrong ones of nobody. `returned_school`: the schools that are known, with their names.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from junheng.findings import TABLE, has_column
from junheng.landing.accounting import PERSONAL_NUMBER
from junheng.landing.cells import literal, quoted
from junheng.messages import Messages
from junheng.templates.fields import TemplateField, TemplateTable

# Rows of one table that one workbook holds; `findings.csv` holds all.
MOST_ROWS = 20_000
WORK = ("returned_row", "returned_problem", "returned_school", "returned_place", "returned_file", "returned_own")
# The school that a row names if it is known, otherwise the only school of its file.
OWNER = "coalesce(known.school, whole.school)"
A_NUMBER = r"[+-]?[0-9]{1,15}(\.[0-9]*)?"


def collect(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, TemplateTable],
    messages: Messages,
    *,
    with_warnings: bool,
) -> None:
    """Fill the temporary tables from the findings, the raw tables and the rejected rows of the open build file."""
    rows = {name: _rows(connection, table, messages.text("returns", "hidden")) for name, table in tables.items()}
    names = ", ".join(literal(name) for name in tables)
    # Findings about the whole of what was handed in have a file but no table.
    about_data = f"(finding.table_name in ({names}) or (finding.table_name is null and finding.file is not null))"
    connection.execute(
        'create or replace temp table returned_place as select distinct table_name, file, sheet, "row"'
        f' from {TABLE} as finding where {about_data} and "row" is not null'
    )
    _find_schools(connection, rows)
    _find_files(connection, rows)
    _find_owners(connection, rows)
    triggers = "('critical', 'warning')" if with_warnings else "('critical')"
    connection.execute(
        "create or replace temp table returned_problem as"
        " with owned as (select finding.*, coalesce(own.owner, whole.school) as owner"
        f" from {TABLE} as finding left join returned_own as own on {_same('own', 'finding')}"
        f" left join returned_file as whole on whole.file = finding.file where {about_data})"
        f" select * from owned where severity in {triggers}"
        f" or owner in (select owner from owned where severity in {triggers})"
    )
    _gather(connection, rows)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables."""
    for name in WORK:
        connection.execute(f"drop table if exists {name}")


def _rows(connection: duckdb.DuckDBPyConnection, table: TemplateTable, hidden: str) -> str:
    """A query for the landed and the rejected rows of a table: place, school, cells as text."""
    name = literal(table.name)
    sheet = "_source_sheet" if has_column(connection, "raw", table.name, "_source_sheet") else "cast(null as varchar)"
    values = [(field, f"cast({quoted(field.column.name)} as varchar)") for field in table.fields]
    landed = ", ".join(_shown(field, value, hidden, is_landed=True) for field, value in values)
    code = "trim(school_code)" if table.is_of_schools else "cast(null as varchar)"
    queries = [
        f'select {name} as table_name, _source_file as file, {sheet} as sheet, _source_row as "row",'
        f" nullif({code}, '') as school, true as is_landed, [{landed}] as cells from raw.{quoted(table.name)}"
    ]
    if has_column(connection, "quality", "rejected_row", "cells"):
        texts = {field.column.name: _text(field.column.name) for field in table.fields}
        kept = ", ".join(_shown(field, texts[field.column.name], hidden, is_landed=False) for field in table.fields)
        code = f"trim({texts['school_code']})" if table.is_of_schools else "cast(null as varchar)"
        queries.append(
            f"select {name}, source_file, source_sheet, source_row, nullif({code}, ''), false, [{kept}]"
            f" from quality.rejected_row where table_name = {name}"
        )
    return "(" + " union all ".join(queries) + ")"


def _text(column: str) -> str:
    """SQL for the text of a column in a rejected row."""
    return f"json_extract_string(cells, {literal(f'$.{column}')})"


def _shown(field: TemplateField, text: str, hidden: str, *, is_landed: bool) -> str:
    """SQL for a cell without personal numbers."""
    is_number = field.column.data_type not in ("text", "code", "boolean")
    if is_landed and field.column.data_type != "text":
        return text
    allowed = f" and not regexp_full_match({text}, {literal(A_NUMBER)})" if is_number else ""
    is_personal = f"regexp_matches({text}, {literal(PERSONAL_NUMBER)}){allowed}"
    return f"case when {is_personal} then {literal(hidden)} else {text} end"


def _find_schools(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, str]) -> None:
    """Schools are those of the table of schools; when it is empty, every code that any table has."""
    fields = "school, cells[3] as name, cells[1] as school_year"
    connection.execute(
        "create or replace temp table returned_school as select school, arg_max(name, (school_year, name)) as name"
        f" from (select {fields} from {rows['schools']}) where school is not null group by school"
    )
    found = connection.execute("select count(*) from returned_school").fetchone()
    if found and not found[0]:
        codes = " union ".join(f"select school from {query}" for query in rows.values())
        connection.execute(f"insert into returned_school select school, null from ({codes}) where school is not null")


def _find_files(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, str]) -> None:
    """Files with wrong rows that hold rows of one school only: what names no school in them is of this school too."""
    schools = " union all ".join(
        f"select file, school from {query} where file in (select file from {TABLE})" for query in rows.values()
    )
    connection.execute(
        f"create or replace temp table returned_file as select file, min(school) as school from ({schools})"
        " group by file having count(distinct school) = 1 and min(school) in (select school from returned_school)"
    )


def _find_owners(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, str]) -> None:
    """Whom every row belongs to that a finding speaks of."""
    places = " union all ".join(
        'select landed.table_name, landed.file, landed.sheet, landed."row", landed.school'
        f" from {query} as landed inner join returned_place as place on {_same('place', 'landed')}"
        for query in rows.values()
    )
    connection.execute(
        f'create or replace temp table returned_own as select distinct on (table_name, file, sheet, "row") placed.*'
        f" exclude (school), {OWNER} as owner from ({places}) as placed {_joins('placed')}"
        " where owner is not null"
    )


def _gather(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, str]) -> None:
    """All rows of the schools with problems, and the wrong rows that belong to nobody."""
    shape = (
        'table_name varchar, file varchar, sheet varchar, "row" bigint, is_landed boolean, cells varchar[],'
        " owner varchar"
    )
    connection.execute(f"create or replace temp table returned_row ({shape})")
    for query in rows.values():
        facts = 'landed.table_name, landed.file, landed.sheet, landed."row", landed.is_landed, landed.cells'
        connection.execute(
            f"insert into returned_row select {facts}, {OWNER} as owner from {query} as landed"
            f" {_joins('landed')} where owner in (select owner from returned_problem)"
        )
        connection.execute(
            f"insert into returned_row select {facts}, null from {query} as landed {_joins('landed')}"
            f" where {OWNER} is null and (not landed.is_landed or exists (select 1 from returned_problem as"
            f" problem where {_same('problem', 'landed')}))"
            f' order by landed.file, landed.sheet, landed."row" limit {MOST_ROWS}'
        )


def _joins(rows: str) -> str:
    return (
        f"left join returned_school as known on known.school = {rows}.school"
        f" left join returned_file as whole on whole.file = {rows}.file"
    )


def _same(one: str, other: str) -> str:
    """SQL: both stand in the same row of what was handed in."""
    return (
        f"{one}.table_name = {other}.table_name and {one}.file is not distinct from {other}.file"
        f' and {one}.sheet is not distinct from {other}.sheet and {one}."row" = {other}."row"'
    )
