"""Templates filled in as people do: numbers as numbers, codes as text, labels in Chinese, one cell after the other."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import RawColumn, RawTable, read_contract
from junheng.templates.fields import boolean_words
from junheng.templates.workbooks import TemplateOptions, write_templates

PROJECT = packaged_project()
CONTRACT = read_contract(PROJECT.standards)
OF_A_COUNTY = tuple(name for name, table in CONTRACT.items() if "school_code" not in {c.name for c in table.columns})
Row = dict[str, str]


def sample() -> dict[str, list[Row]]:
    """The raw tables of the sample county as texts."""
    return {name: list(_rows(PROJECT.sample / f"{name}.csv")) for name in CONTRACT}


def all_schools() -> list[str]:
    """Codes of the schools of the sample county."""
    return [row["school_code"] for row in _rows(PROJECT.sample / "schools.csv")]


@cache
def some_schools() -> list[str]:
    """One in five, and what it takes of the others to have every word of a code and every column with an empty cell."""
    kinds: dict[str, set[tuple[str, str, str]]] = {school: set() for school in all_schools()}
    for table, rows in sample().items():
        for column in CONTRACT[table].columns:
            is_worded = column.data_type in ("boolean", "code") or column.codes
            for row in rows:
                text, school = row[column.name], row.get("school_code")
                if school and (is_worded or text == ""):
                    kinds[school].add((table, column.name, text))
    some = list(kinds)[::5]
    while missing := set().union(*kinds.values()).difference(*(kinds[school] for school in some)):
        some.append(max(kinds, key=lambda school: len(kinds[school] & missing)))
    return some


def _of_schools(tables: Mapping[str, list[Row]], schools: Sequence[str]) -> dict[str, list[Row]]:
    wanted = {None, *schools}
    return {name: [row for row in rows if row.get("school_code") in wanted] for name, rows in tables.items()}


def fill_by_table(folder: Path, messages: Messages, of: Sequence[str]) -> None:
    """Fill the template of each table with the rows of these schools."""
    write_templates(PROJECT, TemplateOptions(folder), messages)
    (folder / f"{messages.text('templates', 'one_school')}.xlsx").unlink()
    for name, rows in _of_schools(sample(), of).items():
        title = _title(name, messages)
        _fill((folder / f"{title}.xlsx").read_bytes(), folder / f"{title}.xlsx", {name: rows}, messages)


def fill_by_school(folder: Path, messages: Messages, of: Sequence[str]) -> int:
    """Fill the template of a single school for each of these, and those of the county's tables; gives the schools."""
    write_templates(PROJECT, TemplateOptions(folder, tables=OF_A_COUNTY), messages)
    tables = _of_schools(sample(), of)
    for name in OF_A_COUNTY:
        path = folder / f"{_title(name, messages)}.xlsx"
        _fill(path.read_bytes(), path, {name: tables[name]}, messages)
    empty = folder / f"{messages.text('templates', 'one_school')}.xlsx"
    write_templates(PROJECT, TemplateOptions(folder, force=True, tables=[*set(CONTRACT) - set(OF_A_COUNTY)]), messages)
    for name in set(CONTRACT) - set(OF_A_COUNTY):
        (folder / f"{_title(name, messages)}.xlsx").unlink()
    template = empty.read_bytes()
    empty.unlink()
    schools = {row["school_code"]: row["school_name"] for row in tables["schools"]}
    for code, name in schools.items():
        own = {
            table: [row for row in rows if row["school_code"] == code]
            for table, rows in tables.items()
            if table not in OF_A_COUNTY
        }
        _fill(template, folder / f"{name}.xlsx", own, messages)
    return len(schools)


def _fill(template: bytes, path: Path, tables: Mapping[str, Sequence[Row]], messages: Messages) -> None:
    book = load_workbook(BytesIO(template))
    for name, rows in tables.items():
        _fill_sheet(book[_title(name, messages)], CONTRACT[name], rows, messages)
    book.save(path)


def _fill_sheet(sheet: Worksheet, table: RawTable, rows: Sequence[Row], messages: Messages) -> None:
    for number, row in enumerate(rows, start=2):
        for position, column in enumerate(table.columns, start=1):
            if row[column.name] != "":
                sheet.cell(number, position, entered(column, row[column.name], messages))


def entered(column: RawColumn, text: str, messages: Messages) -> str | int | float:
    """What a person enters for a value."""
    match column.data_type:
        case "integer" | "count":
            return int(text)
        case "measure" | "money" | "number":
            return float(text)
        case "boolean":
            return boolean_words(messages)[0 if text == "true" else 1]
        case "code" if messages.language == "zh":
            return column.labels[text][0]
        case _:
            return text


def _title(table: str, messages: Messages) -> str:
    return messages.text("tables", table) if messages.language == "zh" else table


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
