"""Rows that go back: a workbook for each school with its own rows, the wrong cells coloured and noted.

A returned workbook has the shape of a template and all rows of the school: corrected, it takes the place of what was
handed in. What belongs to no known school goes into one workbook of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from junheng.findings import Findings
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.returned_rows import MOST_ROWS, collect, forget
from junheng.templates.fields import TemplateTable, read_tables, shown_word
from junheng.templates.returned import Problem, ReturnedRow, Section, write_returned_book
from junheng.templates.style import new_book, print_setup

SUFFIX = ".xlsx"
# More workbooks than a county sends out: the list of schools says which were not written.
MOST_WORKBOOKS = 1000
BATCH = 50
LONGEST_CODE, LONGEST_NAME = 32, 30
PROBLEM = 'select severity, table_name, file, sheet, "row", column_name, found, expected, title, action'
ROW = 'select table_name, file, sheet, "row", is_landed, cells'
ORDER = 'table_name, file nulls first, sheet nulls first, "row" nulls first'


@dataclass(frozen=True)
class School:
    """A school with wrong rows."""

    code: str
    name: str | None
    errors: int
    warnings: int


@dataclass(frozen=True)
class Returned:
    """What was written: `workbooks` for `schools` schools, and perhaps one for rows that belong to none."""

    folder: Path
    schools: int
    workbooks: int
    has_unknown: bool


def write_returns(
    findings: Findings, folder: Path, messages: Messages, *, with_warnings: bool = False
) -> Returned | None:
    """Write the workbooks for what `findings` hold about raw tables; None when nothing is to go back.

    Schools with errors get one; `with_warnings` those with nothing but warnings too. A folder that is there already
    is kept under another name. Raises OSError when it cannot be written.
    """
    findings.put_into_words(messages)
    connection = findings.connection
    tables = read_tables(packaged_project(), messages, None)
    collect(connection, tables, messages, with_warnings=with_warnings)
    try:
        schools = _schools(connection)
        has_unknown = bool(_one(connection, "select count(*) from returned_problem where owner is null"))
        if not schools and not has_unknown:
            return None
        _make_room(folder)
        return _Writer(connection, folder, tables, messages).write(schools, has_unknown=has_unknown)
    finally:
        forget(connection)


class _Writer:
    """Writes the workbooks of one return."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        tables: dict[str, TemplateTable],
        messages: Messages,
    ) -> None:
        self.connection = connection
        self.folder = folder
        self.tables = tables
        self.messages = messages

    def write(self, schools: Sequence[School], *, has_unknown: bool) -> Returned:
        """Write them all, and the list of schools."""
        names = FileNames()
        if has_unknown:
            title = self.messages.text("returns", "unknown")
            self._write_book(names.taken(title), title, *self._unknown())
        written = {school.code: names.of_school(school) for school in schools[:MOST_WORKBOOKS]}
        for batch in _batches(schools[:MOST_WORKBOOKS], BATCH):
            rows, problems = self._of(batch)
            for school in batch:
                title = f"{school.code} {school.name or ''}".strip()
                self._write_book(written[school.code], title, rows.get(school.code, {}), problems[school.code])
        self._write_index(names.taken(self.messages.text("returns", "index")), schools, written)
        return Returned(self.folder, len(schools), len(written), has_unknown)

    def _of(
        self, schools: Sequence[School]
    ) -> tuple[dict[str, dict[str, list[ReturnedRow]]], dict[str, list[Problem]]]:
        """Rows and problems of some schools, by school."""
        codes = [school.code for school in schools]
        rows: dict[str, dict[str, list[ReturnedRow]]] = {}
        marks = ", ".join("?" * len(codes))
        found = self.connection.execute(
            f"{ROW}, owner from returned_row where owner in ({marks}) order by owner, {ORDER}", codes
        ).fetchall()
        for table, *facts, owner in found:
            rows.setdefault(owner, {}).setdefault(table, []).append(ReturnedRow(*facts))
        problems: dict[str, list[Problem]] = {code: [] for code in codes}
        found = self.connection.execute(
            f"{PROBLEM}, owner from returned_problem where owner in ({marks}) order by owner, {ORDER}, severity", codes
        ).fetchall()
        for *facts, owner in found:
            problems[owner].append(self._problem(facts))
        return rows, problems

    def _unknown(self) -> tuple[dict[str, list[ReturnedRow]], list[Problem]]:
        rows: dict[str, list[ReturnedRow]] = {}
        found = self.connection.execute(f"{ROW} from returned_row where owner is null order by {ORDER}").fetchall()
        for table, *facts in found:
            rows.setdefault(table, []).append(ReturnedRow(*facts))
        found = self.connection.execute(
            f"{PROBLEM} from returned_problem where owner is null order by {ORDER}, severity limit {MOST_ROWS}"
        ).fetchall()
        return rows, [self._problem(facts) for facts in found]

    def _problem(self, facts: Sequence[Any]) -> Problem:
        severity, name, file, sheet, row, column, found, expected, title, action = facts
        table = self.tables.get(name)
        fields = {field.column.name: field for field in table.fields} if table else {}
        # A finding about the key names all of its columns.
        columns = tuple(part for part in (column or "").split(", ") if part in fields)
        if found and len(columns) == 1:
            found = shown_word(fields[columns[0]].column, found, self.messages)
        heads = tuple(fields[part].header.rstrip("*") for part in columns) or ((column,) if column else ())
        return Problem(severity, name, file, sheet, row, columns, found, expected, title, action, heads)

    def _write_book(
        self, name: str, title: str, rows: dict[str, list[ReturnedRow]], problems: Sequence[Problem]
    ) -> None:
        sections = [Section(table, rows[key]) for key, table in self.tables.items() if key in rows]
        remark = self.messages.text("returns", "remark")
        write_returned_book(self.folder / name, title, sections, problems, self.messages, remark)

    def _write_index(self, name: str, schools: Sequence[School], written: dict[str, str]) -> None:
        """The list of schools with what was found and the name of the workbook."""
        heads = (("code", 16), ("name", 34), ("errors", 10), ("warnings", 10), ("workbook", 60))
        not_written = self.messages.text("returns", "not_written", most=MOST_WORKBOOKS)
        with new_book(self.folder / name, self.messages.text("returns", "index")) as book:
            sheet = book.workbook.add_worksheet(self.messages.text("returns", "index"))
            text = book.format("list text", num_format="@")
            for position, (key, width) in enumerate(heads):
                sheet.set_column(position, position, width)
                sheet.write_string(0, position, self.messages.text("returns", key), book.header(required=True))
            for number, school in enumerate(schools, start=1):
                sheet.write_string(number, 0, school.code, text)
                sheet.write_string(number, 1, school.name or "", text)
                sheet.write_number(number, 2, school.errors)
                sheet.write_number(number, 3, school.warnings)
                sheet.write_string(number, 4, written.get(school.code, not_written), text)
            sheet.freeze_panes(1, 0)
            print_setup(sheet, 0)


