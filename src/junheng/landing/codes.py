"""Leading zeros that a spreadsheet ate, put back where only one code fits.

A school's code is put right when the table of schools does not know it and knows exactly one that is the same with
zeros before it. Identifiers that stand in one table only are put right when the column of the file still has some with
their zeros: then all others are as long as those, and no two become one. Anything else stays as it is, for the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawTable

SCHOOLS, SCHOOL_CODE = "schools", "school_code"
REFERRING = (SCHOOL_CODE, "parent_code")
OWN = ("staff_id", "class_no", "room_id")
YEARS = ("school_year", "fiscal_year")
CONVERSION = "leading_zeros_restored"


@dataclass(frozen=True)
class RestoredCode:
    """A cell of a raw table whose leading zeros were put back."""

    table: str
    file: str
    sheet: str | None
    row: int
    column: str
    before: str
    after: str


def restore_leading_zeros(
    connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable]
) -> tuple[RestoredCode, ...]:
    """Put leading zeros back in the filled raw tables; gives every cell that was changed, in order."""
    restored: list[RestoredCode] = []
    for table in contract.values():
        names = {column.name for column in table.columns}
        for column in REFERRING:
            if column in names and (table.name, column) != (SCHOOLS, SCHOOL_CODE):
                restored += _apply(connection, table.name, column, _known(table, column))
        for column in OWN:
            if column in names:
                restored += _apply(connection, table.name, column, _in_file(table, column))
    return tuple(restored)


def _apply(connection: duckdb.DuckDBPyConnection, table: str, column: str, mending: str) -> Iterable[RestoredCode]:
    """`mending` gives the `place` (rowid) of each row to change, and the code `after`."""
    name, cell = f"raw.{quoted(table)}", quoted(column)
    connection.execute(f"create or replace table scratch.mended as {mending}")
    rows = connection.execute(
        f"select _source_file, _source_sheet, _source_row, {cell}, after from {name} as rows"
        " inner join scratch.mended on rows.rowid = place order by _source_file, _source_sheet, _source_row"
    ).fetchall()
    if rows:
        connection.execute(f"update {name} set {cell} = after from scratch.mended where {name}.rowid = place")
    return [RestoredCode(table, file, sheet, row, column, before, after) for file, sheet, row, before, after in rows]


def _known(table: RawTable, column: str) -> str:
    """Codes that the schools of their year do not have (of any year, when the table of schools lacks that year)."""
    cell = quoted(column)
    year = quoted(next(name for name in table.key if name in YEARS))
    return (
        "with codes as (select distinct school_year, school_code from raw.schools where school_code is not null),"
        f" met as (select distinct {year} as year, {cell} as code from raw.{quoted(table.name)}),"
        " asked as (select year, code from met where regexp_full_match(code, '[0-9]+')),"
        " years as (select distinct year from asked),"
        " known as (select year, school_code from years inner join codes on school_year = year"
        " union select year, school_code from (select year from years anti join codes on school_year = year), codes),"
        " unknown as (select year, code from asked anti join known on known.year = asked.year and school_code = code),"
        " fitting as (select unknown.year, code, min(school_code) as after from unknown inner join known"
        " on known.year = unknown.year and ltrim(school_code, '0') = ltrim(code, '0')"
        " and length(school_code) > length(code) and regexp_full_match(school_code, '[0-9]+')"
        " group by unknown.year, code having count(distinct school_code) = 1)"
        f" select rows.rowid as place, after from raw.{quoted(table.name)} as rows"
        f" inner join fitting on rows.{year} = fitting.year and rows.{cell} = fitting.code"
    )


def _in_file(table: RawTable, column: str) -> str:
    """Identifiers of digits that are shorter than all others of their file, some of which begin with a zero."""
    cell = quoted(column)
    others = ", ".join(quoted(name) for name in table.key if name != column)
    digits = f"regexp_full_match({cell}, '[0-9]+')"
    same_file = "rows._source_file = files._source_file and rows._source_sheet is not distinct from files._source_sheet"
    return (
        f"with mixed as (select _source_file, _source_sheet, max(length({cell})) as wide from raw.{quoted(table.name)}"
        f" group by all having bool_or(starts_with({cell}, '0')) and min(length({cell})) < wide),"
        " files as (select rows._source_file, rows._source_sheet, any_value(wide) as wide"
        f" from raw.{quoted(table.name)} as rows inner join mixed as files on {same_file} group by all"
        f" having bool_and(length({cell}) = wide or ({digits} and not starts_with({cell}, '0')))"
        f" and bool_or(starts_with({cell}, '0') and {digits})),"
        f" padded as (select rows.rowid as place, rows._source_file, rows._source_sheet, {cell} as code, {others},"
        f" lpad({cell}, cast(greatest(wide, length({cell})) as integer), '0') as after"
        f" from raw.{quoted(table.name)} as rows inner join files on {same_file}),"
        f" clear as (select *, count(distinct code) over (partition by _source_file, _source_sheet, {others}, after)"
        " as codes_here from padded)"
        " select place, after from clear where code <> after and codes_here = 1"
    )


def examples(restored: Iterable[RestoredCode], table: str, column: str, file: str, sheet: str | None) -> str:
    """A query of the restored cells of one column of one file in the shape that `Accounts.add_conversions` takes."""
    rows = [one for one in restored if (one.table, one.column, one.file, one.sheet) == (table, column, file, sheet)]
    values = ", ".join(f"({one.row}, {literal(one.before)}, {literal(one.after)})" for one in rows)
    return (
        f"select row_number, {literal(column)} as column_name, {literal(CONVERSION)} as conversion, before, after"
        f" from (values {values}) as cells(row_number, before, after)"
    )
