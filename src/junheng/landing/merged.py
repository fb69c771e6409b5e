"""Cells merged over several rows: a name or a code holds for all of them, an amount belongs to none of them alone."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

from junheng.findings import CRITICAL, Finding, Findings
from junheng.landing.model import Block, GridRows, Merge, Reading
from junheng.landing.sheet_facts import column_letters
from junheng.raw_contract import RawTable

# Types whose values may be added up: what is merged over three rows is the sum of the three, or nothing.
AMOUNTS = frozenset({"count", "measure", "money", "number"})


@dataclass(frozen=True)
class FilledCell:
    """An empty cell that got the text of the merged cell it is part of."""

    row: int
    position: int
    text: str


def fill_down(
    block: Block, reading: Reading, table: RawTable, findings: Findings
) -> tuple[Block, tuple[FilledCell, ...]]:
    """Give each row the text of the cell that is merged over it, in columns of names, codes and years.

    In a column of amounts nothing is filled: a critical finding names the cell. Cells merged over several columns are
    filled in their first one only. The cells that were filled are the conversion `merged_cell_filled`.
    """
    if not block.merges or not isinstance(block.rows, GridRows):
        return block, ()
    types = {column.name: column.data_type for column in table.columns}
    uses = {use.position: use for use in reading.columns}
    grid = [list(row) for row in block.rows.rows]
    index_of = {number: index for index, number in enumerate(block.rows.numbers)}
    filled: list[FilledCell] = []
    done: dict[int, int] = {}
    for merge in sorted(block.merges, key=lambda merge: (merge.first_column, merge.first_row)):
        if merge.first_row <= done.get(merge.first_column, 0):
            continue  # merged cells do not overlap, except in a file that is made to waste time
        done[merge.first_column] = merge.last_row
        use = uses.get(merge.first_column)
        first = index_of.get(merge.first_row)
        if use is None or first is None:
            continue
        text = grid[first][merge.first_column]
        below = bisect_right(block.rows.numbers, merge.last_row)
        rows = range(first + 1, below)
        if not text or text.isspace() or not rows:
            continue
        if types[use.column] in AMOUNTS:
            findings.add(
                Finding(
                    "amount_merged",
                    CRITICAL,
                    table.name,
                    block.file.name,
                    block.sheet,
                    row=merge.first_row,
                    column=use.column,
                    found=f"{_cell(merge.first_row, merge)}:{_cell(merge.last_row, merge)} = {text}",
                )
            )
            continue
        for row in rows:
            if not grid[row][merge.first_column]:
                grid[row][merge.first_column] = text
                filled.append(FilledCell(block.rows.numbers[row], merge.first_column, text))
    return replace(block, rows=GridRows(grid, block.rows.numbers)), tuple(filled)


def _cell(row: int, merge: Merge) -> str:
    return f"{column_letters(merge.first_column)}{row}"
