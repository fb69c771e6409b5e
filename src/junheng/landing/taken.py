"""What a former landing has already done: raw tables whose files are the same are taken over instead of read again.

A raw table is taken over only as a whole, with its accounts and findings, and only where nothing else can have changed
it: all its files are those of the former landing, none of the other files speaks of it, nothing of it was rejected or
set aside. Whatever is in doubt is read again. The result is that of a full landing, row for row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Any

import duckdb

from junheng.findings import TABLE, Finding
from junheng.landing import file_kind
from junheng.landing.accounting import LANDED, REPEATED, SourceRecord
from junheng.landing.codes import CONVERSION as RESTORED
from junheng.landing.codes import SCHOOLS
from junheng.landing.model import Block, GridRows, HandedFile, Reading
from junheng.landing.sql import insert_rows, listed, literal, quoted
from junheng.raw_contract import RawTable

FILE = "landing.json"
CATALOG = "former"
# More findings than that are quicker made again than kept.
MOST_FINDINGS = 5000
# Worksheets that have changed are held in memory until it is known what they speak of.
MOST_BYTES = 32 << 20
# Said of what is not there; made anew by every landing.
OF_NO_FILE = ("table_missing", "schools_missing")
COPIED = ("landing_column", "landing_conversion")


@dataclass(frozen=True)
class Former:
    """A former landing: the warehouse that it filled and what it kept beside it.

    `files` are the hashes of what was handed in, by name; `blocks` their outlines. Tables that are `unfit` are
    not there as they were read, those `by_schools` only while the table of schools is the same.
    """

    warehouse: Path
    files: Mapping[str, str]
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...]
    records: tuple[SourceRecord, ...]
    unfit: frozenset[str]
    by_schools: frozenset[str]

    def tables_of(self, name: str) -> frozenset[str]:
        """The raw tables that a file spoke of."""
        return frozenset(one.table_name for one in self.records if one.file == name and one.table_name)


@dataclass
class Taken:
    """What is taken over: files, and the tables that they fill."""

    former: Former | None = None
    files: dict[str, HandedFile] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()

    def records(self, name: str) -> list[SourceRecord]:
        """The records of a file that is taken over."""
        return [one for one in self.former.records if one.file == name] if self.former else []

    def blocks(self) -> list[Block]:
        """The outlines of the blocks of all files that are taken over."""
        return [block for block in self.former.blocks if block.file.name in self.files] if self.former else []

    def blocks_of(self, table: str) -> list[Block]:
        """The outlines of the blocks of a raw table that is taken over."""
        records = self.former.records if self.former else ()
        places = {one.place for one in records if one.table_name == table}
        return [block for block in self.blocks() if (block.file.name, block.sheet, block.number) in places]

    def files_of(self, table: str) -> list[HandedFile]:
        """The files whose rows stand in a table that is taken over."""
        if self.former is None or table not in self.tables:
            return []
        names = [one.file for one in self.former.records if one.table_name == table]
        return [self.files[name] for name in dict.fromkeys(names)]

    def copy(self, connection: duckdb.DuckDBPyConnection, contract: Mapping[str, RawTable]) -> None:
        """Copy rows, columns, conversions and findings into the open build file."""
        if self.former is None or not self.files:
            return
        connection.execute(f"attach {literal(str(self.former.warehouse))} as {CATALOG} (read_only)")
        try:
            for name in self.tables:
                columns = [quoted(column.name) for column in contract[name].columns]
                columns += ["_source_file", "_source_sheet", "_source_row"]
                chosen = ", ".join(columns)
                connection.execute(
                    f"insert into raw.{quoted(name)} ({chosen}) select {chosen} from {CATALOG}.raw.{quoted(name)}"
                    " order by rowid"
                )
            files = listed([*self.files])
            for table in COPIED:
                connection.execute(
                    f"insert into quality.{table} select * from {CATALOG}.quality.{table} where file in ({files})"
                    " order by rowid"
                )
        finally:
            connection.execute(f"detach {CATALOG}")
        insert_rows(connection, TABLE, [list(astuple(one)) for one in self.former.findings if one.file in self.files])


def choose(former: Former | None, files: Sequence[HandedFile], readings: Mapping[str, Sequence[Reading]]) -> Taken:
    """Choose what is taken over. `readings` are those of the blocks of each file that is new or has changed; without
    any file that is the same there is nothing.
    """
    if former is None or not is_possible(former, files):
        return Taken()
    names = {file.name for file in files}
    gone = [name for name in former.files if name not in names]
    spoken_of = {name: _tables(of_file) for name, of_file in readings.items()}
    same = {file.name: file for file in files if file.name not in spoken_of}
    touched = set(former.unfit).union(*spoken_of.values())
    touched |= {table for name in (*spoken_of, *gone) for table in former.tables_of(name)}
    if SCHOOLS in touched:
        # Codes that the former schools put right, or did not, may be other ones by these.
        touched |= former.by_schools
    while again := [name for name in same if former.tables_of(name) & touched]:
        for name in again:
            touched |= former.tables_of(name)
            del same[name]
        if SCHOOLS in touched:
            touched |= former.by_schools
    tables = frozenset(table for name in same for table in former.tables_of(name))
    return Taken(former, same, tables)


def changed_files(former: Former | None, files: Sequence[HandedFile]) -> list[HandedFile]:
    """The files that are new or have changed and have to be looked at first; none when nothing can be taken over."""
    return _changed(former, files) if former is not None and is_possible(former, files) else []


def is_possible(former: Former, files: Sequence[HandedFile]) -> bool:
    """Whether it is clear which file is which, and what has changed is small enough to be held in memory."""
    changed = _changed(former, files)
    hashes = [file.sha256 for file in files]
    # The same bytes under two names are one table: which of the two names counts is not to be guessed here.
    is_clear = len(set(hashes)) == len(hashes) and not {file.sha256 for file in changed} & set(former.files.values())
    in_memory = sum(file.size for file in changed if file.kind not in (file_kind.TEXT, file_kind.PARQUET))
    return is_clear and in_memory <= MOST_BYTES and len(changed) < len(files)


def _changed(former: Former, files: Sequence[HandedFile]) -> list[HandedFile]:
    return [file for file in files if former.files.get(file.name) != file.sha256]


def _tables(readings: Sequence[Reading]) -> frozenset[str]:
    """The raw tables that the blocks of a file are, or may be."""
    return frozenset(table for reading in readings for table in (reading.table, *reading.candidates) if table)


def write_former(
    folder: Path,
    key: str,
    files: Sequence[HandedFile],
    blocks: Iterable[Block],
    findings: Sequence[Finding] | None,
) -> None:
    """Keep beside a build what the next landing needs of this one; nothing when there is too much of it."""
    if findings is None:
        return
    content = {
        "key": key,
        "files": {file.name: file.sha256 for file in files},
        "blocks": [[block.file.name, block.sheet, block.number, list(block.headers)] for block in blocks],
        "findings": [list(astuple(finding)) for finding in findings],
    }
    (folder / FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", newline="\n")


def read_former(folder: Path, warehouse: Path, key: str) -> Former | None:
    """The landing of a build, when it was made by the same program, contract and map; None when it was not."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            records = _records(connection)
            unfit = _unfit(connection)
            by_schools = _by_schools(connection)
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
        return None
    if any(one.status == REPEATED for one in records):
        return None
    return Former(
        warehouse,
        content["files"],
        tuple(_block(*outline) for outline in content["blocks"]),
        tuple(Finding(*cells) for cells in content["findings"]),
        records,
        unfit,
        by_schools,
    )


