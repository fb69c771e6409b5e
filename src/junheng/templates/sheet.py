"""One raw table as a worksheet to fill in: headers with notes, formats, drop-down lists, limits, protection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from junheng.messages import Messages
from junheng.templates.fields import Bounds, TemplateField, TemplateTable
from junheng.templates.guide import Lists
from junheng.templates.style import PROTECTION, TEXT, Book, display_width, print_setup

HEADER_ROW = 0
FIRST_DATA_ROW = 1
LAST_ROW = 1_048_575
HEADER_HEIGHT = 38
NARROWEST, WIDEST = 9, 26
NUMBER_FORMATS = {"integer": "0", "count": "0", "measure": "General", "money": "#,##0.00", "number": "General"}
NOTE_WIDTH, NOTE_LINE, NOTE_LETTERS = 280, 17, 40


def number_format(field: TemplateField) -> str:
    """The format of a column's cells: codes are text, so that leading zeros stay."""
    return TEXT if field.is_text else NUMBER_FORMATS[field.column.data_type]


def add_table_sheet(
    book: Book,
    table: TemplateTable,
    lists: Lists,
    messages: Messages,
    extra_headers: Sequence[tuple[str, int]] = (),
) -> Worksheet:
    """Add the sheet of a table; `extra_headers` with their widths stand to the right of its columns.

    Data begin in row `FIRST_DATA_ROW`.
    """
    sheet = book.workbook.add_worksheet(table.title)
    sheet.set_row(HEADER_ROW, HEADER_HEIGHT)
    for position, field in enumerate(table.fields):
        sheet.set_column(position, position, _width(field), book.data(number_format(field)))
        sheet.write_string(HEADER_ROW, position, field.header, book.header(required=field.column.is_required))
        note = _note(field, messages)
        sheet.write_comment(HEADER_ROW, position, note, note_shape(note))
        limits = _validation(field, lists.get((table.name, field.column.name)), messages)
        if limits:
            sheet.data_validation(FIRST_DATA_ROW, position, LAST_ROW, position, limits)
    for position, (header, width) in enumerate(extra_headers, start=len(table.fields)):
        sheet.set_column(position, position, width, book.data(TEXT))
        sheet.write_string(HEADER_ROW, position, header, book.header(required=False))
    sheet.freeze_panes(FIRST_DATA_ROW, _frozen(table))
    sheet.autofilter(HEADER_ROW, 0, HEADER_ROW, len(table.fields) + len(extra_headers) - 1)
    sheet.protect("", PROTECTION)
    print_setup(sheet, HEADER_ROW)
    # A code that looks like a number is meant as text.
    sheet.ignore_errors({"number_stored_as_text": f"A2:{_letter(len(table.fields) - 1)}{LAST_ROW + 1}"})
    return sheet


def _frozen(table: TemplateTable) -> int:
    """How many columns stay in sight: the year and the code before the figures."""
    return 2 if len(table.fields) > 5 else 0


def _width(field: TemplateField) -> int:
    words = [display_width(choice.word) + 3 for choice in field.choices]
    header = -(-display_width(field.header) // 2) + 4
    example = display_width(field.example) + 2
    return min(max(NARROWEST, header, example, *words), WIDEST)


def _note(field: TemplateField, messages: Messages) -> str:
    lines = [field.meaning, f"{messages.text('templates', 'kind')}: {field.kind}"]
    if field.column.unit:
        lines.append(f"{messages.text('templates', 'unit')}: {field.column.unit}")
    if field.column.is_required:
        lines.append(messages.text("templates", "is_required"))
    if field.example:
        lines.append(f"{messages.text('templates', 'example')}: {field.example}")
    return "\n".join(lines)


def note_shape(note: str) -> dict[str, Any]:
    """How large the box of a note has to be."""
    lines = sum(-(-max(display_width(line), 1) // NOTE_LETTERS) for line in note.splitlines())
    return {"width": NOTE_WIDTH, "height": NOTE_LINE * (lines + 1), "font_size": 9}


def _validation(field: TemplateField, words: str | None, messages: Messages) -> dict[str, Any] | None:
    """What a cell of the column may hold, in the words of the spreadsheet."""
    column = field.column
    title = field.header[:32]
    if column.data_type == "boolean":
        shape: dict[str, Any] = {"validate": "list", "source": [choice.word for choice in field.choices]}
        error = messages.text("templates", "choose")
    elif words:
        shape = {"validate": "list", "source": words}
        error = messages.text("templates", "choose" if field.is_strict else "choose_or_keep")
    elif column.data_type in ("integer", "count"):
        shape = {"validate": "integer", **_between(field.bounds)}
        error = messages.text("templates", "whole_number", limits=_limits(field.bounds))
    elif column.data_type in ("measure", "money", "number"):
        if field.bounds.least is None:
            shape = {"validate": "decimal", "criteria": "between", "minimum": -1e18, "maximum": 1e18}
        else:
            shape = {"validate": "decimal", **_between(field.bounds)}
        error = messages.text("templates", "number", limits=_limits(field.bounds), kind=field.kind)
    else:
        return None
    stops = field.is_strict or not words
    return {**shape, "ignore_blank": True, "error_type": "stop" if stops else "warning"} | {
        "error_title": title,
        "error_message": error[:255],
    }


def _between(bounds: Bounds) -> dict[str, Any]:
    least = 0 if bounds.least is None else bounds.least
    if bounds.most is None:
        return {"criteria": ">=", "value": least}
    return {"criteria": "between", "minimum": least, "maximum": bounds.most}


def _limits(bounds: Bounds) -> str:
    least = 0 if bounds.least is None else bounds.least
    return f"≥ {least}" if bounds.most is None else f"{least}–{bounds.most}"


def _letter(position: int) -> str:
    return chr(ord("A") + position)
