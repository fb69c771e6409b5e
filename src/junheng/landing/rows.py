"""The rows of one block on their way: into the raw table as they are, or kept as text to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import duckdb

from junheng.landing.cells import is_plain, plain_value
from junheng.landing.model import Block, GridRows, ParquetRows, Reading
from junheng.landing.odd_rows import OddRows, Shape
from junheng.landing.outcome import OpenBlock
from junheng.landing.parquet_file import parquet_error
from junheng.landing.records import Records, cell, read_records
from junheng.landing.refused import refused
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawTable

# Space, tab, line feed, carriage return, no-break space, ideographic space.
WHITE_SPACE = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"
AS_IT_IS = Decimal(1)


class BlockRows:
    """Reads the rows of one block after the other."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        odd: OddRows,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.odd = odd

    def count(self, block: Block) -> tuple[int, int]:
        """How many rows of data and how many blank ones a block has that is not landed."""
        if isinstance(block.rows, GridRows):
            return len(block.rows.rows), block.blank_rows
        records = self._records(block)
        return records.cells + records.rejected, records.blank

    def read(self, one: OpenBlock) -> None:
        """Read the rows of a block: those in which all cells are plain are landed; what is no record is reported."""
        block = one.block
        table = self.contract[one.table]
        shape = _shape(table, one.reading)
        if isinstance(block.rows, GridRows):
            self.odd.add_grid(one, shape, block.rows)
            return
        records = self._records(block)
        one.rows_read = records.cells + records.rejected + records.blank
        one.rows_read += len(block.header_rows) + len(block.titles)
        place = f"{literal(block.file.name)}, {_optional(block.sheet)}, _source_row"
        texts = _texts(one.reading)
        plain = " and ".join(
            is_plain(column, texts[column.name]) if shape.factor(column.name) == AS_IT_IS else "false"
            for column in table.columns
            if column.name in texts
        )
        values = ", ".join(
            plain_value(column, texts[column.name]) if column.name in texts else "null" for column in table.columns
        )
        filled = f"not ({_is_empty(block)})"
        landed = self.connection.execute(
            f"insert into raw.{quoted(table.name)} select {values}, {place} from scratch.cells"
            f" where ({plain}) and {filled}"
        ).fetchone() or (0,)
        one.rows_landed = int(landed[0])
        kept = (0,)
        odd = self.odd.table_of(shape)
        if records.rejected:
            self._keep_rejects(one, odd, texts, table)
        if one.rows_landed < records.cells:
            all_cells = ", ".join(cell(position) for position in range(len(block.headers)))
            as_text = ", ".join(texts.get(column.name, "null") for column in table.columns)
            kept = self.connection.execute(
                f"insert into {odd} select {one.number}, {place}, [{all_cells}], null, {as_text} from scratch.cells"
                f" where not ({plain}) and {filled}"
            ).fetchone() or (0,)
        one.rows_blank = records.blank + records.cells - one.rows_landed - int(kept[0])

    def _records(self, block: Block) -> Records:
        try:
            return read_records(self.connection, block)
        except duckdb.Error as error:
            if isinstance(block.rows, ParquetRows):
                raise refused("parquet_unreadable", block.file, found=parquet_error(error)) from error
            raise

    def _keep_rejects(self, one: OpenBlock, odd: str, texts: Mapping[str, str], table: RawTable) -> None:
        """Records that are none are kept too: a note or a total has fewer cells than the table has columns."""
        delimiter = literal(one.block.delimiter or ",")
        cells = f"string_split(found, {delimiter}) as _cells"
        values = ", ".join(
            f"_cells[{use.position + 1}]" if use else texts.get(column.name, "null")
            for column in table.columns
            for use in [next((use for use in one.reading.columns if use.column == column.name), None)]
        )
        self.connection.execute(
            f"insert into {odd} with reject as (select *, {cells} from scratch.reject) select {one.number},"
            f" {literal(one.block.file.name)}, null, record, _cells, rule_id, {values} from reject"
        )


def _texts(reading: Reading) -> dict[str, str]:
    """SQL for the text of every column of the raw table that the block has."""
    texts = {constant.column: literal(constant.value) for constant in reading.constants}
    return texts | {use.column: cell(use.position) for use in reading.columns}


def _shape(table: RawTable, reading: Reading) -> Shape:
    factors = {constant.column: AS_IT_IS for constant in reading.constants}
    factors |= {use.column: use.factor for use in reading.columns}
    return Shape(
        table.name, tuple((column.name, factors[column.name]) for column in table.columns if column.name in factors)
    )


def _is_empty(block: Block) -> str:
    cells = (cell(position) for position in range(len(block.headers)))
    return " and ".join(f"({text} is null or trim({text}, {WHITE_SPACE}) = '')" for text in cells)


def _optional(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else literal(text)
