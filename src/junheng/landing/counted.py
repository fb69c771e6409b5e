"""What landing itself does to cells, counted for `quality.landing_conversion`: merged cells filled, zeros put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb

from junheng.landing.accounting import Accounts
from junheng.landing.codes import CONVERSION as RESTORED
from junheng.landing.codes import RestoredCode, restore_leading_zeros
from junheng.landing.merged import FilledCell
from junheng.landing.model import Block
from junheng.landing.outcome import OpenBlock
from junheng.landing.sql import insert_rows, literal
from junheng.raw_contract import RawTable

CELL_FILLED = "merged_cell_filled"


def restore_codes(
    connection: duckdb.DuckDBPyConnection,
    contract: Mapping[str, RawTable],
    accounts: Accounts,
    block_at: Callable[[str, str, str | None], Block],
) -> None:
    """Put back leading zeros that a spreadsheet ate, where only one code fits; each is accounted for.

    `block_at` gives the first block of a raw table on a sheet of a file.
    """
    by_place: dict[tuple[str, str, str | None], list[RestoredCode]] = {}
    for code in restore_leading_zeros(connection, contract):
        by_place.setdefault((code.table, code.file, code.sheet), []).append(code)
    for place, codes in by_place.items():
        connection.execute(
            "create or replace table scratch.restored"
            " (row_number bigint, column_name varchar, before varchar, after varchar)"
        )
        insert_rows(
            connection, "scratch.restored", [[code.row, code.column, code.before, code.after] for code in codes]
        )
        accounts.add_conversions(block_at(*place), f"select *, {literal(RESTORED)} as conversion from scratch.restored")


def count_merges(
    connection: duckdb.DuckDBPyConnection, accounts: Accounts, one: OpenBlock, filled: Sequence[FilledCell]
) -> None:
    """Account for the cells of a block that merged cells have filled."""
    if not filled:
        return
    columns = {use.position: use.column for use in one.reading.columns}
    connection.execute("create or replace table scratch.filled (row_number bigint, column_name varchar, after varchar)")
    insert_rows(connection, "scratch.filled", [[cell.row, columns[cell.position], cell.text] for cell in filled])
    accounts.add_conversions(
        one.block, f"select *, {literal(CELL_FILLED)} as conversion, null::varchar as before from scratch.filled"
    )
