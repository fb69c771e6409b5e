"""Rows that are not taken as they are: kept as text until all files are read, then judged table by table.

One table of the scratch database holds the rows of all blocks that have the same columns in the same units, so that
eighty workbooks cost no more statements than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from junheng.findings import CRITICAL, TABLE
from junheng.landing.accounting import Accounts, without_persons
from junheng.landing.cells import decimals, plain_value, reading
from junheng.landing.keys import PERSONAL, PSEUDONYMS
from junheng.landing.outcome import OpenBlock
from junheng.landing.sql import listed, literal, quoted
from junheng.messages import Messages
from junheng.raw_contract import FACT, RawColumn, RawTable

PLACE = ("_block integer", "_source_file varchar", "_source_sheet varchar", "_source_row bigint")
HIDDEN = "***"
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

    def factor(self, column: str) -> Decimal:
        """The factor that turns the cells of a column into the unit of the raw table."""
        return dict(self.columns)[column]


class OddRows:
    """The rows of one landing that are not taken as they are."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        accounts: Accounts,
        messages: Messages,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.accounts = accounts
        self.messages = messages
        self._tables: dict[Shape, str] = {}
        connection.execute(REJECTED_ROW)

    def table_of(self, shape: Shape) -> str:
        """The table of the scratch database for rows of a shape: their place, then all columns of the raw table."""
        if shape not in self._tables:
            name = f"scratch.odd_{len(self._tables)}"
            texts = [f"{quoted(column.name)} varchar" for column in self.contract[shape.table].columns]
            self.connection.execute(f"create or replace table {name} ({', '.join([*PLACE, *texts])})")
            self._tables[shape] = name
        return self._tables[shape]

    def settle(self, blocks: Mapping[int, OpenBlock]) -> None:
        """Land the rows that can be read, reject the others with what is wrong; count both in their blocks."""
        for shape, odd in self._tables.items():
            table = self.contract[shape.table]
            columns = [column for column in table.columns if column.name in dict(shape.columns)]
            self._read(odd, shape, columns)
            self._reject(table, columns)
            self._land(table, columns)
            self._count(blocks)
            self._convert(columns, blocks)
            self.connection.execute(f"drop table {odd}")
        self._tables = {}

    def _read(self, odd: str, shape: Shape, columns: Sequence[RawColumn]) -> None:
        """`scratch.read_row`: every row with the text and the reading of every cell. Persons are hidden."""
        readings = ", ".join(
            f"{reading(column, quoted(column.name), shape.factor(column.name))} as {_read(column)}"
            for column in columns
        )
        self.connection.execute(f"create or replace table scratch.read_row as select *, {readings} from {odd}")
        self._refuse_percent(shape, columns)
        for column in columns:
            if column.name in PSEUDONYMS:
                self.connection.execute(
                    f"update scratch.read_row set {quoted(column.name)} = '{HIDDEN}'"
                    f" where {_read(column)}.problem = '{PERSONAL}'"
                )

    def _refuse_percent(self, shape: Shape, columns: Sequence[RawColumn]) -> None:
        """A percentage of a fact that is no percentage has two meanings: 12% of a gap of 0.15 is 12 or 0.12."""
        others = self.contract[shape.table].not_in_percent
        fact = next((column for column in columns if column.name == FACT), None)
        for column in columns:
            if fact and others and column.data_type == "number":
                refused = "{'value': null, 'conversions': []::varchar[], 'problem': 'percent_not_expected'}"
                self.connection.execute(
                    f"update scratch.read_row set {_read(column)} = {refused}"
                    f" where list_contains({_read(column)}.conversions, 'percent')"
                    f" and {_read(fact)}.value in ({listed(sorted(others))})"
                )

    def _reject(self, table: RawTable, columns: Sequence[RawColumn]) -> None:
        """Report all that is wrong in the cells; `scratch.rejected` gets the places of rows that cannot be landed."""
        self.connection.execute(
            "create or replace table scratch.rejected (_block integer, _source_row bigint, rule_id varchar)"
        )
        names = {column.name for column in columns}
        key = ", ".join(f"{literal(name)}, {quoted(name)}" for name in table.key if name in names)
        for column in self._having(columns, "problem is not null"):
            self.connection.execute(
                f"insert into scratch.rejected select _block, _source_row, {_read(column)}.problem"
                f" from scratch.read_row where {_read(column)}.problem is not null"
            )
            self.connection.execute(
                f"insert into {TABLE} (rule_id, severity, table_name, file, sheet,"
                ' "row", column_name, found, expected, keys)'
                f" select {_read(column)}.problem, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row,"
                f" $column, {without_persons(quoted(column.name))}, $expected, json_object({key}) from scratch.read_row"
                f" where {_read(column)}.problem is not null",
                {"table": table.name, "column": column.name, "expected": expected_text(column, self.messages)},
            )
        texts = ", ".join(f"{literal(column.name)}, {quoted(column.name)}" for column in columns)
        self.connection.execute(
            "insert into quality.rejected_row select $table, _source_file, _source_sheet, _source_row,"
            f" json_object({texts}), reasons from scratch.read_row inner join"
            " (select _block, _source_row, list_sort(list(distinct rule_id)) as reasons"
            " from scratch.rejected group by all) using (_block, _source_row) order by _block, _source_row",
            {"table": table.name},
        )

    def _land(self, table: RawTable, columns: Sequence[RawColumn]) -> None:
        present = {column.name for column in columns}
        values = ", ".join(
            plain_value(column, f"{_read(column)}.value") if column.name in present else "null"
            for column in table.columns
        )
        self.connection.execute(
            f"insert into raw.{quoted(table.name)} select {values}, _source_file, _source_sheet, _source_row"
            " from scratch.read_row as landed anti join scratch.rejected as rejected"
            " on landed._block = rejected._block and landed._source_row = rejected._source_row"
            " order by landed._block, landed._source_row"
        )

    def _count(self, blocks: Mapping[int, OpenBlock]) -> None:
        rejected = dict(
            self.connection.execute(
                "select _block, count(distinct _source_row) from scratch.rejected group by _block"
            ).fetchall()
        )
        for number, rows in self.connection.execute(
            "select _block, count(*) from scratch.read_row group by _block"
        ).fetchall():
            blocks[number].rows_rejected += rejected.get(number, 0)
            blocks[number].rows_landed += rows - rejected.get(number, 0)

    def _convert(self, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Account for every conversion that is not trivial."""
        parts = [
            f"select _block, _source_row as row_number, {literal(column.name)} as column_name,"
            f" unnest({_read(column)}.conversions) as conversion, {quoted(column.name)} as before,"
            f" {_read(column)}.value as after from scratch.read_row where len({_read(column)}.conversions) > 0"
            for column in self._having(columns, "conversions <> []")
        ]
        if not parts:
            return
        self.connection.execute(f"create or replace table scratch.conversion as {' union all '.join(parts)}")
        numbers = self.connection.execute("select distinct _block from scratch.conversion order by 1").fetchall()
        for (number,) in numbers:
            of_block = f"select * exclude (_block) from scratch.conversion where _block = {number}"
            self.accounts.add_conversions(blocks[number].block, of_block)

    def _having(self, columns: Sequence[RawColumn], condition: str) -> Iterator[RawColumn]:
        """The columns with a cell whose reading has something."""
        counts = ", ".join(f"count(*) filter ({_read(column)}.{condition})" for column in columns)
        found = self.connection.execute(f"select {counts} from scratch.read_row").fetchone() or ()
        return (column for column, count in zip(columns, found, strict=True) if count)


def expected_text(column: RawColumn, messages: Messages) -> str:
    """What a cell of a column may hold, in words."""
    if column.data_type == "code":
        codes: dict[str, list[str]] = {}
        for word, code in column.codes.items():
            codes.setdefault(code, []).append(word)
        return ", ".join(" / ".join(dict.fromkeys(words)) for words in codes.values())
    return messages.text("expected", column.data_type, decimals=decimals(column))


def _read(column: RawColumn) -> str:
    return quoted(f"{column.name} read")
