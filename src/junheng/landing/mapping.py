"""What `--map FILE.yml` says: which table a block is, which columns, which units. It beats what is recognised.

The file is a list of entries. It is read strictly: whatever is unknown, or speaks of nothing that was handed in, is a
UsageError with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

import yaml

from junheng.errors import UsageError
from junheng.landing.form_layouts import forms
from junheng.landing.model import Block
from junheng.landing.plain import key, word_rows
from junheng.landing.units import unit_in
from junheng.raw_contract import RawTable

SKIP = "skip"
Value = TypeVar("Value")
KEYS = ("file", "sheet", "block", "table", "form", "header_rows", "columns", "units", "values")


@dataclass(frozen=True)
class MapEntry:
    """One entry of a map. `table` and the values of `columns` may be `skip`; None means: as recognised.

    A column is named by its header, or by `#` and its number in the block.
    """

    line: int
    file: str
    sheet: str | None = None
    block: int | None = None
    table: str | None = None
    form: str | None = None
    header_rows: tuple[int, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def fits_sheet(self, file: str, sheet: str | None) -> bool:
        """Whether the entry speaks of a sheet of a file."""
        if not fnmatchcase(file, self.file):
            return False
        return self.sheet is None or (sheet is not None and fnmatchcase(sheet, self.sheet))

    def fits(self, block: Block) -> bool:
        """Whether the entry speaks of a block."""
        return self.fits_sheet(block.file.name, block.sheet) and self.block in (None, block.number)

    def column_at(self, position: int, header: str) -> str | None:
        """What the entry says of a column: a column of the raw table, `skip`, or None."""
        return _at(self.columns, position, header)

    def unit_at(self, position: int, header: str) -> str | None:
        """The unit that the entry gives a column."""
        return _at(self.units, position, header)

    def unused(self, blocks: list[Block]) -> list[str]:
        """The headers of the entry that stand in none of the blocks."""
        known = {
            name for block in blocks for place, header in enumerate(block.headers) for name in _names(place, header)
        }
        return [name for name in (*self.columns, *self.units) if _header_key(name) not in known]


@dataclass(frozen=True)
class LandingMap:
    """A whole map; of several entries that fit a block the last one holds."""

    path: Path | None = None
    entries: tuple[MapEntry, ...] = ()

    def entry_for(self, block: Block) -> MapEntry | None:
        """The entry for a block."""
        return next((entry for entry in reversed(self.entries) if entry.fits(block)), None)

    def header_rows(self, file: str, sheet: str | None) -> tuple[int, ...] | None:
        """The rows that the map says are the header of a sheet."""
        entries = [entry for entry in self.entries if entry.header_rows and entry.fits_sheet(file, sheet)]
        return entries[-1].header_rows if entries else None

    def require_used(self, blocks: Iterable[Block]) -> None:
        """Raise UsageError for an entry, or a header of one, that fits no block that was handed in."""
        known = list(blocks)
        for entry in self.entries:
            fitting = [block for block in known if entry.fits(block)]
            if not fitting:
                found = " / ".join(str(part) for part in (entry.file, entry.sheet, entry.block) if part is not None)
                raise UsageError("map_entry_unused", file=self.path, row=entry.line, found=found)
            if missing := _rows_without_header(entry, fitting):
                raise UsageError("map_rows_unused", file=self.path, row=entry.line, found=missing)
            if unused := entry.unused(fitting):
                raise UsageError("map_header_unused", file=self.path, row=entry.line, found=", ".join(unused))


NO_MAP = LandingMap()


def _rows_without_header(entry: MapEntry, blocks: Iterable[Block]) -> str:
    """The rows that an entry calls a header and that have no text in one of its blocks, as one text."""
    rows = {row for block in blocks for row in entry.header_rows or () if row not in block.header_rows}
    return ", ".join(map(str, sorted(rows)))


def read_map(path: Path, contract: Mapping[str, RawTable]) -> LandingMap:
    """Read a map. Raises UsageError with the line for whatever it may not say."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError("map_unreadable", file=path, row=mark.line + 1 if mark else None, found=str(error)) from error
    if root is None:
        return LandingMap(path)
    reader = _Reader(path, contract)
    return LandingMap(path, tuple(reader.entry(node) for node in reader.items(root)))


