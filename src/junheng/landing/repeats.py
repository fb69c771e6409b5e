"""What was handed in twice: the same file, the same rows in two files, the same key with two different rows.

A repeated row is taken once and the other one counted. Two different rows for one key are never chosen between.
A table that comes from one place only costs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from junheng.findings import CRITICAL, TABLE, WARNING, Finding, Findings
from junheng.landing.accounting import REPEATED, Accounts, SourceRecord
from junheng.landing.cells import literal, quoted
from junheng.landing.joined import join_halves
from junheng.landing.model import Block, Reading
from junheng.landing.places import BETWEEN, Place, comparable, name_of, places_of
from junheng.landing.sql import insert_rows
from junheng.messages import Messages
from junheng.raw_contract import RawTable


class SeenBlocks:
    """The blocks landed so far, by their bytes."""

    def __init__(self, findings: Findings, accounts: Accounts) -> None:
        self.findings = findings
        self.accounts = accounts
        self._landed: dict[tuple[str | None, ...], list[tuple[SourceRecord, list[tuple[str, str]]]]] = {}

    def is_repeated(self, block: Block, reading: Reading) -> bool:
        """Whether a block holds the bytes of one landed before; its record is then added, and it is not to be landed.

        The same bytes that a name or title gives another year are not the same rows: they land, with a warning.
        """
        if reading.is_skipped:
            return False
        held = _held(reading)
        for former, former_held in self._landed.get(_bytes(block), []):
            if reading.table is None or (reading.table == former.table_name and held == former_held):
                self._warn("file_repeated", block, former, name_of(former))
                self.accounts.add_repeated(block, former.place)
                return True
            if reading.table == former.table_name:
                found = f"{name_of(former)}: {_values(former_held)}"
                self._warn("same_file_read_otherwise", block, former, found, _values(held))
        return False

    def add(self, block: Block, reading: Reading, record: SourceRecord) -> None:
        """Remember a block that was landed and has its record."""
        self._landed.setdefault(_bytes(block), []).append((record, _held(reading)))

    def _warn(self, rule_id: str, block: Block, former: SourceRecord, found: str, expected: str | None = None) -> None:
        self.findings.add(
            Finding(rule_id, WARNING, former.table_name, block.file.name, block.sheet, found=found, expected=expected)
        )


def take_repeats_out(
    connection: duckdb.DuckDBPyConnection,
    contract: Mapping[str, RawTable],
    accounts: Accounts,
    findings: Findings,
    messages: Messages,
) -> None:
    """Compare the raw tables that come from several places, key by key.

    A row that another place holds with the same values leaves the raw table and is counted as repeated in its record;
    the first place keeps it. A key with different values is a critical finding, and both rows stay. Rows without a
    complete key, and a key that stands twice in one place, are judged by the raw suites. Halves of a table are joined.
    """
    for table in contract.values():
        places = comparable(places_of(accounts.of_table(table.name)))
        if places and _find_shared_keys(connection, table, places):
            places = join_halves(connection, table, places, accounts, findings)
            _report_contradictions(connection, table, messages)
            _remove_repeated_rows(connection, table, places, accounts, findings)


def _find_shared_keys(connection: duckdb.DuckDBPyConnection, table: RawTable, places: Sequence[Place]) -> bool:
    """Fill `scratch.shared`: every row whose key stands in an earlier place too, the row there, and whether they agree.

    Gives False when there is none.
    """
    connection.execute("create or replace table scratch.place (file varchar, sheet varchar, position integer)")
    insert_rows(
        connection,
        "scratch.place",
        [[place.file, place.sheet, position] for position, place in enumerate(places)],
    )
    raw = f"raw.{quoted(table.name)}"
    keys = [quoted(name) for name in table.key]
    key = ", ".join(f"landed.{name}" for name in keys)
    placed = (
        f"{raw} as landed inner join scratch.place on landed._source_file = place.file"
        " and landed._source_sheet is not distinct from place.sheet"
    )
    complete = " and ".join(f"landed.{name} is not null" for name in keys)
    connection.execute(
        f"create or replace table scratch.shared_key as select {key}, min(position) as first_position from {placed}"
        f" where {complete} group by all having min(position) <> max(position)"
    )
    row = connection.execute("select count(*) from scratch.shared_key").fetchone()
    if not row or not row[0]:
        return False
    same_key = " and ".join(f"shared_key.{name} = landed.{name}" for name in keys)
    others = [quoted(column.name) for column in table.columns if not column.is_key]
    is_same = " and ".join(f"landed.{name} is not distinct from earlier.{name}" for name in others) or "true"
    connection.execute(
        "create or replace table scratch.shared as with rows_of_keys as (select landed.rowid as row_id, position,"
        " first_position, min(landed.rowid) filter (where position = first_position) over"
        f" (partition by {key}) as earlier_id, count(*) filter (where position = first_position) over"
        f" (partition by {key}) as earlier_rows from {placed} inner join scratch.shared_key on {same_key})"
        f" select rows_of_keys.*, {is_same} as is_same from rows_of_keys inner join {raw} as landed"
        f" on landed.rowid = row_id inner join {raw} as earlier on earlier.rowid = earlier_id"
        " where position > first_position"
    )
    return True


def _report_contradictions(connection: duckdb.DuckDBPyConnection, table: RawTable, messages: Messages) -> None:
    """One critical finding for every row whose key stands with other values in an earlier place."""
    names = [column.name for column in table.columns if not column.is_key]

    def listed(value: str) -> str:
        """The differing columns as one text, each told by `value`, in which `{}` stands for the column."""
        cases = ", ".join(
            f"case when landed.{quoted(name)} is distinct from earlier.{quoted(name)}"
            f" then {value.format(quoted(name)) if '{' in value else literal(name)} end"
            for name in names
        )
        return f"concat_ws(', ', {cases})"

    def values(side: str) -> str:
        return listed(f"coalesce(cast({side}.{{}} as varchar), '')")

    keys = "json_object(" + ", ".join(f"{literal(name)}, landed.{quoted(name)}" for name in table.key) + ")"
    place = f"concat_ws({literal(BETWEEN)}, earlier._source_file, earlier._source_sheet, earlier._source_row)"
    before, after = messages.text("expected", "same_as").split("{place}")
    expected = f"{literal(before)} || {place} || {literal(after)} || ': ' || {values('earlier')}"
    raw = f"raw.{quoted(table.name)}"
    connection.execute(
        f'insert into {TABLE} (rule_id, severity, table_name, file, sheet, "row", column_name, found, expected, keys)'
        f" select 'key_in_two_files', {literal(CRITICAL)}, {literal(table.name)}, landed._source_file,"
        f" landed._source_sheet, landed._source_row, {listed('name')}, {values('landed')},"
        f" {expected}, {keys}"
        f" from scratch.shared inner join {raw} as landed on landed.rowid = row_id"
        f" inner join {raw} as earlier on earlier.rowid = earlier_id where not is_same"
    )


def _remove_repeated_rows(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    places: Sequence[Place],
    accounts: Accounts,
    findings: Findings,
) -> None:
    repeated = "from scratch.shared where is_same"
    counts = connection.execute(
        f"select position, first_position, count(*) {repeated} group by all order by all"
    ).fetchall()
    gone = f"select row_id {repeated} union all select row_id from scratch.joined"
    connection.execute(f"delete from raw.{quoted(table.name)} where rowid in ({gone})")
    left = list(places)
    for position, _, rows in counts:
        left[position] = left[position].without(rows)
    for position in dict.fromkeys(position for position, _, _ in counts):
        for record in left[position].records:
            accounts.replace(record)
    for position, first, rows in counts:
        is_all = all(record.status == REPEATED for record in left[position].records)
        rule_id = "file_repeated" if is_all else "rows_repeated"
        place = places[position]
        found = f"{places[first].name}: {rows}"
        findings.add(Finding(rule_id, WARNING, table.name, place.file, place.sheet, found=found))


def _bytes(block: Block) -> tuple[str | None, ...]:
    return block.file.sha256, block.sheet, str(block.number)


def _held(reading: Reading) -> list[tuple[str, str]]:
    return sorted((constant.column, constant.value) for constant in reading.constants)


def _values(held: list[tuple[str, str]]) -> str:
    return ", ".join(value for _, value in held)