def findings_of_files(
    connection: duckdb.DuckDBPyConnection, first: int, files: Sequence[HandedFile]
) -> tuple[Finding, ...] | None:
    """What landing has to say of these files, from finding `first` on; None when it is too much to keep."""
    rows = connection.execute(
        f"select * from {TABLE} where rowid >= {int(first)} and file is not null order by rowid"
        f" limit {MOST_FINDINGS + 1}"
    ).fetchall()
    names = {file.name for file in files}
    found = [Finding(*row) for row in rows]
    if len(found) > MOST_FINDINGS:
        return None
    return tuple(one for one in found if one.file in names and one.rule_id not in OF_NO_FILE)


def _records(connection: duckdb.DuckDBPyConnection) -> tuple[SourceRecord, ...]:
    names = ", ".join(f'"{one.name}"' for one in fields(SourceRecord))
    rows = connection.execute(f"select {names} from quality.source_file order by rowid").fetchall()
    values: list[dict[str, Any]] = [
        dict(zip((one.name for one in fields(SourceRecord)), row, strict=True)) for row in rows
    ]
    return tuple(SourceRecord(**{**one, "school_years": tuple(one["school_years"] or ())}) for one in values)


def _unfit(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Tables of which rows were rejected or set aside: they are not in the raw table."""
    rows = connection.execute(
        "select distinct table_name from quality.rejected_row union select table_name from quality.row_accounting"
        " where rows_quarantined > 0 union select table_name from quality.source_file"
        f" where table_name is not null and status <> {literal(LANDED)}"
    ).fetchall()
    return frozenset(table for (table,) in rows)


def _by_schools(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Tables with codes that were put right, or with repeated rows: those were looked at before they were taken out."""
    rows = connection.execute(
        "select distinct table_name from quality.landing_conversion inner join quality.source_file using (file)"
        f" where conversion = {literal(RESTORED)} and table_name is not null"
        " union select table_name from quality.source_file where rows_repeated > 0"
    ).fetchall()
    return frozenset(table for (table,) in rows)


def _block(file: str, sheet: str | None, number: int, headers: Sequence[str]) -> Block:
    handed = HandedFile(file, Path(file), 0, "")
    return Block(handed, sheet, False, number, None, None, (), (), tuple(headers), GridRows((), ()))
