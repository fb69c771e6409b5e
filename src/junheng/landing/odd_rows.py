"""Rows that are not taken as they are: kept as text until all files are read, then judged table by table.

One table of the scratch database holds the rows of all blocks that have the same columns in the same units, so that
eighty workbooks cost no more statements than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from junheng.findings import CRITICAL, TABLE
from junheng.landing import cells
from junheng.landing.outcome import LandedBlock
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawColumn, RawTable

PLACE = ("_block integer", "_source_file varchar", "_source_sheet varchar", "_source_row bigint")
REJECTED_ROW = """
create schema if not exists quality;
create or replace table quality.rejected_row (
    table_name varchar, source_file varchar, source_sheet varchar, source_row bigint, cells json, reasons varchar[]
);
"""


@dataclass(frozen=True)
class Shape:
    """What rows must have in common to be judged together: the table, the columns that they have, and their units."""

    table: str
    columns: tuple[tuple[str, Decimal], ...]


class OddRows:
    """The rows of one landing that are not taken as they are."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable], messages: Messages
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.messages = messages
        self._tables: dict[Shape, str] = {}
        connection.execute(REJECTED_ROW)

    def table_of(self, shape: Shape) -> str:
        """The table of the scratch database for rows of a shape: their place, then all columns of the raw table."""
        if shape not in self._tables:
            name = f"scratch.odd_{len(self._tables)}"
            texts = [f"{cells.quoted(column.name)} varchar" for column in self.contract[shape.table].columns]
            self.connection.execute(f"create or replace table {name} ({', '.join([*PLACE, *texts])})")
            self._tables[shape] = name
        return self._tables[shape]

    def settle(self, blocks: Sequence[LandedBlock]) -> None:
        """Land the rows that can be read, reject the others with what is wrong; count both in their blocks."""
        refused = [block.number for block in blocks if block.reason is not None]
        for shape, odd in self._tables.items():
            self._reject(shape, odd, refused)
            self._land(shape, odd)
            self._count(odd, blocks)

    def _reject(self, shape: Shape, odd: str, refused: Sequence[int]) -> None:
        """Find all that is wrong in the cells; `scratch.rejected` gets the places of rows that cannot be landed."""
        table = self.contract[shape.table]
        present = dict(shape.columns)
        columns = [column for column in table.columns if column.name in present]
        problems = {column.name: cells.problem(column, boolean_words()) for column in columns}
        counts = ", ".join(f"count(*) filter (({problem}) is not null)" for problem in problems.values())
        found = self.connection.execute(f"select {counts} from {odd}").fetchone() or ()
        key = "json_object(" + ", ".join(f"'{name}', {cells.quoted(name)}" for name in table.key if name in present)
        self.connection.execute(
            "create or replace table scratch.rejected (_block integer, _source_row bigint, rule_id varchar)"
        )
        for column, count in zip(columns, found, strict=True):
            if not count:
                continue
            problem = problems[column.name]
            self.connection.execute(
                f"insert into scratch.rejected select _block, _source_row, {problem} from {odd}"
                f" where ({problem}) is not null"
            )
            self.connection.execute(
                f"insert into {TABLE} (rule_id, severity, table_name, file, sheet,"
                ' "row", column_name, found, expected, keys)'
                f" select {problem}, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row, $column,"
                f" {cells.quoted(column.name)}, $expected, {key}) from {odd} where ({problem}) is not null",
                {"table": table.name, "column": column.name, "expected": expected_text(column, self.messages)},
            )
        if refused:
            self.connection.execute(
                f"insert into scratch.rejected select _block, _source_row, 'block' from {odd}"
                f" where _block in ({', '.join(map(str, refused))})"
            )
        texts = ", ".join(f"{cells.literal(column.name)}, {cells.quoted(column.name)}" for column in columns)
        self.connection.execute(
            "insert into quality.rejected_row select $table, _source_file, _source_sheet, _source_row,"
            f" json_object({texts}), reasons from {odd} inner join"
            " (select _block, _source_row, list_sort(list(distinct rule_id)) as reasons"
            " from scratch.rejected group by all)"
            " using (_block, _source_row) order by _source_file, _source_sheet, _source_row",
            {"table": table.name},
        )

    def _land(self, shape: Shape, odd: str) -> None:
        table = self.contract[shape.table]
        values = ", ".join(cells.value(column, boolean_words()) for column in table.columns)
        self.connection.execute(
            f"insert into raw.{cells.quoted(table.name)} select {values}, _source_file, _source_sheet, _source_row"
            f" from {odd} where (_block, _source_row) not in (select (_block, _source_row) from scratch.rejected)"
            " order by _block, _source_row"
        )

    def _count(self, odd: str, blocks: Sequence[LandedBlock]) -> None:
        counts = self.connection.execute(
            "select _block, count(*), count(*) filter ((_block, _source_row) in"
            f" (select (_block, _source_row) from scratch.rejected)) from {odd} group by _block"
        ).fetchall()
        for number, rows, rejected in counts:
            blocks[number].rows_rejected += rejected
            blocks[number].rows_landed += rows - rejected


def boolean_words() -> dict[str, list[str]]:
    """The words that stand for yes and no."""
    words: dict[str, list[str]] = catalogue()["boolean_words"]
    return words


def expected_text(column: RawColumn, messages: Messages) -> str:
    """What a cell of a column may hold, in words."""
    if column.data_type == "code":
        codes: dict[str, list[str]] = {}
        for word, code in column.codes.items():
            codes.setdefault(code, []).append(word)
        return ", ".join(" / ".join(dict.fromkeys(words)) for words in codes.values())
    return messages.text("expected", column.data_type, decimals=cells.decimals(column))
