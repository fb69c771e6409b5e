"""Land what was handed in: read it as it is, say what is wrong with it, and fill the raw tables.

Every row of every file is landed, rejected, repeated, or recognised as what it is; `accounting` asserts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path, PurePosixPath

import duckdb

from junheng.errors import DataError
from junheng.findings import CRITICAL, TABLE, WARNING, Finding, Findings
<<<<<<< HEAD
from junheng.landing import cells, strict_cells
from junheng.landing.csv_source import CsvSource, inspect
from junheng.landing.folder import read_folder
from junheng.landing.records import read_records
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawColumn, RawTable
=======
from junheng.landing import cells
from junheng.landing.intake import hand_in
from junheng.landing.model import Block, ColumnUse, HandedFile, Reading
from junheng.landing.odd_rows import OddRows, Shape
from junheng.landing.outcome import NOT_READ, REJECTED, LandedBlock, LandedTable, Landing, UnreadFile
from junheng.landing.recognise import recognise
from junheng.landing.records import cell, read_records
from junheng.landing.text_file import ENDINGS, FileRefusedError, read_text_file
from junheng.messages import Messages
from junheng.raw_contract import RawTable

REQUIRED_TABLE = "schools"
>>>>>>> e3fba9a (Text files land in any of their encodings, delimiters and line ends, and several files feed one table)


def land(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Mapping[str, RawTable],
    findings: Findings,
    messages: Messages,
    scratch_folder: Path,
    on_step: Callable[[str], None] = lambda _file: None,
) -> Landing:
    """Fill the schema `raw` of the open build file from a folder.

    Files are written into `scratch_folder` where reading needs them. Raises UsageError for a path that is none,
    DataError when nothing in it is a raw table.
    """
    files = hand_in(path)
    landing = _Landing(connection, contract, findings, messages, scratch_folder)
    for file in files:
        on_step(file.name)
        landing.add_file(file)
    if not landing.blocks and not landing.has_refused_file:
        expected = ", ".join(f"{table}.csv" for table in contract)
        raise DataError("no_known_file", file=path, expected=expected)
    return landing.finished()


class _Landing:
    """One landing while it goes on."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        findings: Findings,
        messages: Messages,
        folder: Path,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.findings = findings
        self.messages = messages
        self.folder = folder
        self.blocks: list[LandedBlock] = []
        self.unread: list[UnreadFile] = []
        connection.execute("create schema if not exists raw")
        for table in contract.values():
            _create(connection, table)
        self.odd = OddRows(connection, contract, messages)

    @property
    def has_refused_file(self) -> bool:
        """Whether a file was to be read but cannot be."""
        return any(file.status == REJECTED for file in self.unread)

    def add_file(self, file: HandedFile) -> None:
        """Read every block of a file."""
        if PurePosixPath(file.name).suffix.lower() not in ENDINGS:
            self._not_read(file)
            return
        try:
            block = read_text_file(file, self.folder)
        except FileRefusedError as refused:
            self.findings.add(refused.finding)
            self.unread.append(UnreadFile(file, REJECTED, refused.finding.rule_id))
        else:
            self._add_block(block)

    def _not_read(self, file: HandedFile) -> None:
        self.findings.add(Finding("file_not_read", WARNING, file=file.name))
        self.unread.append(UnreadFile(file, NOT_READ, "file_not_read"))

    def _add_block(self, block: Block) -> None:
        reading = recognise(block, self.contract)
        if reading.table is None:
            self._not_read(block.file)
            return
        landed = LandedBlock(len(self.blocks), block, reading)
        landed.rows_header = len(block.header_rows)
        landed.rows_title = len(block.titles)
        self.blocks.append(landed)
        before = self.findings.count(CRITICAL)
        reading = landed.reading = _without_twins(block, reading, self.findings)
        _report_columns(block, reading, self.contract[reading.table or ""], self.findings)
        if self.findings.count(CRITICAL) > before:
            landed.status, landed.reason = REJECTED, "columns"
        self._read_rows(landed)

    def _read_rows(self, landed: LandedBlock) -> None:
        """Cast the rows in which all cells are plain; keep the others as text."""
        block, reading = landed.block, landed.reading
        table = self.contract[reading.table or ""]
        records = read_records(self.connection, block, self.folder / "rows.csv")
        landed.rows_read = records.cells + records.rejected + records.blank + landed.rows_header + landed.rows_title
        landed.rows_rejected = records.rejected
        self._report_rejects(landed)
        texts = {use.column: cell(use.position) for use in reading.columns}
        texts |= {constant.column: cells.literal(constant.value) for constant in reading.constants}
        factors = {use.column: use.factor for use in reading.columns}
        present = [column.name for column in table.columns if column.name in texts]
        shape = Shape(table.name, tuple((name, factors.get(name, Decimal(1))) for name in present))
        odd = self.odd.table_of(shape)
        place = f"{landed.number}, {cells.literal(block.file.name)}, {_optional(block.sheet)}, _source_row"
        values = ", ".join(texts.get(column.name, "null") for column in table.columns)
        empty = " and ".join(f"{cells.trimmed(cell(position))} is null" for position in range(len(block.headers)))
        self.connection.execute(f"insert into {odd} select {place}, {values} from scratch.cells where not ({empty})")
        kept = _one(self.connection, f"select count(*) from {odd} where _block = {landed.number}")
        landed.rows_blank = records.blank + records.cells - kept

    def _report_rejects(self, landed: LandedBlock) -> None:
        """Records that are not records: wrong number of cells, broken quotes."""
        block = landed.block
        expected = cells.literal(self.messages.text("expected", "cells", count=len(block.headers)))
        self.connection.execute(
            f'insert into {TABLE} (rule_id, severity, table_name, file, "row", found, expected)'
            f" select rule_id, '{CRITICAL}', {cells.literal(landed.table or '')}, {cells.literal(block.file.name)},"
            f" record, found, case when rule_id <> 'broken_record' then {expected} end from scratch.reject"
        )

    def finished(self) -> Landing:
        """Judge what was kept as text, and give back the whole."""
        self.odd.settle(self.blocks)
        tables = tuple(self._table(name) for name in self.contract)
        for table in tables:
            if not table.files:
                self._report_missing(table.name)
        return Landing(tables, tuple(self.blocks), tuple(self.unread))

    def _table(self, name: str) -> LandedTable:
        blocks = [block for block in self.blocks if block.table == name]
        files = tuple({block.block.file.name: block.block.file for block in blocks}.values())
        rows = _one(self.connection, f"select count(*) from raw.{cells.quoted(name)}")
        return LandedTable(name, files, rows, sum(block.rows_rejected for block in blocks))

    def _report_missing(self, table: str) -> None:
        if table == REQUIRED_TABLE:
            self.findings.add(Finding("schools_missing", CRITICAL, table=table, file=f"{table}.csv"))
            return
        depends = self.messages.text("depends_on_table", table)
        title = self.messages.text("findings", "table_missing", depends=depends)
        action = self.messages.text("finding_actions", "table_missing")
        self.findings.add(Finding("table_missing", WARNING, table, f"{table}.csv", title=title, action=action))


