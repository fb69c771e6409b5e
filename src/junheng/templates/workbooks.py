"""The template workbooks of a county: one for each raw table, and one for a single school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from junheng.errors import MachineError, UsageError
from junheng.messages import Messages
from junheng.project import Project
from junheng.raw_contract import plain_name
from junheng.templates.fields import TemplateTable, read_tables
from junheng.templates.guide import add_guide
from junheng.templates.sheet import add_table_sheet
from junheng.templates.style import new_book

SUFFIX = ".xlsx"


@dataclass(frozen=True)
class TemplateOptions:
    """What the user asked for. No `tables`: all of them."""

    folder: Path
    school_year: int | None = None
    tables: Sequence[str] = ()
    force: bool = False


@dataclass(frozen=True)
class TemplateBook:
    """One workbook that is written: its file and the tables in it."""

    path: Path
    title: str
    tables: tuple[TemplateTable, ...]


def write_templates(project: Project, options: TemplateOptions, messages: Messages) -> list[TemplateBook]:
    """Write the workbooks, each complete or not at all.

    Raises UsageError for an unknown table and for files that are already there (without `force`; nothing is then
    written), MachineError when the folder cannot be written.
    """
    books = _planned(project, options, messages)
    folder = options.folder
    if folder.exists() and not folder.is_dir():
        raise UsageError("template_not_a_folder", file=folder)
    there = [book.path for book in books if book.path.exists()]
    if there and not options.force:
        raise UsageError("template_exists", file=there[0], count=len(there))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for book in books:
            write_book(book, messages)
    except OSError as error:
        raise MachineError("template_not_written", file=folder, found=error.strerror) from error
    return books


def write_book(book: TemplateBook, messages: Messages) -> None:
    """Write one workbook: the instructions first, then a sheet for each table."""
    with new_book(book.path, book.title) as opened:
        lists = add_guide(opened, book.tables, messages)
        for table in book.tables:
            add_table_sheet(opened, table, lists, messages)


def _planned(project: Project, options: TemplateOptions, messages: Messages) -> list[TemplateBook]:
    tables = read_tables(project, messages, options.school_year)
    names = _chosen(options.tables, tables)
    chosen = [table for name, table in tables.items() if name in names]
    books = [TemplateBook(options.folder / f"{table.title}{SUFFIX}", table.title, (table,)) for table in chosen]
    of_schools = tuple(table for table in chosen if table.is_of_schools)
    if of_schools:
        title = messages.text("templates", "one_school")
        books.append(TemplateBook(options.folder / f"{title}{SUFFIX}", title, of_schools))
    return books


def _chosen(wanted: Sequence[str], tables: dict[str, TemplateTable]) -> set[str]:
    """The tables meant, by their name in the contract or in Chinese."""
    known = {plain_name(word): name for name, table in tables.items() for word in (name, table.title)}
    for name, zh in ((name, Messages("zh").text("tables", name)) for name in tables):
        known[plain_name(zh)] = name
    words = [word for part in wanted for word in part.split(",") if word.strip()]
    for word in words:
        if plain_name(word) not in known:
            raise UsageError("template_table_unknown", found=word.strip(), expected=", ".join(tables))
    return {known[plain_name(word)] for word in words} or set(tables)
