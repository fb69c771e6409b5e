"""The rows of a block as text in the scratch database, each with the number that a spreadsheet shows.

A quoted line break does not start a new record; blank lines and records that cannot be read count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from junheng.landing.model import Block, ParquetRows, TextRows
from junheng.landing.sql import literal, quoted
from junheng.landing.text_scan import blank_records

REJECTED = {"MISSING COLUMNS": "too_few_cells", "TOO MANY COLUMNS": "too_many_cells"}


@dataclass(frozen=True)
class Records:
    """How many rows of a block were read into `scratch.cells`, could not be read, and are empty lines."""

    cells: int
    rejected: int
    blank: int


def cell(position: int) -> str:
    """The name of the column of `scratch.cells` for a column of the file; the first one is 0."""
    return f"c{position}"


def read_records(connection: duckdb.DuckDBPyConnection, block: Block) -> Records:
    """Fill `scratch.cells` (`_source_row`, all cells as text) and `scratch.reject` (rule_id, record, found).

    Raises duckdb.Error for a Parquet file that is damaged.
    """
    width = len(block.headers)
    connection.execute("create or replace table scratch.reject (rule_id varchar, record bigint, found varchar)")
    blank: list[int] = []
    if isinstance(block.rows, TextRows):
        blank = _read_text(connection, block.rows, width)
    elif isinstance(block.rows, ParquetRows):
        _read_parquet(connection, block.rows)
    else:
        raise TypeError("rows of a worksheet are no records")
    return Records(
        _count(connection, "scratch.cells"), _count(connection, "scratch.reject"), len(blank) + block.blank_rows
    )


def _read_text(connection: duckdb.DuckDBPyConnection, rows: TextRows, width: int) -> list[int]:
    """Read with DuckDB's strict reader; gives the numbers of the empty lines."""
    connection.execute(
        "create or replace table scratch.record as select row_number() over () as _position, * from "
        f"{csv_reader(rows, [cell(position) for position in range(width)])}"
    )
    rules = " ".join(f"when '{kind}' then '{rule}'" for kind, rule in REJECTED.items())
    connection.execute(
        f"insert into scratch.reject select case error_type::varchar {rules} else 'broken_record' end,"
        " line, left(min(csv_line), 4000) from reject_errors group by 1, 2"
    )
    connection.execute("drop table reject_errors")
    connection.execute("drop table reject_scans")
    blank: list[int] = []
    if rows.has_blank_line:
        numbers = blank_records(rows.path, rows.delimiter, has_quote=rows.has_quote)
        blank = [number for number in numbers if number > rows.skip]
    connection.execute("create or replace table scratch.gap as select distinct record from scratch.reject")
    if blank:
        connection.execute(f"insert into scratch.gap select unnest([{', '.join(map(str, blank))}])")
    # Gap i at record g has g - first_row - i good records before it: a good record's number grows by the gaps before.
    connection.execute(
        "create or replace table scratch.cells as"
        " with gaps as (select record, row_number() over (order by record) as place from scratch.gap),"
        f" steps as (select record - {rows.first_row - 1} - place as records_before, max(place) as gaps_before"
        " from gaps group by all)"
        f" select record._position + {rows.first_row - 1} + coalesce(steps.gaps_before, 0) as _source_row,"
        " record.* exclude (_position)"
        " from scratch.record as record asof left join steps on record._position > steps.records_before"
    )
    connection.execute("drop table scratch.record")
    return blank


def csv_reader(rows: TextRows, names: list[str]) -> str:
    """A call of DuckDB's CSV reader that gives every cell as text and keeps what is no record in `reject_errors`."""
    columns = "{" + ", ".join(f"{literal(name)}: 'varchar'" for name in names) + "}"
    return (
        f"read_csv({path_literal(rows.path)}, auto_detect = false, header = false, skip = {rows.skip},"
        f" delim = {literal(rows.delimiter)}, quote = '\"', escape = '\"', nullstr = '', store_rejects = true,"
        f" columns = {columns})"
    )


def _read_parquet(connection: duckdb.DuckDBPyConnection, rows: ParquetRows) -> None:
    """Every value as the text that says exactly the same."""
    names = parquet_columns(connection, rows.path)
    texts = ", ".join(f"cast({quoted(name)} as varchar) as {cell(place)}" for place, name in enumerate(names))
    connection.execute(
        f"create or replace table scratch.cells as select file_row_number + 1 as _source_row, {texts}"
        f" from read_parquet({path_literal(rows.path)}, file_row_number = true)"
    )


def parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The names of the columns of a Parquet file. Raises duckdb.Error when its footer cannot be read."""
    described = connection.execute(f"describe select * from read_parquet({path_literal(path)})").fetchall()
    return [str(name) for name, *_ in described]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def path_literal(path: Path) -> str:
    """A path for DuckDB's readers, which would take `*`, `?` and `[` for patterns."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
