"""Cells that are plain but for the unit of their header: they are cast and multiplied, and each is counted.

A national year in 万元 costs little more than one in 元. Only the first cells of a column are looked up again, as the
examples of `quality.landing_conversion`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from junheng.landing.accounting import EXAMPLES, Accounts, Counted, Example, without_persons
from junheng.landing.model import Block, ParquetRows
from junheng.landing.outcome import OpenBlock
from junheng.landing.records import cell
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawColumn

CONVERSION = "unit_of_header"


def count_in_grids(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[tuple[RawColumn, str]],
    blocks: Mapping[int, OpenBlock],
) -> None:
    """Count the converted cells of worksheets. `rows` are the plain ones as text; `columns` have SQL for the value."""
    for column, value in columns:
        text = quoted(column.name)
        example = f"{{'row': _source_row, 'before': {without_persons(text)}, 'after': {_shown(value)}}}"
        found = connection.execute(
            f"select _block, count(*), arg_min({example}, _source_row, {EXAMPLES}) from {rows}"
            f" where nullif({text}, '') is not null group by _block order by _block"
        ).fetchall()
        for number, cells, examples in found:
            shown = tuple(Example(one["row"], one["before"], one["after"]) for one in examples)
            blocks[number].scaled.append((column.name, Counted(cells, shown)))


def count_in_records(
    connection: duckdb.DuckDBPyConnection, one: OpenBlock, raw: str, reader: str, columns: Sequence[RawColumn]
) -> None:
    """Count the converted cells of a text or Parquet file that was just inserted into a raw table.

    Rows with texts in `_odd` are not among them. `reader` gives the records of the file once more.
    """
    mine = f"{raw} where _source_file = {literal(one.block.file.name)}"
    (first,) = connection.execute(f"select min(rowid) from {mine}").fetchone() or (None,)
    positions = {use.column: use.position for use in one.reading.columns}
    for column in columns:
        name = quoted(column.name)
        example = f"{{'place': rowid, 'row': _source_row, 'after': {_shown(name)}}}"
        cells, found = connection.execute(
            f"select count(*), arg_min({example}, rowid, {EXAMPLES}) from {mine}"
            f" and _odd is null and {name} is not null"
        ).fetchone() or (0, None)
        if cells:
            by_place = {int(example["place"]) - int(first): example for example in found}
            texts = _texts(connection, one.block, reader, cell(positions[column.name]), list(by_place))
            shown = tuple(Example(by_place[at]["row"], text, by_place[at]["after"]) for at, text in texts)
            one.scaled.append((column.name, Counted(cells, shown)))


def account_for(accounts: Accounts, one: OpenBlock) -> None:
    """Put what was counted of a block beside what was counted of its other rows."""
    for column, counted in one.scaled:
        accounts.add_counted(one.block, column, CONVERSION, counted)


def _texts(
    connection: duckdb.DuckDBPyConnection, block: Block, reader: str, text: str, places: list[int]
) -> list[tuple[int, str]]:
    """The texts of a column in the records of these places; the first record is 0."""
    # Only as many records are read as are needed.
    number = "_number - 1" if isinstance(block.rows, ParquetRows) else "row_number() over () - 1"
    found = connection.execute(
        f"select place, {without_persons(text)} from (select {number} as place, {text} from {reader}"
        f" limit {max(places) + 1}) where place in ({', '.join(map(str, places))}) order by place"
    ).fetchall()
    connection.execute("drop table if exists reject_errors")
    connection.execute("drop table if exists reject_scans")
    return [(int(place), str(shown)) for place, shown in found]


def _shown(value: str) -> str:
    """A number as it is shown: without zeros behind its decimals."""
    shown = f"cast({value} as varchar)"
    return f"case when contains({shown}, '.') then rtrim(rtrim({shown}, '0'), '.') else {shown} end"
