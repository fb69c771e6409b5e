"""Rows that are not taken as they are: kept as text until all files are read, then judged table by table.

One table of the scratch database holds the rows of all blocks that have the same columns in the same units, so that
eighty workbooks cost no more statements than one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from junheng.findings import CRITICAL, TABLE
from junheng.landing.accounting import Accounts, without_persons
from junheng.landing.cells import decimals, is_plain, plain_value, reading
from junheng.landing.keys import PERSONAL, PSEUDONYMS
from junheng.landing.model import GridRows
from junheng.landing.outcome import OpenBlock
from junheng.landing.records import KEPT_OF_LINE, path_literal
from junheng.landing.row_kinds import DATA, TOTAL, header_words, row_kind
from junheng.landing.sql import insert_rows, listed, literal, quoted
from junheng.landing.totals import check_totals
from junheng.messages import Messages
from junheng.raw_contract import FACT, RawColumn, RawTable

# `_cells` are the texts of all cells of the row; `_reject` is why it is no record, of which only they are known.
PLACE = (
    "_block integer",
    "_source_file varchar",
    "_source_sheet varchar",
    "_source_row bigint",
    "_cells varchar[]",
    "_reject varchar",
)
# Between the cells of a row where they stand in one text: no program writes this character into a table.
BETWEEN = chr(31)
HIDDEN = "***"
LONGEST_ROW = 1 << 26
SHORTEST_BUFFER = 1 << 21
QUOTED_CELL = '"([^"]|"")*"'
REJECTED_ROW = """
create schema if not exists quality;
create or replace table quality.rejected_row (
    table_name varchar, source_file varchar, source_sheet varchar, source_row bigint, cells json, reasons varchar[],
    known json
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
        folder: Path,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.accounts = accounts
        self.messages = messages
        self.folder = folder
        self._tables: dict[Shape, str] = {}
        self._piles: dict[Shape, Path] = {}
        connection.execute(REJECTED_ROW)

    def table_of(self, shape: Shape) -> str:
        """The table of the scratch database for rows of a shape: their place, then all columns of the raw table."""
        if shape not in self._tables:
            name = f"scratch.odd_{len(self._tables)}"
            texts = [f"{quoted(column.name)} varchar" for column in self.contract[shape.table].columns]
            self.connection.execute(f"create or replace table {name} ({', '.join([*PLACE, *texts])})")
            self._tables[shape] = name
        return self._tables[shape]

    def add_grid(self, one: OpenBlock, shape: Shape, rows: GridRows) -> None:
        """Keep the rows of a worksheet: in a CSV file of ours, which is read at once with those of other blocks."""
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
        others = len(one.block.header_rows) + len(one.block.titles)
        one.rows_read = len(rows.rows) + one.block.blank_rows + others
        one.rows_blank = one.block.blank_rows
        one.last_row = rows.numbers[-1] if rows.numbers else 0

    def _columns(self, shape: Shape) -> list[str]:
        return [column.name for column in self.contract[shape.table].columns]

    def _take_piles(self) -> None:
        for shape, pile in self._piles.items():
            names = ["_block", "_source_file", "_source_sheet", "_source_row", "_cells", "_reject"]
            columns = ", ".join(f"{literal(name)}: 'varchar'" for name in [*names, *self._columns(shape)])
            # The reader takes sixteen times the longest line as its buffer unless told otherwise.
            longest = min(LONGEST_ROW, max(pile.stat().st_size, SHORTEST_BUFFER))
            self.connection.execute(
                f"insert into {self.table_of(shape)} select * replace ("
                f"coalesce(string_split(_cells, {literal(BETWEEN)}), []) as _cells) from read_csv("
                f"{path_literal(pile)}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"',"
                f" nullstr = '', max_line_size = {longest}, buffer_size = {longest}, columns = {{{columns}}})"
            )
            pile.unlink()
        self._piles = {}

    def settle(self, blocks: Mapping[int, OpenBlock]) -> None:
        """Land the rows that can be read, reject the others with what is wrong; count both in their blocks."""
        self._take_piles()
        for shape, odd in self._tables.items():
            if (self.connection.execute(f"select count(*) from {odd}").fetchone() or (0,))[0]:
                self._settle_table(shape, odd, blocks)
            self.connection.execute(f"drop table {odd}")
        self._tables = {}

    def _settle_table(self, shape: Shape, odd: str, blocks: Mapping[int, OpenBlock]) -> None:
        table = self.contract[shape.table]
        columns = [column for column in table.columns if column.name in dict(shape.columns)]
        self._land_plain(odd, shape, columns, blocks)
        if not (self.connection.execute(f"select count(*) from {odd}").fetchone() or (0,))[0]:
            return
        self._classify(odd, columns, blocks)
        self._read(odd, shape, columns)
        self._reject(table, columns, blocks)
        self._land(table, columns)
        self._check_totals(table, shape, columns, blocks)
        self._count(blocks)
        self._convert(columns, blocks)

    def _land_plain(
        self, odd: str, shape: Shape, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]
    ) -> None:
        """Of worksheets nothing was taken as it is so far."""
        if any(factor != 1 for _, factor in shape.columns):
            return
        table = self.contract[shape.table]
        present = {column.name for column in columns}
        plain = " and ".join(["_reject is null", *(is_plain(column, quoted(column.name)) for column in columns)])
        values = ", ".join(
            plain_value(column, quoted(column.name)) if column.name in present else "null" for column in table.columns
        )
        counts = self.connection.execute(f"select _block, count(*) from {odd} where {plain} group by all").fetchall()
        for number, rows in counts:
            blocks[number].rows_landed += rows
        if counts:
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

    def _read(self, odd: str, shape: Shape, columns: Sequence[RawColumn]) -> None:
        """`scratch.read_row`: every row with the text and the reading of every cell. Persons are hidden."""
        readings = ", ".join(
            f"{reading(column, quoted(column.name), shape.factor(column.name))} as {_read(column)}"
            for column in columns
        )
        self.connection.execute(
            f"create or replace table scratch.read_row as select rowid as _id, *, {readings} from {odd}"
        )
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

    def _reject(self, table: RawTable, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Report all that is wrong in the cells; `scratch.rejected` gets the places of rows that cannot be landed."""
        self.connection.execute(
            "create or replace table scratch.rejected (_block integer, _id bigint, rule_id varchar)"
        )
        names = {column.name for column in columns}
        key = ", ".join(f"{literal(name)}, {quoted(name)}" for name in table.key if name in names)
        self._reject_records(table, blocks)
        for column in self._having(columns, "problem is not null"):
            self.connection.execute(
                f"insert into scratch.rejected select _block, _id, {_read(column)}.problem"
                f" from scratch.read_row where {_read(column)}.problem is not null and _reject is null"
            )
            self.connection.execute(
                f"insert into {TABLE} (rule_id, severity, table_name, file, sheet,"
                ' "row", column_name, found, expected, keys)'
                f" select {_read(column)}.problem, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row,"
                f" $column, {without_persons(quoted(column.name))}, $expected, json_object({key}) from scratch.read_row"
                f" where {_read(column)}.problem is not null and _reject is null",
                {"table": table.name, "column": column.name, "expected": expected_text(column, self.messages)},
            )
        texts = ", ".join(f"{literal(column.name)}, {quoted(column.name)}" for column in columns)
        # What the other cells of the row say of whom it belongs to; of a line that is no record nothing is known.
        known = ", ".join(
            f"{literal(column.name)}, {_read(column)}.value" for column in columns if column.name not in PSEUDONYMS
        )
        personal = [str(number) for number, one in blocks.items() if one.reading.personal]
        is_hidden = f"_reject is not null and _block in ({', '.join(personal) or 'null'})"
        self.connection.execute(
            "insert into quality.rejected_row select $table, _source_file, _source_sheet, _source_row,"
            f" case when ({is_hidden}) is not true then json_object({texts}) end, reasons,"
            f" case when _reject is null then json_object({known}) end"
            " from scratch.read_row inner join"
            " (select _id, list_sort(list(distinct rule_id)) as reasons"
            " from scratch.rejected group by all) using (_id) order by _block, _source_row, _id",
            {"table": table.name},
        )

    def _reject_records(self, table: RawTable, blocks: Mapping[int, OpenBlock]) -> None:
        """Records that are not records: wrong number of cells, broken quotes."""
        self.connection.execute(
            "insert into scratch.rejected select _block, _id, _reject from scratch.read_row where _reject is not null"
        )
        numbers = self.connection.execute(
            "select distinct _block from scratch.read_row where _reject is not null"
        ).fetchall()
        for (number,) in numbers:
            expected = self.messages.text("expected", "cells", count=len(blocks[number].block.headers))
            # The cells of such a line stand under wrong headers: any may name a person, so they are only counted.
            before, after = self.messages.text("expected", "cells_found").split("{count}")
            line = "array_to_string(_cells, $delimiter)"
            count = f"len(string_split(regexp_replace({line}, {literal(QUOTED_CELL)}, '', 'g'), $delimiter))"
            shown = f"{literal(before)} || {count} || {literal(after)}"
            self.connection.execute(
                f'insert into {TABLE} (rule_id, severity, table_name, file, sheet, "row", found, expected)'
                f" select _reject, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row,"
                " case when $delimiter is not null and _reject <> 'broken_record'"
                f" and strlen({line}) < {KEPT_OF_LINE} then {shown} end,"
                " case when _reject <> 'broken_record' then $expected end"
                " from scratch.read_row where _reject is not null and _block = $number",
                {
                    "table": table.name,
                    "delimiter": blocks[number].block.delimiter,
                    "expected": expected,
                    "number": number,
                },
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


def _constants(one: OpenBlock) -> frozenset[str]:
    return frozenset(constant.column for constant in one.reading.constants)


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
