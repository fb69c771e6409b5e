"""Rows of worksheets on their way to the engine: piled up in CSV files of ours, one for all blocks of one shape."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from junheng.landing.model import GridRows
from junheng.landing.outcome import OpenBlock
from junheng.landing.records import path_literal
from junheng.landing.shape import Shape
from junheng.landing.sql import literal
from junheng.raw_contract import RawTable

PLACE = ("_block", "_source_file", "_source_sheet", "_source_row", "_cells", "_reject")
# Between the cells of a row where they stand in one text: no program writes this character into a table.
BETWEEN = chr(31)
LONGEST_ROW = 1 << 26
SHORTEST_BUFFER = 1 << 21


class GridPiles:
    """The rows of worksheets that were read and are not yet in the scratch database."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        folder: Path,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.folder = folder
        self._piles: dict[Shape, Path] = {}

    def add(self, one: OpenBlock, shape: Shape, rows: GridRows) -> None:
        """Put the rows of a block on the pile of its shape."""
        pile = self._piles.setdefault(shape, self.folder / f"grid_{len(self._piles)}.csv")
        positions = {use.column: use.position for use in one.reading.columns}
        held = {constant.column: constant.value for constant in one.reading.constants}
        columns = [(positions.get(name), held.get(name)) for name in self._columns(shape)]
        place = [one.number, one.block.file.name, one.block.sheet]
        with pile.open("a", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            for number, row in zip(rows.numbers, rows.rows, strict=True):
                cells = BETWEEN.join((text or "").replace(BETWEEN, " ") for text in row)
                texts = [value if at is None else row[at] for at, value in columns]
                writer.writerow([*place, number, cells, None, *texts])

    def take(self, table_of: Callable[[Shape], str]) -> None:
        """Read each pile at once into the table of its shape."""
        for shape, pile in self._piles.items():
            columns = ", ".join(f"{literal(name)}: 'varchar'" for name in [*PLACE, *self._columns(shape)])
            # The reader takes sixteen times the longest line as its buffer unless told otherwise.
            longest = min(LONGEST_ROW, max(pile.stat().st_size, SHORTEST_BUFFER))
            self.connection.execute(
                f"insert into {table_of(shape)} select * replace ("
                f"coalesce(string_split(_cells, {literal(BETWEEN)}), []) as _cells) from read_csv("
                f"{path_literal(pile)}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"',"
                f" nullstr = '', max_line_size = {longest}, buffer_size = {longest}, columns = {{{columns}}})"
            )
            pile.unlink()
        self._piles = {}

    def _columns(self, shape: Shape) -> list[str]:
        return [column.name for column in self.contract[shape.table].columns]
