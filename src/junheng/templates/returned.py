"""A workbook that goes back to whoever handed the rows in: template sheets with the wrong cells coloured and noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from junheng.messages import Messages
from junheng.templates.fields import TemplateField, TemplateTable, boolean_words, exact_number, shown_word
from junheng.templates.guide import add_guide
from junheng.templates.sheet import FIRST_DATA_ROW, add_table_sheet, note_shape, number_format
from junheng.templates.style import AMBER, PROTECTION, RED, TEXT, Book, new_book, print_setup

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# A note holds what a person reads, not a page.
LONGEST_NOTE, LONGEST_CELL = 1500, 300
LIST_COLUMNS = (
    ("severity", 8),
    ("place", 18),
    ("column", 18),
    ("found", 24),
    ("expected", 36),
    ("problem", 44),
    ("action", 50),
    ("origin", 48),
)
# (table, file, sheet, row) as it was handed in.
Place = tuple[str, str | None, str | None, int | None]


@dataclass(frozen=True)
class Problem:
    """One finding in words. `columns` are those of the raw table that it speaks of, `heads` their headers."""

    severity: str
    table: str | None
    file: str | None
    sheet: str | None
    row: int | None
    columns: tuple[str, ...]
    found: str | None
    expected: str | None
    title: str
    action: str | None
    heads: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The row that it speaks of."""
        return self.table or "", self.file, self.sheet, self.row


@dataclass(frozen=True)
class ReturnedRow:
    """A row as it goes back. `is_landed`: cells are typed values as text, and not the text that was handed in."""

    file: str | None
    sheet: str | None
    row: int | None
    is_landed: bool
    cells: Sequence[str | None]


@dataclass(frozen=True)
class Section:
    """The rows of one table that go into a workbook."""

    table: TemplateTable
    rows: Sequence[ReturnedRow]


def write_returned_book(
    path: Path, title: str, sections: Sequence[Section], problems: Sequence[Problem], messages: Messages, remark: str
) -> None:
    """Write one workbook: the list of problems, the instructions, a sheet for each table with rows.

    Raises OSError when it cannot be written.
    """
    with new_book(path, title) as book:
        overview = book.workbook.add_worksheet(messages.text("returns", "problems"))
        lists = add_guide(book, [section.table for section in sections], messages)
        by_place: dict[Place, list[Problem]] = {}
        for problem in problems:
            by_place.setdefault(problem.place, []).append(problem)
        cells: dict[int, str] = {}
        extra = ((messages.text("returns", "problem"), 44), (messages.text("returns", "origin"), 40))
        for section in sections:
            sheet = add_table_sheet(book, section.table, lists, messages, extra)
            cells |= _Rows(book, sheet, section, messages).write(by_place)
        _write_list(book, overview, problems, cells, messages, (title, remark))


