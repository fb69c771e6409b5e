"""Rows of totals are a check: what they say is held against the sum of the rows that they are totals of.

A grand total is the sum of all rows of its block, or of those since the last grand total; a subtotal that of the rows
since the last total, or up to the next one where totals stand above their rows. Only what adds up is compared: counts,
amounts, measures; not means. A block from which rows could not be landed has no sum to hold totals against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from junheng.findings import TABLE, WARNING
from junheng.landing.cells import NO_UNIT, reading
from junheng.landing.row_kinds import is_subtotal, row_label
from junheng.landing.sql import literal, quoted, struct
from junheng.raw_contract import RawColumn, RawTable

ADDITIVE = ("count", "money", "measure")
# Means of the contract have this in their name: they are amounts that do not add up.
MEAN = "_mean_"
EXACT = "decimal(38,6)"


@dataclass(frozen=True)
class TotalsChecked:
    """How many cells of totals equal the sum of their rows, differ from it, and could not be held against any."""

    equal: int = 0
    different: int = 0
    unchecked: int = 0


def is_additive(column: RawColumn) -> bool:
    """Whether the values of a column add up to a total."""
    return column.data_type in ADDITIVE and MEAN not in column.name and not column.is_key


def check_totals(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    totals: str,
    columns: Sequence[tuple[RawColumn, Decimal]],
    unlanded: str,
) -> TotalsChecked:
    """Compare totals with the landed rows of their blocks; each difference is the warning `total_differs`.

    `totals` is a table or a query in brackets: `_block`, `_source_file`, `_source_sheet`, `_source_row`, `_first_row`
    and `_last_row` of the block, `_cells` (texts of all cells of the row), and the text of each of `columns` (with the
    factors of their headers). `unlanded` has `_block` of every row of data that did not land. The rows of data are
    those of the raw table with the same file and sheet between first and last row.
    """
    additive = [(column, factor) for column, factor in columns if is_additive(column)]
    if not additive:
        return TotalsChecked()
    connection.execute(f"create or replace table scratch.total as {_compared(table, totals, additive, unlanded)}")
    connection.execute(
        f'insert into {TABLE} (rule_id, severity, table_name, file, sheet, "row", column_name, found, expected)'
        f" select 'total_differs', '{WARNING}', {literal(table.name)}, _source_file, _source_sheet, _source_row, name,"
        f" {_shown('value')}, {_shown('due')} from scratch.total where outcome = 'different'"
        " order by _source_file, _source_sheet, _source_row, name"
    )
    counts = connection.execute(
        "select count(*) filter (outcome = 'equal'), count(*) filter (outcome = 'different'),"
        " count(*) filter (outcome = 'unchecked') from scratch.total"
    ).fetchone()
    return TotalsChecked(*(counts or ()))


def _compared(table: RawTable, totals: str, columns: Sequence[tuple[RawColumn, Decimal]], unlanded: str) -> str:
    """One row for each filled cell of a total: its value, the sum that is due, and the outcome."""
    given = ", ".join(
        struct({"name": literal(column.name), "value": _amount(column, quoted(column.name), factor)})
        for column, factor in columns
    )
    landed = ", ".join(
        struct({"name": literal(column.name), "value": f"cast({quoted(column.name)} as {EXACT})"})
        for column, _ in columns
    )
    place = "_block, _source_file, _source_sheet, _source_row"
    order = "order by _source_row"
    return (
        f"with total as (select *, {row_label('_cells')} as label from {totals}),"
        " block as (select distinct _block, _source_file, _source_sheet, _first_row, _last_row from total),"
        f" given as (select {place}, coalesce({is_subtotal('label')}, false) as is_part,"
        f" unnest([{given}], recursive := true) from total),"
        f" cell as (select _block, rows._source_row, unnest([{landed}], recursive := true)"
        f" from raw.{quoted(table.name)} as rows inner join block on rows._source_file = block._source_file"
        " and rows._source_sheet is not distinct from block._source_sheet"
        " and rows._source_row between _first_row and _last_row),"
        " running as (select _block, name, _source_row, coalesce(sum(value) over before, 0) as amount,"
        f" count(value) over before as cells from cell window before as (partition by _block, name {order})),"
        " whole as (select _block, name, coalesce(sum(value), 0) as amount, count(value) as cells from cell"
        " group by all),"
        " reached as (select given.*, coalesce(running.amount, 0) as amount, coalesce(running.cells, 0) as cells,"
        " coalesce(whole.amount, 0) as all_amount, coalesce(whole.cells, 0) as all_cells"
        " from given asof left join running on given._block = running._block and given.name = running.name"
        " and given._source_row >= running._source_row"
        " left join whole on given._block = whole._block and given.name = whole.name),"
        " around as (select *,"
        " amount - lag(amount, 1, 0) over near as above, cells - lag(cells, 1, 0) over near as above_cells,"
        " lead(amount, 1, all_amount) over near - amount as below, lead(cells, 1, all_cells) over near - cells"
        " as below_cells, amount - lag(amount, 1, 0) over alike as since, cells - lag(cells, 1, 0) over alike"
        " as since_cells, min(cells) over (partition by _block, name) = 0 as is_on_top"
        f" from reached window near as (partition by _block, name {order}),"
        f" alike as (partition by _block, name, is_part {order})),"
        " held as (select *, case when not is_part then case when all_cells > 0 then all_amount end"
        " when is_on_top then case when below_cells > 0 then below end"
        " when above_cells > 0 then above end as due,"
        " case when since_cells > 0 then since end as other from around where value is not null)"
        f" select {place}, name, value, due, case when value = due or value = other then 'equal'"
        f" when due is null or _block in (select _block from {unlanded}) then 'unchecked'"
        " else 'different' end as outcome from held"
    )


def _amount(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    return f"try_cast(({reading(column, text, factor)}).value as {EXACT})"


def _shown(amount: str) -> str:
    """An amount without the zeros behind its last digit."""
    return f"rtrim(rtrim(cast({amount} as varchar), '0'), '.')"
