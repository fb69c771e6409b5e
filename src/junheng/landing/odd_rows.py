"""Rows that are not taken as they are: kept as text until all files are read, then judged table by table.

One table of the scratch database holds the rows of all blocks that have the same columns in the same units, so that
eighty workbooks cost no more statements than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from junheng.landing.accounting import Accounts
from junheng.landing.cells import is_plain, plain_value
from junheng.landing.grid_piles import GridPiles
from junheng.landing.model import GridRows
from junheng.landing.outcome import OpenBlock
from junheng.landing.read_rows import having, read_of, read_rows
from junheng.landing.rejected_rows import RejectedRows
from junheng.landing.row_kinds import DATA, TOTAL, header_words, row_kind
from junheng.landing.scaled_cells import account_for, count_in_grids
from junheng.landing.shape import Shape
from junheng.landing.sql import insert_rows, literal, quoted
from junheng.landing.totals import check_totals
from junheng.messages import Messages
from junheng.raw_contract import RawColumn, RawTable

# `_cells` are the texts of all cells of the row; `_reject` is why it is no record, of which only they are known.
PLACE = (
    "_block integer",
    "_source_file varchar",
    "_source_sheet varchar",
    "_source_row bigint",
    "_cells varchar[]",
    "_reject varchar",
)


class OddRows:
    """The rows of one landing that are not taken as they are."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        accounts: Accounts,
        messages: Messages,
        folder: Path,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.accounts = accounts
        self.rejected = RejectedRows(connection, messages)
        self.piles = GridPiles(connection, contract, folder)
        self._tables: dict[Shape, str] = {}

    def table_of(self, shape: Shape) -> str:
        """The table of the scratch database for rows of a shape: their place, then all columns of the raw table."""
        if shape not in self._tables:
            name = f"scratch.odd_{len(self._tables)}"
            texts = [f"{quoted(column.name)} varchar" for column in self.contract[shape.table].columns]
            self.connection.execute(f"create or replace table {name} ({', '.join([*PLACE, *texts])})")
            self._tables[shape] = name
        return self._tables[shape]

    def add_grid(self, one: OpenBlock, shape: Shape, rows: GridRows) -> None:
        """Keep the rows of a worksheet, which are read at once with those of other blocks."""
        self.piles.add(one, shape, rows)
        others = len(one.block.header_rows) + len(one.block.titles)
        one.rows_read = len(rows.rows) + one.block.blank_rows + others
        one.rows_blank = one.block.blank_rows
        one.last_row = rows.numbers[-1] if rows.numbers else 0

    def settle(self, blocks: Mapping[int, OpenBlock]) -> None:
        """Land the rows that can be read, reject the others with what is wrong; count both in their blocks."""
        self.piles.take(self.table_of)
        for shape, odd in self._tables.items():
            if (self.connection.execute(f"select count(*) from {odd}").fetchone() or (0,))[0]:
                self._settle_table(shape, odd, blocks)
            self.connection.execute(f"drop table {odd}")
        self._tables = {}
        for one in blocks.values():
            account_for(self.accounts, one)

    def _settle_table(self, shape: Shape, odd: str, blocks: Mapping[int, OpenBlock]) -> None:
        table = self.contract[shape.table]
        columns = shape.present(table)
        self._land_plain(odd, shape, columns, blocks)
        if not (self.connection.execute(f"select count(*) from {odd}").fetchone() or (0,))[0]:
            return
        self._classify(odd, columns, blocks)
        read_rows(self.connection, odd, table, shape)
        self.rejected.reject(table, columns, blocks)
        self._land(table, columns)
        self._check_totals(table, shape, columns, blocks)
        self._count(blocks)
        self._account_for_conversions(columns, blocks)

    def _land_plain(
        self, odd: str, shape: Shape, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]
    ) -> None:
        """Of worksheets nothing was taken as it is so far. Of records every row has been tried: it costs little."""
        table = self.contract[shape.table]
        tests = (is_plain(column, quoted(column.name), shape.factor(column.name)) for column in columns)
        plain = " and ".join(["_reject is null", *tests])
        counts = self.connection.execute(f"select _block, count(*) from {odd} where {plain} group by all").fetchall()
        if not counts:
            return
        for number, rows in counts:
            blocks[number].rows_landed += rows
        read = {column.name: plain_value(column, quoted(column.name), shape.factor(column.name)) for column in columns}
        values = ", ".join(read.get(column.name, "null") for column in table.columns)
        scaled = [(column, read[column.name]) for column in shape.scaled(table)]
        count_in_grids(self.connection, f"(from {odd} where {plain})", scaled, blocks)
        self.connection.execute(
            f"insert into raw.{quoted(table.name)} select {values}, _source_file, _source_sheet, _source_row"
            f" from {odd} where {plain} order by _block, _source_row"
        )
        self.connection.execute(f"delete from {odd} where {plain}")

    def _classify(self, odd: str, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Take the rows that are no data out of `odd`, and count them; totals are left in `scratch.total`."""
        self.connection.execute("create or replace table scratch.header_word (_block integer, words varchar[])")
        numbers = self.connection.execute(f"select distinct _block from {odd} order by 1").fetchall()
        insert_rows(
            self.connection,
            "scratch.header_word",
            [[number, header_words(blocks[number].block.headers)] for (number,) in numbers],
        )
        self.connection.execute(f"create or replace table scratch.total_row as from {odd} limit 0")
        for constants in {_constants(blocks[number]) for (number,) in numbers}:
            alike = [str(number) for (number,) in numbers if _constants(blocks[number]) == constants]
            keys = [
                (column, quoted(column.name)) for column in columns if column.is_key and column.name not in constants
            ]
            self.connection.execute(
                f"create or replace table scratch.kind as select odd.rowid as place, odd._block as of_block,"
                f" {row_kind('odd._cells', 'header_word.words', keys)} as kind from {odd} as odd"
                f" inner join scratch.header_word using (_block) where odd._block in ({', '.join(alike)})"
            )
            self.connection.execute(
                f"insert into scratch.total_row select odd.* from {odd} as odd inner join scratch.kind"
                f" on odd.rowid = kind.place where kind = '{TOTAL}'"
            )
            counts = self.connection.execute(
                f"select of_block, kind, count(*) from scratch.kind where kind <> '{DATA}' group by all"
            ).fetchall()
            for number, kind, rows in counts:
                blocks[number].count(kind, rows)
            if counts:
                self.connection.execute(
                    f"delete from {odd} where rowid in (select place from scratch.kind where kind <> '{DATA}')"
                )

    def _land(self, table: RawTable, columns: Sequence[RawColumn]) -> None:
        present = {column.name for column in columns}
        values = ", ".join(
            plain_value(column, f"{read_of(column)}.value") if column.name in present else "null"
            for column in table.columns
        )
        self.connection.execute(
            f"insert into raw.{quoted(table.name)} select {values}, _source_file, _source_sheet, _source_row"
            " from scratch.read_row as landed anti join scratch.rejected as rejected"
            " on landed._id = rejected._id order by landed._block, landed._source_row, landed._id"
        )

    def _check_totals(
        self, table: RawTable, shape: Shape, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]
    ) -> None:
        """Hold totals against the rows that they are totals of."""
        numbers = self.connection.execute("select distinct _block from scratch.total_row").fetchall()
        if not numbers:
            return
        self.connection.execute(
            "create or replace table scratch.extent (_block integer, _first_row bigint, _last_row bigint)"
        )
        insert_rows(
            self.connection,
            "scratch.extent",
            [[number, *blocks[number].extent] for (number,) in numbers],
        )
        check_totals(
            self.connection,
            table,
            "(select * from scratch.total_row inner join scratch.extent using (_block))",
            [(column, shape.factor(column.name)) for column in columns],
            "(select _block from scratch.rejected)",
        )

    def _count(self, blocks: Mapping[int, OpenBlock]) -> None:
        rejected = dict(
            self.connection.execute(
                "select _block, count(distinct _id) from scratch.rejected group by _block"
            ).fetchall()
        )
        for number, rows in self.connection.execute(
            "select _block, count(*) from scratch.read_row group by _block"
        ).fetchall():
            blocks[number].rows_rejected += rejected.get(number, 0)
            blocks[number].rows_landed += rows - rejected.get(number, 0)

    def _account_for_conversions(self, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Count every conversion that is not trivial."""
        parts = [
            f"select _block, _source_row as row_number, {literal(column.name)} as column_name,"
            f" unnest({read_of(column)}.conversions) as conversion, {quoted(column.name)} as before,"
            f" {read_of(column)}.value as after from scratch.read_row where len({read_of(column)}.conversions) > 0"
            for column in having(self.connection, columns, "conversions <> []")
        ]
        if not parts:
            return
        self.connection.execute(f"create or replace table scratch.conversion as {' union all '.join(parts)}")
        numbers = self.connection.execute("select distinct _block from scratch.conversion order by 1").fetchall()
        for (number,) in numbers:
            of_block = f"select * exclude (_block) from scratch.conversion where _block = {number}"
            self.accounts.add_conversions(blocks[number].block, of_block)


def _constants(one: OpenBlock) -> frozenset[str]:
    return frozenset(constant.column for constant in one.reading.constants)
