"""The rows of one block on their way: into the raw table as they are, or kept as text to be judged."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from junheng.landing.cells import is_plain_read, plain_value
from junheng.landing.model import Block, GridRows, ParquetRows, Reading, TextRows
from junheng.landing.odd_rows import OddRows
from junheng.landing.outcome import OpenBlock
from junheng.landing.parquet_file import parquet_error
from junheng.landing.records import (
    Gaps,
    cell,
    number_rows,
    parquet_columns,
    parquet_reader,
    stored,
    take_gaps,
    text_reader,
)
from junheng.landing.refused import refused
from junheng.landing.scaled_cells import count_in_records
from junheng.landing.shape import AS_IT_IS, Shape, shape_of
from junheng.landing.sql import literal, quoted
from junheng.landing.typed_cells import TypedCell, typed_cell
from junheng.raw_contract import RawTable

NO_GAPS = Gaps(0, 0)


class BlockRows:
    """Reads the rows of one block after the other."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable], odd: OddRows) -> None:
        self.connection = connection
        self.contract = contract
        self.odd = odd

    def count(self, block: Block) -> tuple[int, int]:
        """How many rows of data and how many blank ones a block has that is not landed."""
        if isinstance(block.rows, GridRows):
            return len(block.rows.rows), block.blank_rows
        # Every cell is asked for: a reader that may skip cells does not see what is no record.
        cells = ", ".join(cell(position) for position in range(len(block.headers)))
        query = f"select count(*), max(strlen(concat({cells}))) from {self._reader(block)}"
        try:
            # What is no record is written when the last row was fetched.
            ((rows, _),) = self.connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise _unreadable(block, error) from error
        gaps = take_gaps(self.connection, block.rows) if isinstance(block.rows, TextRows) else NO_GAPS
        return int(rows) + gaps.rejected, gaps.blank + block.blank_rows

    def read(self, one: OpenBlock) -> None:
        """Read the rows of a block in one pass: those in which all cells are plain are landed, others kept as text.

        Raises FileRefusedError for a Parquet file that turns out to be damaged.
        """
        block = one.block
        table = self.contract[one.table]
        shape = shape_of(table, one.reading)
        if isinstance(block.rows, GridRows):
            self.odd.add_grid(one, shape, block.rows)
            return
        texts = _texts(one.reading)
        raw = f"raw.{quoted(table.name)}"
        self.connection.execute(f"alter table {raw} add column _odd varchar[]")
        try:
            rows = self._insert(one, table, texts, shape)
            gaps = NO_GAPS
            if isinstance(block.rows, TextRows):
                gaps = take_gaps(self.connection, block.rows)
                number_rows(self.connection, raw, block.rows, gaps)
            if scaled := shape.scaled(table):
                count_in_records(self.connection, one, raw, self._reader(block), scaled)
            odd = self._move_odd(one, table, shape, texts)
        finally:
            self.connection.execute(f"alter table {raw} drop column _odd")
        if gaps.rejected:
            self._keep_rejects(one, shape, texts)
        one.rows_landed = rows - odd
        one.rows_blank = gaps.blank + block.blank_rows
        one.rows_read = rows + gaps.rejected + one.rows_blank + len(block.header_rows) + len(block.titles)

    def _reader(self, block: Block) -> str:
        if isinstance(block.rows, ParquetRows):
            return parquet_reader(self.connection, block.rows)
        if isinstance(block.rows, TextRows):
            return text_reader(block.rows, len(block.headers))
        raise TypeError("rows of a worksheet are no records")

    def _typed(self, one: OpenBlock, table: RawTable, shape: Shape) -> dict[str, TypedCell]:
        """The columns of a Parquet file whose cells need not be written as text, by their names in the raw table."""
        rows = one.block.rows
        if not isinstance(rows, ParquetRows):
            return {}
        kinds = [*parquet_columns(self.connection, rows.path).values()]
        columns = {column.name: column for column in table.columns}
        found = {
            use.column: typed_cell(columns[use.column], kinds[use.position], stored(use.position))
            for use in one.reading.columns
            if shape.factor(use.column) == AS_IT_IS
        }
        return {name: typed for name, typed in found.items() if typed is not None}

    def _insert(self, one: OpenBlock, table: RawTable, texts: Mapping[str, str], shape: Shape) -> int:
        """Insert all rows, with the texts of their cells in `_odd` where one of them is not plain."""
        block = one.block
        present = [column for column in table.columns if column.name in texts]
        typed = self._typed(one, table, shape)
        tests = [
            typed[column.name].is_plain
            if column.name in typed
            else is_plain_read(column, texts[column.name], quoted(column.name), shape.factor(column.name))
            for column in present
        ]
        values_of = {
            column.name: typed[column.name].value
            if column.name in typed
            else plain_value(column, texts[column.name], shape.factor(column.name))
            for column in present
        }
        read = "".join(f", {value} as {quoted(name)}" for name, value in values_of.items())
        values = ", ".join(quoted(column.name) if column in present else "null" for column in table.columns)
        number = "_number" if isinstance(block.rows, ParquetRows) else "null"
        filled = " or ".join(f"{one_cell} is not null" for one_cell in _stored(block))
        plain = " and ".join([f"({filled})", *tests])
        try:
            inserted = self.connection.execute(
                f"insert into raw.{quoted(table.name)} select {values}, {literal(block.file.name)},"
                f" {_optional(block.sheet)}, {number}, case when not ({plain}) then [{_cells(block)}] end"
                f" from (select *{read} from {self._reader(block)})"
            ).fetchone() or (0,)
        except duckdb.Error as error:
            raise _unreadable(block, error) from error
        return int(inserted[0])

    def _move_odd(self, one: OpenBlock, table: RawTable, shape: Shape, texts: Mapping[str, str]) -> int:
        raw = f"raw.{quoted(table.name)}"
        (kept,) = self.connection.execute(f"select count(*) from {raw} where _odd is not null").fetchone() or (0,)
        if kept:
            values = self._listed(one, table, texts, "_odd")
            self.connection.execute(
                f"insert into {self.odd.table_of(shape)} select {one.number}, _source_file, _source_sheet,"
                f" _source_row, _odd, null, {values} from {raw} where _odd is not null order by _source_row"
            )
            self.connection.execute(f"delete from {raw} where _odd is not null")
        return int(kept)

    def _keep_rejects(self, one: OpenBlock, shape: Shape, texts: Mapping[str, str]) -> None:
        """Records that are none are kept too: a note or a total has fewer cells than the table has columns."""
        table = self.contract[one.table]
        cells = f"string_split(found, {literal(one.block.delimiter or ',')}) as _cells"
        self.connection.execute(
            f"insert into {self.odd.table_of(shape)} with reject as (select *, {cells} from scratch.reject)"
            f" select {one.number}, {literal(one.block.file.name)}, null, record, _cells, rule_id,"
            f" {self._listed(one, table, texts, '_cells')} from reject order by record"
        )

    def _listed(self, one: OpenBlock, table: RawTable, texts: Mapping[str, str], cells: str) -> str:
        """SQL for the texts of all columns of the raw table, from a list of all cells of the row."""
        positions = {use.column: use.position for use in one.reading.columns}
        return ", ".join(
            f"{cells}[{positions[column.name] + 1}]" if column.name in positions else texts.get(column.name, "null")
            for column in table.columns
        )


def _stored(block: Block) -> list[str]:
    """SQL for all cells of a row as they stand in the file."""
    of = stored if isinstance(block.rows, ParquetRows) else cell
    return [of(position) for position in range(len(block.headers))]


def _cells(block: Block) -> str:
    """SQL for the texts of all cells of a row, written where they are asked for and nowhere else."""
    return ", ".join(f"cast({one} as varchar)" for one in _stored(block))


def _unreadable(block: Block, error: duckdb.Error) -> Exception:
    """A damaged Parquet file is the file's fault; anything else is not."""
    if isinstance(block.rows, ParquetRows):
        return refused("parquet_unreadable", block.file, found=parquet_error(error))
    return error


def _texts(reading: Reading) -> dict[str, str]:
    """SQL for the text of every column of the raw table that the block has."""
    texts = {constant.column: literal(constant.value) for constant in reading.constants}
    return texts | {use.column: cell(use.position) for use in reading.columns}


def _optional(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else literal(text)
