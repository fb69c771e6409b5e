"""Land what was handed in: read it as it is, say what is wrong with it, and fill the raw tables.

Every row of every file is landed, rejected, repeated, or recognised as what it is; `accounting` asserts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from junheng.errors import DataError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.accounting import NOT_READ, REJECTED, Accounts, record_of_block, record_of_file, year_column
from junheng.landing.counted import count_merges, restore_codes
from junheng.landing.forms import as_read
from junheng.landing.headers import header_word_test
from junheng.landing.intake import hand_in
from junheng.landing.mapping import NO_MAP, LandingMap
from junheng.landing.merged import fill_down
from junheng.landing.model import Block, GridRows, HandedFile, Reading
from junheng.landing.named_years import NamedYears
from junheng.landing.odd_rows import OddRows
from junheng.landing.outcome import LandedTable, Landing, OpenBlock
from junheng.landing.reading_findings import findings_of
from junheng.landing.recognise import recognise
from junheng.landing.refused import FileRefusedError
from junheng.landing.repeats import SeenBlocks, take_repeats_out
from junheng.landing.rows import BlockRows
from junheng.landing.source_files import SourceFiles
from junheng.landing.sql import quoted
from junheng.landing.taken import Former, Taken, changed_files, choose, findings_of_files
from junheng.messages import Messages
from junheng.raw_contract import RawTable

# However large the files are; what does not fit is written beside the build file.
MEMORY = "500MB"
REQUIRED_TABLE = "schools"
# Blocks that nobody expects in a raw table: nothing is said of them.
NO_DATA = ("own_sheet", "skipped_by_map")


def land(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Mapping[str, RawTable],
    findings: Findings,
    messages: Messages,
    scratch_folder: Path,
    mapping: LandingMap = NO_MAP,
    on_step: Callable[[str], None] = lambda _file: None,
    former: Former | None = None,
) -> Landing:
    """Fill the schema `raw` of the open build file, and the accounts in `quality`.

    Files are written into `scratch_folder` where reading needs them; raw tables whose files are those of the `former`
    landing are taken over from it. Raises UsageError for a path that is none, DataError when nothing in it is a raw
    table.
    """
    handed = hand_in(path, scratch_folder, findings)
    first_finding = findings.total()
    connection.execute(f"set memory_limit = '{MEMORY}'")
    # Rows are numbered in the order in which they were inserted, which a join loses; a list of words would be one.
    connection.execute("set disabled_optimizers = 'in_clause'")
    landing = _Landing(connection, contract, findings, messages, scratch_folder, mapping)
    for unread in handed.unread:
        landing.pass_over_file(unread.file, unread.severity, unread.rule_id)
    landing.take_over(former, handed.files)
    for file in handed.files:
        if file.name in landing.taken.files:
            landing.accounts.add_all(landing.taken.records(file.name))
            continue
        on_step(file.name)
        landing.add_file(file)
    if landing.is_nothing:
        expected = ", ".join(f"{table}.csv" for table in contract)
        raise DataError("no_known_file", file=path, expected=expected)
    return replace(
        landing.finished(),
        handed=handed.files,
        taken=frozenset(landing.taken.files),
        blocks=tuple(landing.blocks()),
        findings=findings_of_files(connection, first_finding, handed.files),
    )


class _Landing:
    """One landing while it goes on."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, RawTable],
        findings: Findings,
        messages: Messages,
        folder: Path,
        mapping: LandingMap,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.findings = findings
        self.messages = messages
        self.mapping = mapping
        self.files = SourceFiles(connection, folder, header_word_test(contract), findings, mapping)
        self.accounts = Accounts(connection)
        self.seen = SeenBlocks(findings, self.accounts)
        self.named_years = NamedYears()
        self.readings: list[tuple[Block, Reading]] = []
        self.open: list[OpenBlock] = []
        self.landed: list[OpenBlock] = []
        # Blocks with the bytes of an earlier one wait until that one's account is closed.
        self.twins: list[tuple[Block, Reading]] = []
        self.doubtful: set[str] = set()
        self._bytes: set[tuple[str, str | None, int]] = set()
        self.taken = Taken()
        self._ahead: dict[str, list[Block]] = {}
        connection.execute("create schema if not exists raw")
        for table in contract.values():
            _create(connection, table)
        self.odd = OddRows(connection, contract, self.accounts, messages, folder)
        self.rows = BlockRows(connection, contract, self.odd)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of what was handed in is, or was to be, a raw table."""
        return not self.open and all(record.status == NOT_READ for record in self.accounts.records)

    def take_over(self, former: Former | None, files: Sequence[HandedFile]) -> None:
        """Take over the raw tables that no new or changed file speaks of; `add_file` reads the others."""
        changed = changed_files(former, files)
        try:
            self._ahead = {file.name: self.files.blocks(file) for file in changed}
        except FileRefusedError:
            return  # it will be refused again, with its finding
        readings = {
            name: [recognise(block, self.contract, self.mapping) for block in blocks]
            for name, blocks in self._ahead.items()
        }
        self.taken = choose(former, files, readings)
        self.taken.copy(self.connection, self.contract)

    def add_file(self, file: HandedFile) -> None:
        """Read every block of a file."""
        try:
            blocks = self._ahead.pop(file.name, None) or self.files.blocks(file)
        except FileRefusedError as refused:
            self.findings.add(refused.finding)
            self.pass_over_file(file, refused.finding.severity, refused.finding.rule_id)
            return
        for block in blocks:
            reading = recognise(block, self.contract, self.mapping)
            self.readings.append((_outline(block), reading))
            block = as_read(block, reading)
            identity = (file.sha256, block.sheet, block.number)
            if identity in self._bytes:
                self.twins.append((block, reading))
            else:
                self._bytes.add(identity)
                self._add_block(block, reading)

    def pass_over_file(self, file: HandedFile, severity: str, rule_id: str) -> None:
        """Account for a file in which no block is read; its finding is there."""
        self.accounts.add(record_of_file(file, REJECTED if severity == CRITICAL else NOT_READ, rule_id))

    def blocks(self) -> list[Block]:
        """The outlines of all blocks, also of those not read again."""
        return [*(block for block, _ in self.readings), *self.taken.blocks()]

    def finished(self) -> Landing:
        """Judge what was kept as text, compare what came from several places, close the accounts."""
        self.mapping.require_used(self.blocks())
        self._settle()
        for block, reading in self.twins:
            if not self.seen.is_repeated(block, reading):
                self._add_block(block, reading)
        self._settle()
        restore_codes(self.connection, self.contract, self.accounts, self._block_at)
        take_repeats_out(self.connection, self.contract, self.accounts, self.findings, self.messages)
        self.named_years.report(self.accounts, self.findings)
        self.accounts.write(self.contract)
        tables = tuple(self._table(name) for name in self.contract)
        for table in tables:
            if not table.files:
                self._report_missing(table.name)
        return Landing(tables, tuple(self.accounts.records), tuple(self.readings))

    def _add_block(self, block: Block, reading: Reading) -> None:
        self.findings.add_all(findings_of(block, reading, self.messages))
        self.accounts.add_columns(block, reading)
        if reading.table is None:
            self._pass_over(block, reading)
            return
        self.named_years.note(block, reading, self.contract)
        if block.is_hidden:
            self.findings.add(Finding("hidden_sheet_read", WARNING, reading.table, block.file.name, block.sheet))
        table = self.contract[reading.table]
        block, filled = fill_down(block, reading, table, self.findings)
        one = OpenBlock(len(self.landed) + len(self.open), block, reading)
        try:
            self.rows.read(one)
        except FileRefusedError as refused:
            self.findings.add(refused.finding)
            self.accounts.add(record_of_block(block, reading, REJECTED, reason=refused.finding.rule_id))
            self.doubtful.add(table.name)
            return
        self.open.append(one)
        count_merges(self.connection, self.accounts, one, filled)
        one.block = _outline(block)

    def _block_at(self, table: str, file: str, sheet: str | None) -> Block:
        """The first block of a raw table on a sheet of a file, read now or taken over."""
        read = (one.block for one in self.landed if one.table == table)
        there = (block for block in (*read, *self.taken.blocks_of(table)) if block.file.name == file)
        return next(block for block in there if block.sheet == sheet)

    def _pass_over(self, block: Block, reading: Reading) -> None:
        """A block that is no raw table, or in doubt: no row of it is landed."""
        is_in_doubt = any(doubt.severity == CRITICAL for doubt in reading.doubts)
        self.doubtful.update(reading.candidates[:1] if is_in_doubt else ())
        if not reading.doubts and reading.reason not in NO_DATA:
            self.findings.add(Finding("file_not_read", WARNING, file=block.file.name, sheet=block.sheet))
        rows, blank = self.rows.count(block)
        self.accounts.add(
            record_of_block(
                block,
                reading,
                REJECTED if is_in_doubt else NOT_READ,
                reason=reading.reason,
                rows_read=rows + blank + len(block.titles) + len(block.header_rows),
                rows_title=len(block.titles),
                rows_header=len(block.header_rows),
                rows_rejected=rows,
                rows_blank=blank,
            )
        )

    def _settle(self) -> None:
        """Judge what was kept as text of the open blocks, and close their accounts."""
        self.odd.settle({one.number: one for one in self.open})
        years = self._years()
        for one in self.open:
            record = one.record(years.get((one.table, one.block.file.name, one.block.sheet), ()))
            self.accounts.add(record)
            if not record.rows_landed + record.rows_rejected:
                name, sheet = one.block.file.name, one.block.sheet
                self.findings.add(Finding("table_without_rows", WARNING, one.table, name, sheet))
            self.seen.add(one.block, one.reading, record)
        self.landed += self.open
        self.open = []

    def _years(self) -> dict[tuple[str, str, str | None], tuple[int, ...]]:
        """The years of the rows of each raw table, file and sheet, with one statement for each table."""
        found: dict[tuple[str, str, str | None], tuple[int, ...]] = {}
        for name in dict.fromkeys(one.table for one in self.open):
            rows = self.connection.execute(
                f"select _source_file, _source_sheet, {quoted(year_column(self.contract[name]))} as year"
                f" from raw.{quoted(name)} group by all having year is not null order by year"
            ).fetchall()
            for file, sheet, year in rows:
                found[name, file, sheet] = (*found.get((name, file, sheet), ()), int(year))
        return found

    def _table(self, name: str) -> LandedTable:
        blocks = [one for one in self.landed if one.table == name]
        files = tuple({one.block.file.name: one.block.file for one in blocks}.values())
        files += tuple(self.taken.files_of(name))
        row = self.connection.execute(f"select count(*) from raw.{quoted(name)}").fetchone() or (0,)
        return LandedTable(name, files, int(row[0]), sum(one.rows_rejected for one in blocks))

    def _report_missing(self, table: str) -> None:
        """A table that was not handed in; one that was but cannot be read has findings of its own."""
        if table in self.doubtful:
            return
        if table == REQUIRED_TABLE:
            self.findings.add(Finding("schools_missing", CRITICAL, table=table, file=f"{table}.csv"))
            return
        depends = self.messages.text("depends_on_table", table)
        title = self.messages.text("findings", "table_missing", depends=depends)
        action = self.messages.text("finding_actions", "table_missing")
        self.findings.add(Finding("table_missing", WARNING, table, f"{table}.csv", title=title, action=action))


def _outline(block: Block) -> Block:
    """A block without its rows: what is kept of all of them at once must stay small."""
    return replace(block, rows=GridRows((), ()))


def _create(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    columns = ", ".join(f"{quoted(column.name)} {column.sql_type}" for column in table.columns)
    connection.execute(
        f"create or replace table raw.{quoted(table.name)}"
        f" ({columns}, _source_file varchar, _source_sheet varchar, _source_row bigint)"
    )