def _create(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    columns = ", ".join(f"{cells.quoted(column.name)} {column.sql_type}" for column in table.columns)
    connection.execute(
        f"create or replace table raw.{cells.quoted(table.name)}"
        f" ({columns}, _source_file varchar, _source_sheet varchar, _source_row bigint)"
    )


def _without_twins(block: Block, reading: Reading, findings: Findings) -> Reading:
    """A column that stands in the block twice is a finding; the first one is read."""
    first: dict[str, ColumnUse] = {}
    twins: dict[int, str] = {}
    for use in reading.columns:
        former = first.setdefault(use.column, use)
        if former is not use:
            twins[use.position] = use.header
            findings.add(
                Finding(
                    "duplicate_column",
                    CRITICAL,
                    reading.table,
                    block.file.name,
                    block.sheet,
                    row=_header_row(block),
                    column=use.column,
                    found=f"{former.header}, {use.header}",
                )
            )
    return replace(reading, columns=tuple(first.values()), unread={**reading.unread, **twins})


def _report_columns(block: Block, reading: Reading, table: RawTable, findings: Findings) -> None:
    """Say which columns are not read and which are missing: without a required one the block is refused."""
    place = (table.name, block.file.name, block.sheet, _header_row(block))
    for header in reading.unread.values():
        findings.add(Finding("column_not_read", WARNING, *place, column=header))
    known = {use.column for use in reading.columns} | {constant.column for constant in reading.constants}
    for column in table.columns:
<<<<<<< HEAD
        if column.name not in first_header:
            critical(
                "missing_column",
                row=1,
                column=column.name,
                found=", ".join(source.header),
                expected=f"{column.name} / {column.name_zh}",
            )
    return names


def _report_rejects(
    connection: duckdb.DuckDBPyConnection, source: CsvSource, table: RawTable, messages: Messages
) -> None:
    """Records that are not records: wrong number of cells, broken quotes."""
    expected = cells.literal(messages.text("expected", "cells", count=len(source.header)))
    connection.execute(
        f'insert into {TABLE} (rule_id, severity, table_name, file, "row", found, expected)'
        f" select rule_id, '{CRITICAL}', '{table.name}', {cells.literal(source.path.name)}, record, found,"
        f" case when rule_id <> 'broken_record' then {expected} end from scratch.reject"
    )


def _judge_cells(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    file: str,
    columns: list[RawColumn],
    findings: Findings,
    messages: Messages,
) -> None:
    """One scan counts the cells that do not fit; only columns that have some are read again to list them."""
    words = boolean_words()
    problems = {column.name: strict_cells.strict_problem(column, words) for column in columns}
    counts = ", ".join(f"count(*) filter (({sql}) is not null)" for sql in problems.values())
    found = connection.execute(f"select {counts or '0'} from scratch.record").fetchone() or ()
    keys = "json_object(" + ", ".join(f"'{name}', {cells.quoted(name)}" for name in _present(table, columns)) + ")"
    for column, count in zip(columns, found, strict=False):
        if count:
            connection.execute(
                f'insert into {TABLE} (rule_id, severity, table_name, file, "row", column_name, found, expected, keys)'
                f" select {problems[column.name]}, '{CRITICAL}', ?, ?, _source_row, ?,"
                f" {cells.quoted(column.name)}, ?, {keys}"
                f" from scratch.record where ({problems[column.name]}) is not null",
                [table.name, file, column.name, expected_text(column, messages)],
=======
        if column.name not in known:
            is_required = column.is_key or column.is_required
            findings.add(
                Finding(
                    "missing_column" if is_required else "optional_column_missing",
                    CRITICAL if is_required else WARNING,
                    *place,
                    column=column.name,
                    found=", ".join(block.headers),
                    expected=f"{column.name} / {column.name_zh}",
                )
>>>>>>> e3fba9a (Text files land in any of their encodings, delimiters and line ends, and several files feed one table)
            )


def _header_row(block: Block) -> int | None:
    return block.header_rows[-1] if block.header_rows else None


<<<<<<< HEAD
def _cast(connection: duckdb.DuckDBPyConnection, table: RawTable, file: str) -> int:
    words = boolean_words()
    values = ", ".join(strict_cells.strict_value(column, words) for column in table.columns)
    name = f"raw.{cells.quoted(table.name)}"
    connection.execute(
        f"insert into {name} select {values}, {cells.literal(file)}, _source_row from scratch.record"
        " order by _source_row"
    )
    row = connection.execute(f"select count(*) from {name}").fetchone()
=======
def _optional(text: str | None) -> str:
    return "cast(null as varchar)" if text is None else cells.literal(text)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
>>>>>>> e3fba9a (Text files land in any of their encodings, delimiters and line ends, and several files feed one table)
    return int(row[0]) if row else 0
