"""The rows of a block as lists of text in Python: only for statistics forms, which are small."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice

from junheng.landing.model import Block, GridRows, TextRows

MAX_ROWS = 100_000
FIRST_LINES = 1000
Row = list[str | None]


@dataclass(frozen=True)
class Grid:
    """Rows with their numbers, all as wide as the header; blank texts are None."""

    header: list[tuple[int, Row]]
    rows: list[tuple[int, Row]]


class NoGridError(Exception):
    """Rows that are not read into Python: those of Parquet, and more than a form can have."""


def grid_of(block: Block) -> Grid:
    """The rows of a block. Raises NoGridError for those that cannot be a form."""
    width = len(block.headers)
    if isinstance(block.rows, GridRows):
        numbered = zip(block.rows.numbers, (list(row) for row in block.rows.rows), strict=True)
        found: list[tuple[int, Row]] = list(islice(numbered, MAX_ROWS + 1))
    elif isinstance(block.rows, TextRows):
        found = _records(block.rows)
    else:
        raise NoGridError
    if len(found) > MAX_ROWS:
        raise NoGridError
    header = [(block.header_rows[-1] if block.header_rows else 0, _padded(list(block.headers), width))]
    return Grid(header, [(number, _padded(row, width)) for number, row in found])


def has_text(block: Block, position: int) -> bool:
    """Whether a column of a block has a text in one of its first rows; Parquet columns always have a header."""
    if isinstance(block.rows, GridRows):
        return any(position < len(row) and (row[position] or "").strip() for row in block.rows.rows)
    if not isinstance(block.rows, TextRows) or not block.rows.path.is_file():
        return False
    with block.rows.path.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(
            islice(lines, block.rows.skip, block.rows.skip + FIRST_LINES), delimiter=block.rows.delimiter
        )
        return any(position < len(record) and record[position].strip() for record in records)


def _records(rows: TextRows) -> list[tuple[int, Row]]:
    with rows.path.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(islice(lines, rows.skip, None), delimiter=rows.delimiter)
        found: list[tuple[int, Row]] = []
        for number, record in enumerate(records, start=rows.first_row):
            if record:
                found.append((number, list(record)))
            if len(found) > MAX_ROWS:
                raise NoGridError
        return found


def _padded(row: Row, width: int) -> Row:
    texts = [text if text and text.strip() else None for text in row]
    return (texts + [None] * width)[: max(width, len(texts))]