class _Rows:
    """Writes the rows of one table and says where the problems stand in the sheet."""

    def __init__(self, book: Book, sheet: Worksheet, section: Section, messages: Messages) -> None:
        self.book = book
        self.sheet = sheet
        self.section = section
        self.messages = messages
        self.fields = section.table.fields
        self.positions = {field.column.name: position for position, field in enumerate(self.fields)}
        self.words = boolean_words(messages)

    def write(self, by_place: Mapping[Place, list[Problem]]) -> dict[int, str]:
        """Write all rows; gives the cell of every problem, by the problem's identity."""
        where: dict[int, str] = {}
        for number, row in enumerate(self.section.rows, start=FIRST_DATA_ROW):
            problems = by_place.get((self.section.table.name, row.file, row.sheet, row.row), [])
            marked = self._marked(problems)
            for position, (field, cell) in enumerate(zip(self.fields, row.cells, strict=True)):
                self._cell(number, position, field, cell, row.is_landed, marked.get(position, ()))
            self._remarks(number, row, problems, marked.get(len(self.fields), ()))
            for position, members in marked.items():
                note = "\n\n".join(_in_words(problem, self.messages) for problem in members)[:LONGEST_NOTE]
                self.sheet.write_comment(number, position, note, note_shape(note))
                where |= {id(problem): f"{_letters(position)}{number + 1}" for problem in reversed(members)}
        return where

    def _marked(self, problems: Iterable[Problem]) -> dict[int, list[Problem]]:
        """Problems by the position of their cells; one of no column by the position of the remarks."""
        marked: dict[int, list[Problem]] = {}
        for problem in problems:
            positions = [self.positions[name] for name in problem.columns if name in self.positions]
            for position in positions or [len(self.fields)]:
                marked.setdefault(position, []).append(problem)
        return marked

    def _cell(
        self,
        number: int,
        position: int,
        field: TemplateField,
        cell: str | None,
        is_landed: bool,
        problems: Sequence[Problem],
    ) -> None:
        as_format = self.book.data(number_format(field), _colour(problems)) if problems else None
        if cell is None:
            if as_format is not None:
                self.sheet.write_blank(number, position, None, as_format)
            return
        if not field.is_text and PLAIN_NUMBER.fullmatch(cell):
            value = exact_number(cell)
            if value is not None:
                self.sheet.write_number(number, position, value, as_format)
                return
        self.sheet.write_string(number, position, self._word(field, cell) if is_landed else cell, as_format)

    def _word(self, field: TemplateField, cell: str) -> str:
        if field.column.data_type == "boolean":
            return self.words[0 if cell == "true" else 1]
        return shown_word(field.column, cell, self.messages)

    def _remarks(
        self, number: int, row: ReturnedRow, problems: Sequence[Problem], of_no_cell: Sequence[Problem]
    ) -> None:
        if problems:
            words = "；".join(dict.fromkeys(problem.title for problem in problems))
            as_format = self.book.data(TEXT, _colour(of_no_cell)) if of_no_cell else None
            self.sheet.write_string(number, len(self.fields), words[:LONGEST_NOTE], as_format)
        self.sheet.write_string(number, len(self.fields) + 1, origin(row.file, row.sheet, row.row, self.messages))


def origin(file: str | None, sheet: str | None, row: int | None, messages: Messages) -> str:
    """File, sheet and row in words."""
    parts = [file or "", sheet or "", messages.text("returns", "row", row=row) if row is not None else ""]
    return " · ".join(part for part in parts if part)


def _write_list(
    book: Book,
    sheet: Worksheet,
    problems: Sequence[Problem],
    cells: Mapping[int, str],
    messages: Messages,
    heading: tuple[str, str],
) -> None:
    """Every problem in a row, with a link to its cell."""
    sheet.write_string(0, 0, heading[0], book.format("guide title", bold=True, font_size=14))
    sheet.write_string(1, 0, heading[1], book.format("guide line"))
    head, text = 2, book.format("guide text", text_wrap=True, valign="top")
    link = book.format("list link", font_color="blue", underline=1, valign="top")
    for position, (key, width) in enumerate(LIST_COLUMNS):
        sheet.set_column(position, position, width)
        sheet.write_string(head, position, messages.text("returns", key), book.header(required=True))
    for number, problem in enumerate(problems, start=head + 1):
        title = messages.text("tables", problem.table) if problem.table else ""
        cell = cells.get(id(problem))
        values = (
            messages.text("labels", problem.severity),
            title,
            messages.text("returns", "and").join(problem.heads),
            problem.found,
            problem.expected,
            problem.title,
            problem.action,
            origin(problem.file, problem.sheet, problem.row, messages),
        )
        for position, value in enumerate(values):
            if value:
                sheet.write_string(number, position, value[:LONGEST_NOTE], text)
        if cell:
            name = title if messages.language == "zh" else problem.table
            sheet.write_url(number, 1, f"internal:'{name}'!{cell}", link, f"{name}!{cell}")
    sheet.freeze_panes(head + 1, 0)
    sheet.autofilter(head, 0, head + len(problems), len(LIST_COLUMNS) - 1)
    sheet.protect("", PROTECTION)
    print_setup(sheet, head)


def _in_words(problem: Problem, messages: Messages) -> str:
    lines = [problem.title]
    if problem.found is not None:
        lines.append(f"{messages.text('returns', 'found')}: {problem.found[:LONGEST_CELL]}")
    if problem.expected:
        lines.append(f"{messages.text('returns', 'expected')}: {problem.expected[:LONGEST_CELL]}")
    if problem.action:
        lines.append(f"{messages.text('returns', 'action')}: {problem.action[:LONGEST_CELL]}")
    return "\n".join(lines)


def _colour(problems: Sequence[Problem]) -> str:
    return RED if any(problem.severity == "critical" for problem in problems) else AMBER


def _letters(position: int) -> str:
    return chr(ord("A") + position)
