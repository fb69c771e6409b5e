"""Land a folder: every cell is read as text, judged, then cast; every cell that does not fit is a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from junheng.findings import CRITICAL, TABLE, WARNING, Finding, Findings
from junheng.landing import cells
from junheng.landing.csv_source import CsvSource, blank_records, inspect
from junheng.landing.folder import read_folder
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawColumn, RawTable

REJECTED_RECORD = {"MISSING COLUMNS": "too_few_cells", "TOO MANY COLUMNS": "too_many_cells"}


@dataclass(frozen=True)
class LandedTable:
    """One raw table of the build file. `file` is NULL for a table that was not handed in."""

    name: str
    file: str | None
    rows: int
    sha256: str | None


def land_folder(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    contract: dict[str, RawTable],
    findings: Findings,
    messages: Messages,
    on_table: Callable[[str], None] = lambda _table: None,
) -> list[LandedTable]:
    """Fill the schema `raw` of the open build file from the files of a folder.

    A table with a critical finding stays empty. Raises UsageError and DataError as `read_folder` does.
    """
    connection.execute("create schema if not exists raw")
    raw = read_folder(folder, contract, findings)
    landed = []
    for name, table in contract.items():
        on_table(name)
        _create(connection, table)
        file = raw.files.get(name)
        landed.append(
            _land_file(connection, table, file, findings, messages) if file else LandedTable(name, None, 0, None)
        )
    return landed


def _create(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    columns = ", ".join(f"{cells.quoted(column.name)} {column.sql_type}" for column in table.columns)
    connection.execute(
        f"create or replace table raw.{cells.quoted(table.name)} ({columns}, _source_file varchar, _source_row bigint)"
    )


def _land_file(
    connection: duckdb.DuckDBPyConnection, table: RawTable, path: Path, findings: Findings, messages: Messages
) -> LandedTable:
    before = findings.count(CRITICAL)
    source = inspect(path)
    headers = _match_header(source, table, findings)
    rows = 0
    if headers:
        _read_as_text(connection, source, headers, findings, messages, table)
        readable = [column for column in table.columns if column.name in headers]
        _judge_cells(connection, table, path.name, readable, findings, messages)
        if findings.count(CRITICAL) == before:
            rows = _cast(connection, table, path.name)
    return LandedTable(table.name, path.name, rows, source.sha256)


def _match_header(source: CsvSource, table: RawTable, findings: Findings) -> list[str]:
    """Name the file's columns: the contract's name, or a name of their own for those that are not read."""
    file = source.path.name

    def critical(rule_id: str, **facts: object) -> None:
        findings.add(Finding(rule_id, CRITICAL, table=table.name, file=file, **facts))  # type: ignore[arg-type]

    if source.size == 0:
        critical("empty_file", expected=", ".join(column.name for column in table.columns))
        return []
    if source.undecodable_line is not None:
        critical("not_utf8", row=source.undecodable_line, found=source.undecodable_bytes, expected="UTF-8")
        return []
    if not any(header.strip() for header in source.header):
        critical("header_missing", row=1, expected=", ".join(column.name for column in table.columns))
        return []
    names: list[str] = []
    first_header: dict[str, str] = {}
    for position, header in enumerate(source.header, start=1):
        column = table.column_for(header)
        if column is None:
            names.append(f"_unread_{position}")
            findings.add(Finding("column_not_read", WARNING, table=table.name, file=file, row=1, column=header))
        elif column.name in first_header:
            names.append(f"_unread_{position}")
            critical("duplicate_column", row=1, column=column.name, found=f"{first_header[column.name]}, {header}")
        else:
            names.append(column.name)
            first_header[column.name] = header
    for column in table.columns:
        if column.name not in first_header:
            critical(
                "missing_column",
                row=1,
                column=column.name,
                found=", ".join(source.header),
                expected=f"{column.name} / {column.name_zh}",
            )
    return names


def _read_as_text(
    connection: duckdb.DuckDBPyConnection,
    source: CsvSource,
    headers: list[str],
    findings: Findings,
    messages: Messages,
    table: RawTable,
) -> None:
    """Read all cells as text into scratch.cells, each record with its number in the file."""
    columns = "{" + ", ".join(f"{cells.literal(name)}: 'varchar'" for name in headers) + "}"
    connection.execute("drop table if exists scratch.cells")
    connection.execute("drop table if exists scratch.gap")
    connection.execute("create table scratch.gap (record bigint)")
    if len(headers) > 1:
        connection.execute(
            "create table scratch.cells as select row_number() over () as _position, * from read_csv("
            f"{cells.literal(str(source.path))}, auto_detect = false, header = true, delim = ',', quote = '\"',"
            f" escape = '\"', all_varchar = true, nullstr = '', store_rejects = true, columns = {columns})"
        )
        _report_rejects(connection, source, findings, messages, table)
        connection.execute("insert into scratch.gap select distinct line from reject_errors")
        connection.execute("drop table if exists reject_errors")
        connection.execute("drop table if exists reject_scans")
    else:
        connection.execute(f"create table scratch.cells (_position bigint, {cells.quoted(headers[0])} varchar)")
    if source.has_blank_line:
        blank = [[record] for record in blank_records(source.path)]
        if blank:
            connection.executemany("insert into scratch.gap values (?)", blank)
    # A record's number counts the header, blank lines and records that could not be read.
    connection.execute(
        "create or replace table scratch.numbered as"
        " with gaps as (select record, row_number() over (order by record) as gap_number from scratch.gap),"
        " starts as (select gap_number, record - 1 - gap_number as records_before from gaps)"
        " select cells.* exclude (_position), cells._position + 1 + coalesce(starts.gap_number, 0) as _source_row"
        " from scratch.cells as cells asof left join"
        " (select records_before, max(gap_number) as gap_number from starts group by records_before) as starts"
        " on cells._position > starts.records_before"
    )
    all_empty = " and ".join(f"{cells.trimmed(name)} is null" for name in headers)
    connection.execute(f"delete from scratch.numbered where {all_empty}")


def _report_rejects(
    connection: duckdb.DuckDBPyConnection, source: CsvSource, findings: Findings, messages: Messages, table: RawTable
) -> None:
    """Records that are not records: wrong number of cells, broken quotes."""
    rules = " ".join(f"when '{kind}' then '{rule}'" for kind, rule in REJECTED_RECORD.items())
    connection.execute(
        f'insert into {TABLE} (rule_id, severity, table_name, file, "row", found)'
        f" select case error_type::varchar {rules} else 'broken_record' end, '{CRITICAL}',"
        " ?, ?, line, left(min(csv_line), 200) from reject_errors group by error_type, line",
        [table.name, source.path.name],
    )
    expected = messages.text("expected", "cells", count=len(source.header))
    connection.execute(
        f"update {TABLE} set expected = ? where file = ? and rule_id in ('too_few_cells', 'too_many_cells')",
        [expected, source.path.name],
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
    problems = {column.name: cells.problem(column, words) for column in columns}
    counts = ", ".join(f"count(*) filter (({sql}) is not null)" for sql in problems.values())
    found = connection.execute(f"select {counts or '0'} from scratch.numbered").fetchone() or ()
    keys = "json_object(" + ", ".join(f"'{name}', {cells.quoted(name)}" for name in _present(table, columns)) + ")"
    for column, count in zip(columns, found, strict=False):
        if count:
            connection.execute(
                f'insert into {TABLE} (rule_id, severity, table_name, file, "row", column_name, found, expected, keys)'
                f" select {problems[column.name]}, '{CRITICAL}', ?, ?, _source_row, ?,"
                f" {cells.quoted(column.name)}, ?, {keys}"
                f" from scratch.numbered where ({problems[column.name]}) is not null",
                [table.name, file, column.name, expected_text(column, messages)],
            )


def _present(table: RawTable, columns: list[RawColumn]) -> list[str]:
    names = {column.name for column in columns}
    return [name for name in table.key if name in names]


def _cast(connection: duckdb.DuckDBPyConnection, table: RawTable, file: str) -> int:
    words = boolean_words()
    values = ", ".join(cells.value(column, words) for column in table.columns)
    name = f"raw.{cells.quoted(table.name)}"
    connection.execute(
        f"insert into {name} select {values}, {cells.literal(file)}, _source_row from scratch.numbered"
        " order by _source_row"
    )
    row = connection.execute(f"select count(*) from {name}").fetchone()
    return int(row[0]) if row else 0


def boolean_words() -> dict[str, list[str]]:
    """The words that stand for yes and no."""
    words: dict[str, list[str]] = catalogue()["boolean_words"]
    return words


def expected_text(column: RawColumn, messages: Messages) -> str:
    """What a cell of a column may hold, in words."""
    if column.data_type == "code":
        codes: dict[str, list[str]] = {}
        for word, code in column.codes.items():
            codes.setdefault(code, []).append(word)
        return ", ".join(" / ".join(dict.fromkeys(words)) for words in codes.values())
    return messages.text("expected", column.data_type, decimals=cells.decimals(column))
