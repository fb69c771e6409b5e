"""`scratch.read_row`: the rows that are not taken as they are, with the text and the reading of every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from junheng.landing.cells import reading
from junheng.landing.keys import PERSONAL, PSEUDONYMS
from junheng.landing.shape import Shape
from junheng.landing.sql import listed, literal, quoted
from junheng.raw_contract import FACT, RawColumn, RawTable

HIDDEN = "***"


def read_of(column: RawColumn) -> str:
    """The name of the struct that `cells.reading` gives for a column."""
    return quoted(f"{column.name} read")


def read_rows(connection: duckdb.DuckDBPyConnection, odd: str, table: RawTable, shape: Shape) -> None:
    """Fill `scratch.read_row` from the rows of `odd`. Persons are hidden."""
    columns = shape.present(table)
    readings = ", ".join(
        f"{reading(column, quoted(column.name), shape.factor(column.name))} as {read_of(column)}" for column in columns
    )
    connection.execute(f"create or replace table scratch.read_row as select rowid as _id, *, {readings} from {odd}")
    _refuse_percent(connection, table, columns)
    for column in columns:
        if column.name in PSEUDONYMS:
            connection.execute(
                f"update scratch.read_row set {quoted(column.name)} = '{HIDDEN}'"
                f" where {read_of(column)}.problem = {literal(PERSONAL)}"
            )


def having(connection: duckdb.DuckDBPyConnection, columns: Sequence[RawColumn], condition: str) -> Iterator[RawColumn]:
    """The columns with a cell whose reading has something."""
    counts = ", ".join(f"count(*) filter ({read_of(column)}.{condition})" for column in columns)
    found = connection.execute(f"select {counts} from scratch.read_row").fetchone() or ()
    return (column for column, count in zip(columns, found, strict=True) if count)


def _refuse_percent(connection: duckdb.DuckDBPyConnection, table: RawTable, columns: Sequence[RawColumn]) -> None:
    """A percentage of a fact that is no percentage has two meanings: 12% of a gap of 0.15 is 12 or 0.12."""
    others = table.not_in_percent
    fact = next((column for column in columns if column.name == FACT), None)
    for column in columns:
        if fact and others and column.data_type == "number":
            refused = "{'value': null, 'conversions': []::varchar[], 'problem': 'percent_not_expected'}"
            connection.execute(
                f"update scratch.read_row set {read_of(column)} = {refused}"
                f" where list_contains({read_of(column)}.conversions, 'percent')"
                f" and {read_of(fact)}.value in ({listed(sorted(others))})"
            )