class FileNames:
    """Names of files that are safe on every system, each given once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def of_school(self, school: School) -> str:
        """Code and shortened name of a school, nothing but letters, digits and hyphens in them."""
        code, name = safe_part(school.code, LONGEST_CODE), safe_part(school.name or "", LONGEST_NAME)
        return self.taken("_".join(part for part in (code, name) if part) or "-")

    def taken(self, stem: str) -> str:
        """A name with this stem that no other file has."""
        name, number = stem, 1
        while name.casefold() in self._used:
            number += 1
            name = f"{stem}-{number}"
        self._used.add(name.casefold())
        return f"{name}{SUFFIX}"


def safe_part(text: str, longest: int) -> str:
    """What of a text may stand in the name of a file."""
    return re.sub(r"[^\w]+", "-", text).strip("-_")[:longest].rstrip("-_")


def _schools(connection: duckdb.DuckDBPyConnection) -> list[School]:
    rows = connection.execute(
        "select owner, any_value(name), count(*) filter (severity = 'critical'), count(*) filter (severity = 'warning')"
        " from returned_problem left join returned_school on owner = school where owner is not null"
        " group by owner order by owner"
    ).fetchall()
    return [School(*row) for row in rows]


def _make_room(folder: Path) -> None:
    """Keep what an earlier run wrote, or what was corrected in it, under another name."""
    if folder.exists() and any(folder.iterdir()):
        number = 1
        while (kept := folder.with_name(f"{folder.name}-{number}")).exists():
            number += 1
        folder.rename(kept)
    folder.mkdir(parents=True, exist_ok=True)


def _batches(schools: Sequence[School], size: int) -> Iterator[list[School]]:
    left = iter(schools)
    while batch := list(islice(left, size)):
        yield batch


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
