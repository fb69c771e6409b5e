"""The columns of the raw tables as a person sees them in a template: header, meaning, what may be entered."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from junheng.landing.cells import decimals
from junheng.messages import Messages
from junheng.project import Project
from junheng.raw_contract import RawColumn, RawTable, read_contract

# Years of data that a template for one school year has room for: retention looks back over three school years.
YEARS_BACK = 3
SAMPLE_YEAR = 2024
# Groups of indicators of which a county states its own conclusion although they are computed.
CLAIMED_GROUPS = ("government",)
STATED = ("reported", "document_review")
LOCAL = "local"


@dataclass(frozen=True)
class Bounds:
    """The least and the largest number that a cell may hold."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Choice:
    """A word that a cell may hold, and what it means where the word does not say so."""

    word: str
    meaning: str = ""


@dataclass(frozen=True)
class TemplateField:
    """One column of a template. `is_strict`: nothing else than the choices may be entered."""

    table: str
    column: RawColumn
    header: str
    meaning: str
    kind: str
    example: str
    choices: tuple[Choice, ...]
    is_strict: bool
    bounds: Bounds

    @property
    def is_text(self) -> bool:
        """Whether cells are text: their leading zeros stay."""
        return self.column.data_type in ("text", "code", "boolean")


@dataclass(frozen=True)
class TemplateTable:
    """One raw table as a template. `grain` says what a row is."""

    name: str
    title: str
    grain: str
    fields: tuple[TemplateField, ...]

    @property
    def is_of_schools(self) -> bool:
        """Whether a school fills the table in, and not the county."""
        return any(field.column.name == "school_code" for field in self.fields)


def read_tables(project: Project, messages: Messages, school_year: int | None) -> dict[str, TemplateTable]:
    """The templates of all raw tables, in the order of the contract."""
    contract = read_contract(project.standards)
    notes = {(row["table_name"], row["column_name"]): row for row in _rows(Path(__file__).parent / "columns.csv")}
    rules = {name: list(_rules(project.suites / "raw" / f"{name}.json")) for name in contract}
    reader = _Reader(project, messages, school_year)
    return {
        name: TemplateTable(
            name,
            file_title(name, messages),
            messages.text("template_grains", name),
            tuple(
                reader.field(table, column, notes[name, column.name], _about(rules[name], column.name))
                for column in table.columns
            ),
        )
        for name, table in contract.items()
    }


def file_title(table: str, messages: Messages) -> str:
    """The name of the sheet and the file of a table: Chinese, or the name in the contract."""
    return messages.text("tables", table) if messages.language == "zh" else table


def boolean_words(messages: Messages) -> tuple[str, str]:
    """The words for yes and no that a template offers."""
    return messages.text("templates", "true"), messages.text("templates", "false")


def shown_word(column: RawColumn, code: str, messages: Messages) -> str:
    """How a code stands in a template: its Chinese name, or itself."""
    return column.labels[code][0] if messages.language == "zh" and code in column.labels else code


@dataclass(frozen=True)
class _Reader:
    """Puts the contract, the notes and the rules of the suites together."""

    project: Project
    messages: Messages
    school_year: int | None

    def field(
        self, table: RawTable, column: RawColumn, note: Mapping[str, str], rules: list[dict[str, Any]]
    ) -> TemplateField:
        year = self.school_year or SAMPLE_YEAR
        meaning = note[f"meaning_{self.messages.language}"].format(year=year, next_year=year + 1)
        example = (note["example_en"] if self.messages.language == "en" else "") or note["example"]
        return TemplateField(
            table=table.name,
            column=column,
            header=self._header(column),
            meaning=meaning,
            kind=self.messages.text("template_kinds", column.data_type, decimals=decimals(column)),
            example=self._example(column, example.format(year=year)),
            choices=self._choices(column, rules),
            is_strict=column.data_type in ("code", "boolean"),
            bounds=self._bounds(column, note, rules),
        )

    def _header(self, column: RawColumn) -> str:
        name, unit = column.name, f" ({column.unit})"
        if self.messages.language == "zh":
            name, unit = column.name_zh, f"（{column.unit}）"
        return f"{name}{unit if column.unit else ''}{'*' if column.is_required else ''}"

    def _example(self, column: RawColumn, example: str) -> str:
        if column.data_type == "boolean" and example:
            return boolean_words(self.messages)[0 if example == "true" else 1]
        return shown_word(column, example, self.messages)

    def _choices(self, column: RawColumn, rules: list[dict[str, Any]]) -> tuple[Choice, ...]:
        if column.data_type == "boolean":
            return tuple(Choice(word) for word in boolean_words(self.messages))
        if column.labels:
            zh = self.messages.language == "zh"
            return tuple(Choice(names[0]) if zh else Choice(code, names[1]) for code, names in column.labels.items())
        if column.name == "fact_id":
            return tuple(self._facts())
        words = [word for rule in rules for word in rule["kwargs"].get("value_set", ())]
        return tuple(Choice(word) for word in words if word.isascii() == (self.messages.language == "en"))

    def _facts(self) -> Iterator[Choice]:
        """The ids of what a county states about itself, with the numerators and denominators of shares."""
        language = self.messages.language
        for row in _rows(self.project.standards / "indicators.csv"):
            stated = row["level"] == "county" and row["judged_by"] in STATED and row["grp"] != LOCAL
            if not stated and row["grp"] not in CLAIMED_GROUPS:
                continue
            unit = row[f"unit_{language}"]
            yield Choice(row["indicator_id"], row[f"name_{language}"] + (f" ({unit})" if unit else ""))
            if stated and row["denominator_zh"]:
                for part in ("numerator", "denominator"):
                    yield Choice(f"{row['indicator_id']}_{part}", row[f"{part}_{language}"])

    def _bounds(self, column: RawColumn, note: Mapping[str, str], rules: list[dict[str, Any]]) -> Bounds:
        between = [rule["kwargs"] for rule in rules if rule["type"] == "expect_column_values_to_be_between"]
        least = next((kwargs["min_value"] for kwargs in between if "min_value" in kwargs), None)
        most = next((kwargs["max_value"] for kwargs in between if "max_value" in kwargs), None)
        if note["minimum"]:
            least, most = int(note["minimum"]), int(note["maximum"])
        if self.school_year and column.is_key and column.name == "school_year":
            least, most = self.school_year - YEARS_BACK, self.school_year
        elif self.school_year and column.is_key and column.name == "fiscal_year":
            # A calendar year overlaps two school years.
            least, most = self.school_year - YEARS_BACK, self.school_year + 1
        return Bounds(least, most)


def exact_number(text: str) -> float | int | None:
    """A number as a spreadsheet keeps it, or None where it would not keep every digit."""
    number = Decimal(text)
    as_float = float(number)
    if Decimal(repr(as_float)) != number:
        return None
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else as_float


def _about(rules: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [rule for rule in rules if rule["kwargs"].get("column") == column]


def _rules(path: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(path.read_text(encoding="utf-8"))["expectations"]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