class _Reader:
    """From the nodes of a YAML document to entries; scalars keep their text, so that codes keep their zeros."""

    def __init__(self, path: Path, contract: Mapping[str, RawTable]) -> None:
        self.path = path
        self.contract = contract

    def wrong(self, node: yaml.Node, found: str, expected: str) -> UsageError:
        return UsageError("map_wrong", file=self.path, row=node.start_mark.line + 1, found=found, expected=expected)

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(node, _shown(node), "[...]")
        return list(node.value)

    def members(self, node: yaml.Node) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, _shown(node), "{...}")
        members: dict[str, yaml.Node] = {}
        for name_node, value in node.value:
            name = self.text(name_node)
            if name in members:
                raise UsageError("map_key_twice", file=self.path, row=name_node.start_mark.line + 1, found=name)
            members[name] = value
        return members

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.wrong(node, _shown(node), "text")
        return str(node.value)

    def number(self, node: yaml.Node) -> int:
        text = self.text(node)
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise self.wrong(node, text, "1, 2, 3, …")
        return int(text)

    def one_of(self, node: yaml.Node, known: Iterable[str]) -> str:
        text = self.text(node)
        choices = list(known)
        if text not in choices:
            raise self.wrong(node, text, ", ".join(choices))
        return text

    def entry(self, node: yaml.Node) -> MapEntry:
        members = self.members(node)
        for name, value in members.items():
            if name not in KEYS:
                raise self.wrong(value, name, ", ".join(KEYS))
        if "file" not in members:
            raise self.wrong(node, ", ".join(members), "file")

        table = self.given(members, "table", lambda value: self.one_of(value, (*self.contract, SKIP)))
        columns = self._columns(table)
        known = [name for form in forms() for name in (form.name, *form.names)]
        return MapEntry(
            line=node.start_mark.line + 1,
            file=self.text(members["file"]),
            sheet=self.given(members, "sheet", self.text),
            block=self.given(members, "block", self.number),
            table=table,
            form=self.given(members, "form", lambda value: self.one_of(value, known)),
            header_rows=self.given(
                members, "header_rows", lambda value: tuple(self.number(row) for row in self.items(value))
            ),
            columns=self.given(
                members, "columns", lambda value: self._words(value, lambda one: self.one_of(one, (*columns, SKIP)))
            )
            or {},
            units=self.given(members, "units", lambda value: self._words(value, self._unit)) or {},
            values=self.given(members, "values", lambda value: self._values(value, columns)) or {},
        )

    def given(self, members: dict[str, yaml.Node], name: str, read: Callable[[yaml.Node], Value]) -> Value | None:
        return read(members[name]) if name in members else None

    def _columns(self, table: str | None) -> list[str]:
        tables = [member for name, member in self.contract.items() if table in (None, SKIP, name)]
        return list(dict.fromkeys(column.name for member in tables for column in member.columns))

    def _words(self, node: yaml.Node, read: Callable[[yaml.Node], str]) -> dict[str, str]:
        return {name: read(value) for name, value in self.members(node).items()}

    def _values(self, node: yaml.Node, columns: list[str]) -> dict[str, str]:
        values = self._words(node, self.text)
        for name in values:
            if name not in columns:
                raise self.wrong(node, name, ", ".join(columns))
        return values

    def _unit(self, node: yaml.Node) -> str:
        text = self.text(node)
        if unit_in(text) is None:
            raise self.wrong(node, text, ", ".join(row["unit"] for row in word_rows("units")))
        return text


def _shown(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else str(node.tag).rpartition(":")[2]


def _names(position: int, header: str) -> tuple[str, str]:
    return f"#{position + 1}", _header_key(header)


def _header_key(name: str) -> str:
    return name.strip() if name.strip().startswith("#") else key(name)


def _at(words: Mapping[str, str], position: int, header: str) -> str | None:
    by_key = {_header_key(name): word for name, word in words.items()}
    number, plain = _names(position, header)
    return by_key.get(number, by_key.get(plain) if plain else None)
