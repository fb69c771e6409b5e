"""What became of every row of every file: `source_file`, `landing_column`, `landing_conversion` of `quality`.

Every row that was read is landed, rejected, repeated, or recognised as a title, header, note, total or blank row. The
parts must add up, and what was landed must stand in the raw tables: a build in which they do not is a defect of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import PurePosixPath
from typing import Any

import duckdb

from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted
from junheng.landing.model import Block, HandedFile, Reading
from junheng.landing.sql import insert_rows
from junheng.raw_contract import RawTable

LANDED, REJECTED, REPEATED, NOT_READ = "landed", "rejected", "repeated", "not_read"
PARTS = ("landed", "rejected", "repeated", "title", "header", "note", "total", "blank")
EXAMPLES = 3
# Numbers of identity cards and mobile telephones: shown nowhere, whatever column they were written into.
PERSONAL_NUMBER = r"(^|[^0-9])([0-9]{17}[0-9Xx]|1[3-9][0-9]{9})($|[^0-9])"
TABLES = ("source_file", "landing_column", "landing_conversion")

CREATE = """
create schema if not exists quality;
create or replace table quality.source_file (
    file varchar, sha256 varchar, size bigint, kind varchar, encoding varchar, delimiter varchar, sheet varchar,
    is_hidden boolean, block integer, table_name varchar, form varchar, school_years integer[], status varchar,
    reason varchar, rows_read bigint, rows_landed bigint, rows_rejected bigint, rows_repeated bigint,
    rows_title bigint, rows_header bigint, rows_note bigint, rows_total bigint, rows_blank bigint
);
create or replace table quality.landing_column (
    file varchar, sheet varchar, block integer, position integer, header varchar, column_name varchar, unit varchar,
    factor decimal(18,6), origin varchar, source varchar, value varchar
);
create or replace table quality.landing_conversion (
    file varchar, sheet varchar, block integer, column_name varchar, conversion varchar, cells bigint, examples varchar
);
"""


def without_persons(text: str) -> str:
    """SQL: the text as it may be shown, stars in place of one with the number of an identity card or a telephone."""
    return f"case when regexp_matches({text}, {literal(PERSONAL_NUMBER)}) then '***' else {text} end"


@dataclass(frozen=True)
class SourceRecord:
    """One row of `quality.source_file`: a block of a file, or a file without one. `reason` is the id of a message.

    The fields stand in the order of the table. `school_years` are the years of the rows that were read (calendar
    years in the tables of money), in order.
    """

    file: str
    sha256: str | None = None
    size: int | None = None
    kind: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    is_hidden: bool = False
    block: int | None = None
    table_name: str | None = None
    form: str | None = None
    school_years: tuple[int, ...] = ()
    status: str = LANDED
    reason: str | None = None
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_repeated: int = 0
    rows_title: int = 0
    rows_header: int = 0
    rows_note: int = 0
    rows_total: int = 0
    rows_blank: int = 0

    @property
    def place(self) -> tuple[str, str | None, int | None]:
        """What tells one record from another: file, sheet, block."""
        return self.file, self.sheet, self.block

    @property
    def parts(self) -> int:
        """The rows that are accounted for."""
        return sum(getattr(self, f"rows_{part}") for part in PARTS)


@dataclass(frozen=True)
class Example:
    """A cell that was converted: the number of its row, its text, and what it became. Persons are hidden."""

    row: int
    before: str
    after: str


@dataclass(frozen=True)
class Counted:
    """How many cells of a column were converted in one way, and the first of them."""

    cells: int
    examples: tuple[Example, ...]


def record_of_file(file: HandedFile, status: str, reason: str | None, rows_read: int = 0) -> SourceRecord:
    """The record of a file in which no block was found, or that was not opened."""
    return SourceRecord(
        file.name, file.sha256, file.size, kind_of(file.name), status=status, reason=reason, rows_read=rows_read
    )


def record_of_block(block: Block, reading: Reading, status: str = LANDED, **facts: Any) -> SourceRecord:
    """The record of a block; `facts` are the fields that only landing knows (years, reason, counts of rows)."""
    return SourceRecord(
        file=block.file.name,
        sha256=block.file.sha256,
        size=block.file.size,
        kind=kind_of(block.file.name),
        encoding=block.encoding,
        delimiter=block.delimiter,
        sheet=block.sheet,
        is_hidden=block.is_hidden,
        block=block.number,
        table_name=reading.table,
        form=reading.form,
        status=status,
        **facts,
    )


def kind_of(name: str) -> str:
    """The kind of a file: the ending of its name, in lower case, without the dot."""
    return PurePosixPath(name).suffix[1:].lower()


def year_column(table: RawTable) -> str:
    """The column of a raw table that holds the year."""
    return next(name for name in table.key if name in ("school_year", "fiscal_year"))


class Accounts:
    """The records of one landing, in the order in which the files were read; the tables are made empty at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.records: list[SourceRecord] = []
        # One statement for the columns of all blocks: one for each block costs more than landing its rows.
        self._columns: list[list[object]] = []
        connection.execute(CREATE)

    def add(self, record: SourceRecord) -> None:
        """Add the record of a block or of a file."""
        self.records.append(record)

    def add_all(self, records: Iterable[SourceRecord]) -> None:
        """Add records that are complete."""
        self.records.extend(records)

    def replace(self, record: SourceRecord) -> None:
        """Put a record in the place of the one with the same file, sheet and block."""
        places = [one.place for one in self.records]
        self.records[places.index(record.place)] = record

    def add_repeated(self, block: Block, first: tuple[str, str | None, int | None]) -> None:
        """Add the record of a block whose bytes were landed before: all its rows of data are repeated.

        `first` is the place of the block that was landed, which has its record by now.
        """
        former = next(one for one in self.records if one.place == first)
        self.add(
            replace(
                former,
                file=block.file.name,
                status=REPEATED,
                reason="file_repeated",
                rows_landed=0,
                rows_rejected=0,
                rows_repeated=former.rows_landed + former.rows_rejected + former.rows_repeated,
            )
        )

    def of_table(self, table: str) -> Iterator[SourceRecord]:
        """The records of the blocks whose rows stand in a raw table."""
        return (one for one in self.records if one.table_name == table and one.rows_landed)

    def add_columns(self, block: Block, reading: Reading) -> None:
        """Record how each column of a block is read, which ones are not, and what holds for all of its rows.

        The first column of a file has position 1 in the table, as in a spreadsheet.
        """
        rows: list[list[object]] = [
            [use.position + 1, use.header, use.column, use.unit, use.factor, use.origin, None, None]
            for use in reading.columns
        ]
        for position, header in reading.unread.items():
            origin = "personal" if position in reading.personal else "not_read"
            rows.append([position + 1, header, None, None, None, origin, None, None])
        rows.sort(key=lambda row: str(row[0]).zfill(9))
        for constant in reading.constants:
            rows.append([None, None, constant.column, None, None, constant.origin, constant.source, constant.value])
        place = [block.file.name, block.sheet, block.number]
        self._columns += [place + row for row in rows]

    def columns_of(self, file: str, sheet: str | None) -> set[str]:
        """The columns of the raw table that a file or sheet holds, in its cells or for all of its rows."""
        return {str(row[5]) for row in self._columns if row[:2] == [file, sheet] and row[5] is not None}

    def add_conversions(self, block: Block, cells: str) -> None:
        """Count what was done to cells of a block that is not trivial.

        `cells` is a query with one row for each conversion of a cell: `row_number`, `column_name`, `conversion`,
        `before` and `after` (both text). Examples are the first rows; numbers of persons are not shown.
        """
        shown = {name: without_persons(name) for name in _TEXTS}
        example = f"{{'row': row_number, 'from': {shown['before']}, 'to': {shown['after']}}}"
        self.connection.execute(
            "insert into quality.landing_conversion select $file, $sheet, $block, column_name, conversion, count(*),"
            f" cast(to_json(arg_min({example}, row_number, {EXAMPLES})) as varchar) from ({cells})"
            " group by column_name, conversion order by column_name, conversion",
            {
                "file": block.file.name,
                "sheet": block.sheet,
                "block": block.number,
            },
        )

    def add_counted(self, block: Block, column: str, conversion: str, counted: Counted) -> None:
        """Add cells that were counted elsewhere to those of the same block, column and conversion."""
        place = (
            f"file = {literal(block.file.name)} and sheet is not distinct from {_optional(block.sheet)}"
            f" and block = {block.number} and column_name = {literal(column)} and conversion = {literal(conversion)}"
        )
        cells, known = self.connection.execute(
            f"select sum(cells), any_value(examples) from quality.landing_conversion where {place}"
        ).fetchone() or (None, None)
        examples = [*(json.loads(known) if known else []), *map(_as_json, counted.examples)]
        examples = sorted(examples, key=lambda example: int(example["row"]))[:EXAMPLES]
        self.connection.execute(f"delete from quality.landing_conversion where {place}")
        shown = json.dumps(examples, ensure_ascii=False, separators=(",", ":"))
        self.connection.execute(
            f"insert into quality.landing_conversion values ({literal(block.file.name)}, {_optional(block.sheet)},"
            f" {block.number}, {literal(column)}, {literal(conversion)}, {int(cells or 0) + counted.cells},"
            f" {literal(shown)})"
        )

    def write(self, contract: Mapping[str, RawTable]) -> None:
        """Write `quality.source_file` and `quality.landing_column`. Raises MachineError when rows do not add up."""
        self.connection.execute("delete from quality.source_file")
        rows = [list(astuple(record)) for record in self.records]
        for row in rows:
            row[_YEARS] = list(row[_YEARS])
        insert_rows(self.connection, "quality.source_file", rows)
        insert_rows(self.connection, "quality.landing_column", self._columns)
        self._columns = []
        self.assert_accounts(contract)

    def assert_accounts(self, contract: Mapping[str, RawTable]) -> None:
        """Raise MachineError when a row of a file, or of a raw table, is not accounted for exactly once."""
        for one in self.records:
            if one.rows_read != one.parts:
                counts = " + ".join(f"{part} {getattr(one, f'rows_{part}')}" for part in PARTS)
                where = " / ".join(str(part) for part in one.place if part is not None)
                raise MachineError("rows_lost", file=where, found=counts, expected=str(one.rows_read))
        for table in contract:
            row = self.connection.execute(f"select count(*) from raw.{quoted(table)}").fetchone() or (0,)
            expected = sum(one.rows_landed for one in self.of_table(table))
            if row[0] != expected:
                raise MachineError("rows_lost", column=table, found=str(row[0]), expected=str(expected))


def _as_json(example: Example) -> dict[str, object]:
    return {"row": example.row, "from": example.before, "to": example.after}


def _optional(text: str | None) -> str:
    return "null" if text is None else literal(text)


_TEXTS = ("before", "after")
_YEARS = [field.name for field in fields(SourceRecord)].index("school_years")
