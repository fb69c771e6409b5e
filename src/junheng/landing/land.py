"""Land a folder: every cell is read as text, judged, then cast; every cell that does not fit is a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from junheng.findings import CRITICAL, TABLE, WARNING, Finding, Findings
from junheng.landing import cells, strict_cells
from junheng.landing.csv_source import CsvSource, inspect
from junheng.landing.folder import read_folder
from junheng.landing.records import read_records
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawColumn, RawTable


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
    spare: Path,
    on_table: Callable[[str], None] = lambda _table: None,
) -> list[LandedTable]:
    """Fill the schema `raw` of the open build file from the files of a folder.

    `spare` is a file that may be written and overwritten.
    A table with a critical finding stays empty. Raises UsageError and DataError as `read_folder` does.
    """
    connection.execute("create schema if not exists raw")
    raw = read_folder(folder, contract, findings, messages)
    landed = []
    for name, table in contract.items():
        on_table(name)
        _create(connection, table)
        file = raw.files.get(name)
        landed.append(
            _land_file(connection, table, file, findings, messages, spare) if file else LandedTable(name, None, 0, None)
        )
    return landed


def _create(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    columns = ", ".join(f"{cells.quoted(column.name)} {column.sql_type}" for column in table.columns)
    connection.execute(
        f"create or replace table raw.{cells.quoted(table.name)} ({columns}, _source_file varchar, _source_row bigint)"
    )


def _land_file(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    path: Path,
    findings: Findings,
    messages: Messages,
    spare: Path,
) -> LandedTable:
    before = findings.count(CRITICAL)
    source = inspect(path)
    headers = _match_header(source, table, findings)
    rows = 0
    if headers:
        read_records(connection, source, headers, spare)
        _report_rejects(connection, source, table, messages)
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
            )


def _present(table: RawTable, columns: list[RawColumn]) -> list[str]:
    names = {column.name for column in columns}
    return [name for name in table.key if name in names]


def _cast(connection: duckdb.DuckDBPyConnection, table: RawTable, file: str) -> int:
    words = boolean_words()
    values = ", ".join(strict_cells.strict_value(column, words) for column in table.columns)
    name = f"raw.{cells.quoted(table.name)}"
    connection.execute(
        f"insert into {name} select {values}, {cells.literal(file)}, _source_row from scratch.record"
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
