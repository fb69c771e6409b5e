"""The sheet of instructions of a template: how to fill it in, every column with an example, the words of the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from junheng.messages import Messages, catalogue
from junheng.templates.fields import TemplateField, TemplateTable
from junheng.templates.style import GREY, PROTECTION, Book, print_setup

WIDTHS = (32, 36, 8, 22, 8, 90)
COLUMNS = ("column", "example", "required", "kind", "unit", "meaning")
CHOICES = ("column", "choice", "", "", "", "meaning")
# (table, column) → the cells with its words, for the drop-down lists of the other sheets.
Lists = Mapping[tuple[str, str], str]


def guide_name(messages: Messages) -> str:
    """The name of the sheet; landing knows it as one that holds no data."""
    return messages.text("templates", "guide")


def add_guide(book: Book, tables: Sequence[TemplateTable], messages: Messages) -> Lists:
    """Add the sheet and say where the words of each list stand in it."""
    writer = _Guide(book, messages)
    writer.rules()
    writer.columns(tables)
    return writer.choices(tables)


class _Guide:
    """Writes the sheet from top to bottom."""

    def __init__(self, book: Book, messages: Messages) -> None:
        self.messages = messages
        self.sheet = book.workbook.add_worksheet(guide_name(messages))
        self.row = 0
        self.title_format = book.format("guide title", bold=True, font_size=14)
        self.text_format = book.format("guide text", text_wrap=True, valign="top")
        self.plain_format = book.format("guide line")
        self.band_format = book.format("guide band", bold=True, bg_color="#DDEBF7")
        self.head_format = book.format("guide head", bold=True, font_color="white", bg_color="#1F4E79")
        self.example_format = book.format("guide example", italic=True, font_color=GREY, num_format="@", valign="top")
        self.word_format = book.format("guide word", num_format="@", valign="top")
        for position, width in enumerate(WIDTHS):
            self.sheet.set_column(position, position, width)
        self.sheet.hide_gridlines(2)
        self.sheet.protect("", PROTECTION)
        print_setup(self.sheet, None)

    def rules(self) -> None:
        """What holds for every sheet."""
        self._line(guide_name(self.messages), self.title_format)
        for key in catalogue()["template_rules"]:
            self._line(f"• {self.messages.text('template_rules', key)}", self.plain_format)

    def columns(self, tables: Sequence[TemplateTable]) -> None:
        """Every column with an example, which stands in no sheet for data."""
        self._section("columns", COLUMNS)
        for table in tables:
            self._band(table)
            for field in table.fields:
                column = field.column
                required = self.messages.text("templates", "yes") if column.is_required else ""
                cells = (field.header, field.example, required, field.kind, column.unit or "", field.meaning)
                for position, cell in enumerate(cells):
                    is_example = COLUMNS[position] == "example"
                    self.sheet.write_string(
                        self.row, position, cell, self.example_format if is_example else self.text_format
                    )
                self.row += 1

    def choices(self, tables: Sequence[TemplateTable]) -> Lists:
        """The words that may be chosen."""
        self._section("choices", CHOICES)
        lists: dict[tuple[str, str], str] = {}
        for table in tables:
            fields = [field for field in table.fields if field.choices and field.column.data_type != "boolean"]
            if fields:
                self._band(table)
            for field in fields:
                lists[table.name, field.column.name] = self._words(field)
        return lists

    def _words(self, field: TemplateField) -> str:
        first = self.row
        for choice in field.choices:
            self.sheet.write_string(self.row, 0, field.header, self.text_format)
            self.sheet.write_string(self.row, 1, choice.word, self.word_format)
            self.sheet.write_string(self.row, len(WIDTHS) - 1, choice.meaning, self.text_format)
            self.row += 1
        return f"='{guide_name(self.messages)}'!$B${first + 1}:$B${self.row}"

    def _section(self, key: str, heads: Sequence[str]) -> None:
        self.row += 1
        self._line(self.messages.text("templates", key), self.title_format)
        for position, head in enumerate(heads):
            self.sheet.write_string(
                self.row, position, self.messages.text("templates", head) if head else "", self.head_format
            )
        self.row += 1

    def _band(self, table: TemplateTable) -> None:
        for position in range(len(WIDTHS)):
            self.sheet.write_blank(self.row, position, None, self.band_format)
        self.sheet.write_string(self.row, 0, f"{table.title} · {table.grain}", self.band_format)
        self.row += 1

    def _line(self, text: str, as_format: object) -> None:
        self.sheet.write_string(self.row, 0, text, as_format)
        self.row += 1
