"""Records of text and Parquet files as DuckDB reads them, each with the number that a spreadsheet shows.

A quoted line break does not start a new record; blank lines and records that cannot be read count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from junheng.landing.model import ParquetRows, TextRows
from junheng.landing.sql import literal, quoted
from junheng.landing.text_scan import blank_records

REJECTED = {"MISSING COLUMNS": "too_few_cells", "TOO MANY COLUMNS": "too_many_cells"}
# So much of a line that is no record is kept: enough to tell a note or a total from a row.
KEPT_OF_LINE = 4000


@dataclass(frozen=True)
class Gaps:
    """Numbers of records that are not among the rows: what could not be read, and empty lines."""

    rejected: int
    blank: int

    @property
    def has_any(self) -> bool:
        """Whether the numbers of rows are not simply counted."""
        return self.rejected + self.blank > 0


def cell(position: int) -> str:
    """The name of a column of a file; the first one is 0."""
    return f"c{position}"


def stored(position: int) -> str:
    """The name of a column of a Parquet file whose values are not turned into text."""
    return f"s{position}"


def text_reader(rows: TextRows, width: int) -> str:
    """A call of DuckDB's CSV reader that gives every cell as text and keeps what is no record in `reject_errors`."""
    columns = ", ".join(f"{literal(cell(position))}: 'varchar'" for position in range(width))
    return (
        f"read_csv({path_literal(rows.path)}, auto_detect = false, header = false, skip = {rows.skip},"
        f" delim = {literal(rows.delimiter)}, quote = '\"', escape = '\"', nullstr = '', store_rejects = true,"
        f" columns = {{{columns}}})"
    )


def parquet_reader(connection: duckdb.DuckDBPyConnection, rows: ParquetRows) -> str:
    """A query in brackets that gives every value as the text that says exactly the same and as it is, and `_number`."""
    cells = ", ".join(
        f"cast({quoted(name)} as varchar) as {cell(place)}, {quoted(name)} as {stored(place)}"
        for place, name in enumerate(parquet_columns(connection, rows.path))
    )
    source = f"read_parquet({path_literal(rows.path)}, file_row_number = true)"
    return f"(select file_row_number + 1 as _number, {cells} from {source})"


def parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """The columns of a Parquet file and their types. Raises duckdb.Error when its footer cannot be read."""
    described = connection.execute(f"describe select * from read_parquet({path_literal(path)})").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def take_gaps(connection: duckdb.DuckDBPyConnection, rows: TextRows) -> Gaps:
    """After a text file was read: fill `scratch.reject` (rule_id, record, found) and `scratch.gap` (record)."""
    rules = " ".join(f"when '{kind}' then '{rule}'" for kind, rule in REJECTED.items())
    connection.execute(
        f"create or replace table scratch.reject as select case error_type::varchar {rules} else 'broken_record' end"
        f" as rule_id, cast(line as bigint) as record, left(min(csv_line), {KEPT_OF_LINE}) as found"
        " from reject_errors group by 1, 2"
    )
    connection.execute("drop table reject_errors")
    connection.execute("drop table reject_scans")
    # Records that break two rules are one record.
    connection.execute(
        "create or replace table scratch.reject as select min(rule_id) as rule_id, record, min(found) as found"
        " from scratch.reject group by record"
    )
    # A line of nothing but white space is an empty line.
    (rejected, white) = connection.execute(
        "select count(*) filter (trim(found) <> ''), count(*) filter (trim(found) = '') from scratch.reject"
    ).fetchone() or (0, 0)
    connection.execute("create or replace table scratch.gap as select record from scratch.reject")
    connection.execute("delete from scratch.reject where trim(found) = ''")
    blank: list[int] = []
    if rows.has_blank_line:
        numbers = blank_records(rows.path, rows.delimiter, has_quote=rows.has_quote)
        blank = [number for number in numbers if number > rows.skip]
    if blank:
        connection.execute(f"insert into scratch.gap select unnest([{', '.join(map(str, blank))}])")
    return Gaps(int(rejected), len(blank) + int(white))


def number_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: TextRows, gaps: Gaps) -> None:
    """Give the rows of a raw table that have no number yet theirs: they were inserted in the order of the file."""
    (first,) = connection.execute(f"select min(rowid) from {table} where _source_row is null").fetchone() or (None,)
    if first is None:
        return
    counted = f"rowid - {first} + {rows.first_row}"
    if not gaps.has_any:
        connection.execute(f"update {table} set _source_row = {counted} where _source_row is null")
        return
    # Gap i at record g has g - first_row - i good records before it: a good record's number grows by the gaps before.
    connection.execute(
        "create or replace table scratch.numbered as"
        " with gaps as (select record, row_number() over (order by record) as place from scratch.gap),"
        " steps as (select record - place as counted_before, max(place) as gaps_before from gaps group by all),"
        f" landed as (select rowid as place, {counted} as counted from {table} where _source_row is null)"
        " select landed.place, landed.counted + coalesce(steps.gaps_before, 0) as number"
        " from landed asof left join steps on landed.counted > steps.counted_before"
    )
    connection.execute(
        f"update {table} set _source_row = numbered.number from scratch.numbered as numbered"
        f" where {table}.rowid = numbered.place"
    )


def path_literal(path: Path) -> str:
    """A path for DuckDB's readers, which would take `*`, `?` and `[` for patterns."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
