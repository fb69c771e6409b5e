"""The rows of one block on their way: into the raw table as they are, or kept as text to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb

from junheng.findings import CRITICAL, TABLE
from junheng.landing.accounting import without_persons
from junheng.landing.cells import is_plain, plain_value
from junheng.landing.model import Block, GridRows, Reading
from junheng.landing.odd_rows import OddRows, Shape
from junheng.landing.outcome import OpenBlock
from junheng.landing.records import cell, read_records
from junheng.landing.sql import literal, quoted
from junheng.messages import Messages
from junheng.raw_contract import RawTable

# Space, tab, line feed, carriage return, no-break space, ideographic space.
WHITE_SPACE = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"
AS_IT_IS = Decimal(1)


class BlockRows:
    """Reads the rows of one block after the other. `spare` is a file that may be written and overwritten."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        odd: OddRows,
        messages: Messages,
        spare: Path,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.odd = odd
        self.messages = messages
        self.spare = spare

    def count(self, block: Block) -> tuple[int, int]:
        """How many rows of data and how many blank ones a block has that is not landed."""
        if isinstance(block.rows, GridRows):
            return len(block.rows.rows), block.blank_rows
        records = read_records(self.connection, block, self.spare)
        return records.cells + records.rejected, records.blank

    def read(self, one: OpenBlock) -> None:
        """Read the rows of a block: those in which all cells are plain are landed; what is no record is reported."""
        block = one.block
        table = self.contract[one.table]
        records = read_records(self.connection, block, self.spare)
        one.rows_read = records.cells + records.rejected + records.blank
        one.rows_read += len(block.header_rows) + len(block.titles)
        one.rows_rejected = records.rejected
        if records.rejected:
            self._report_rejects(one)
        place = f"{literal(block.file.name)}, {_optional(block.sheet)}, _source_row"
        texts = _texts(one.reading)
        shape = _shape(table, one.reading)
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
        if one.rows_landed < records.cells:
            odd = self.odd.table_of(shape)
            as_text = ", ".join(texts.get(column.name, "null") for column in table.columns)
            kept = self.connection.execute(
                f"insert into {odd} select {one.number}, {place}, {as_text} from scratch.cells"
                f" where not ({plain}) and {filled}"
            ).fetchone() or (0,)
        one.rows_blank = records.blank + records.cells - one.rows_landed - int(kept[0])

    def _report_rejects(self, one: OpenBlock) -> None:
        """Records that are not records: wrong number of cells, broken quotes."""
        expected = literal(self.messages.text("expected", "cells", count=len(one.block.headers)))
        table, file = literal(one.table), literal(one.block.file.name)
        # A line that is no record cannot be split into its cells: with persons in it, it is not shown at all.
        found = "null" if one.reading.personal else without_persons("found")
        self.connection.execute(
            f'insert into {TABLE} (rule_id, severity, table_name, file, "row", found, expected)'
            f" select rule_id, '{CRITICAL}', {table}, {file}, record, {found},"
            f" case when rule_id <> 'broken_record' then {expected} end from scratch.reject"
        )
        self.connection.execute(
            f"insert into quality.rejected_row select {table}, {file}, null, record, null, [rule_id]"
            " from scratch.reject order by record"
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
