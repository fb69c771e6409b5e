"""The records of a CSV file as text in the scratch database, each with its number in the file.

The header is record 1. A quoted line break does not start a new record; blank lines and records that cannot be read
count, so that a number leads to the row a spreadsheet shows.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from junheng.landing.csv_source import CsvSource, blank_records, with_one_line_end
from junheng.landing.sql import literal, quoted
from junheng.landing.strict_cells import trimmed

REJECTED = {"MISSING COLUMNS": "too_few_cells", "TOO MANY COLUMNS": "too_many_cells"}


def read_records(connection: duckdb.DuckDBPyConnection, source: CsvSource, headers: list[str], spare: Path) -> None:
    """Fill `scratch.record` (all cells as text, `_source_row`) and `scratch.reject` (rule_id, record, found).

    `headers` names every column of the file. `spare` is where a copy may be written when the file needs one.
    """
    path = with_one_line_end(source.path, spare) if source.has_mixed_line_ends else source.path
    _read(connection, path, headers)
    connection.execute("create or replace table scratch.gap as select distinct record from scratch.reject")
    if source.has_blank_line and (blank := blank_records(source.path)):
        connection.execute(f"insert into scratch.gap select unnest([{', '.join(map(str, blank))}])")
    # Gap i at record g has g - 1 - i good records before it: a good record's number grows by the gaps before it.
    all_empty = " and ".join(f"{trimmed(name)} is null" for name in headers)
    connection.execute(
        "create or replace table scratch.record as"
        " with gaps as (select record, row_number() over (order by record) as place from scratch.gap),"
        " steps as (select record - 1 - place as records_before, max(place) as gaps_before from gaps group by all)"
        " select cells.* exclude (_position), cells._position + 1 + coalesce(steps.gaps_before, 0) as _source_row"
        " from scratch.cells as cells asof left join steps on cells._position > steps.records_before"
        f" where not ({all_empty})"
    )


def _read(connection: duckdb.DuckDBPyConnection, path: Path, headers: list[str]) -> None:
    """Read with DuckDB's strict reader. A file of one column is none of ours: its records are not read."""
    if len(headers) == 1:
        connection.execute(f"create or replace table scratch.cells (_position bigint, {quoted(headers[0])} varchar)")
        connection.execute("create or replace table scratch.reject (rule_id varchar, record bigint, found varchar)")
        return
    columns = "{" + ", ".join(f"{literal(name)}: 'varchar'" for name in headers) + "}"
    connection.execute(
        "create or replace table scratch.cells as select row_number() over () as _position, * from read_csv("
        f"{path_literal(path)}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"',"
        f" all_varchar = true, nullstr = '', store_rejects = true, columns = {columns})"
    )
    rules = " ".join(f"when '{kind}' then '{rule}'" for kind, rule in REJECTED.items())
    connection.execute(
        f"create or replace table scratch.reject as select case error_type::varchar {rules} else 'broken_record' end"
        " as rule_id, line as record, left(min(csv_line), 200) as found from reject_errors group by 1, 2"
    )
    connection.execute("drop table reject_errors")
    connection.execute("drop table reject_scans")


def path_literal(path: Path) -> str:
    """A path for DuckDB's readers, which would take `*`, `?` and `[` for patterns."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
