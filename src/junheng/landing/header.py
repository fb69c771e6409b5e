"""Where the header of a table is: titles above it, one to four rows, merged cells, rows of units and numbers below.

No table of layouts is guessed at. A row is a header because it says what the columns are called: the caller knows the
words. Only where fewer than two are known does the shape of the rows decide.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from junheng.landing.model import Line, Merge
from junheng.landing.units import is_unit_label, unit_in
from junheng.landing.words import cell_words
from junheng.raw_contract import plain_name

MAX_HEADER_ROWS = 4
MOST_MERGES = 5000
PAIRS_LOOK_AHEAD = 8
Row = Sequence[str | None]
IsHeaderWord = Callable[[str], bool]


class Header(NamedTuple):
    """Titles above the header, the numbers of the header's rows (none: there is no header), a text for each column."""

    titles: tuple[Line, ...]
    header_rows: tuple[int, ...]
    headers: tuple[str, ...]


def filled(row: Row) -> list[int]:
    """Positions of the cells with a text that is not only space."""
    return [position for position, text in enumerate(row) if text and not text.isspace()]


def known_words(row: Row, is_header_word: IsHeaderWord) -> int:
    """How many cells of a row are words that a header may have."""
    return sum(1 for position in filled(row) if is_header_word(row[position] or ""))


def line(row: Row, number: int, is_header_word: IsHeaderWord) -> Line:
    """A row as one text. A cell that names a column and stands before its value is joined to it by a colon."""
    texts = [_one_line(row[position]) for position in filled(row)]
    parts: list[str] = []
    is_open = False
    for text in texts:
        is_name = is_header_word(text)
        if is_open and not is_name:
            parts[-1] += f": {text}"
        else:
            parts.append(text)
        is_open = is_name
    return Line(number, "  ".join(parts))


def has_colon(row: Row) -> bool:
    """Does a cell say what it is and its value (`name: value`)?"""
    return any(":" in _narrow(row[position]) for position in filled(row))


def is_pairs(row: Row, is_header_word: IsHeaderWord) -> bool:
    """Is the row made of names, each followed by its value?"""
    places = filled(row)
    kinds = [is_header_word(row[place] or "") for place in places]
    return len(places) >= 2 and len(places) % 2 == 0 and kinds == [True, False] * (len(places) // 2)


class HeaderSearch:
    """The first rows of a table; rows are named by their index here."""

    def __init__(
        self,
        rows: Sequence[Row],
        merged: Sequence[Merge],
        is_header_word: IsHeaderWord,
        numbers: Sequence[int] | None,
    ) -> None:
        self.rows = rows
        self.is_word = is_header_word
        self.numbers = list(numbers[: len(rows)]) if numbers is not None else list(range(1, len(rows) + 1))
        last = self.numbers[-1] if self.numbers else 0
        self.merges = [merge for merge in merged if merge.first_row <= last][:MOST_MERGES]
        # Rows of the header that hold nothing but the units of the columns.
        self.units: set[int] = set()

    def header(self, given: Sequence[int] | None = None) -> Header:
        """The header; without one its parts are empty. `given` are the numbers of its rows when somebody says so."""
        if given is not None:
            levels = [index for index, number in enumerate(self.numbers) if number in given]
            self.units = {
                index for place, index in enumerate(levels) if place and self._is_units(index, levels[:place])
            }
            return self._made_of(levels)
        anchor = self._anchor()
        if anchor is None:
            return Header((), (), ())
        first = last = anchor
        while last - first + 1 < MAX_HEADER_ROWS and first > 0 and self._is_group_row(first - 1):
            first -= 1
        while last - first + 1 < MAX_HEADER_ROWS and last + 1 < len(self.rows) and self._is_lower_row(first, last + 1):
            last += 1
        levels = list(range(first, last + 1))
        below: list[int] = []
        # Units and numbers of the columns stand below their names, in either order.
        for _ in range(2):
            if last + 1 < len(self.rows) and not below and self._is_next(last) and self._is_column_numbers(last + 1):
                last += 1
                below.append(last)
            elif last + 1 < len(self.rows) and levels[-1] not in self.units and self._is_units(last + 1, levels):
                last += 1
                levels.append(last)
                self.units.add(last)
        return self._made_of(levels, below)

    def _made_of(self, levels: list[int], below: Sequence[int] = ()) -> Header:
        """The header whose names stand in `levels`; the rows `below` belong to it without naming anything."""
        if not levels:
            return Header((), (), ())
        titles = tuple(
            line(self.rows[index], self.numbers[index], self.is_word)
            for index in range(levels[0])
            if filled(self.rows[index])
        )
        width = max(len(self.rows[index]) for index in levels)
        headers = tuple(self._text(levels, column) for column in range(width))
        return Header(titles, tuple(self.numbers[index] for index in sorted((*levels, *below))), headers)

    def _anchor(self) -> int | None:
        known = [known_words(row, self.is_word) for row in self.rows]
        for index, count in enumerate(known):
            if count >= 2:
                below = known[index + 1 : index + 1 + PAIRS_LOOK_AHEAD]
                if not (is_pairs(self.rows[index], self.is_word) and max(below, default=0) > count):
                    return index
        for index, count in enumerate(known):
            if count == 1 and len(filled(self.rows[index])) <= 2 and not is_pairs(self.rows[index], self.is_word):
                return index
        widest = max((len(filled(row)) for row in self.rows), default=0)
        for index, row in enumerate(self.rows):
            places = filled(row)
            texts = {row[place] for place in places}
            if len(places) >= max(2, widest / 2) and len(texts) > 1 and self._is_words(row) and not has_colon(row):
                return index
        return None

    def _is_next(self, index: int) -> bool:
        return self.numbers[index + 1] == self.numbers[index] + 1

    def _is_words(self, row: Row) -> bool:
        return all(any(letter.isalpha() for letter in row[place] or "") for place in filled(row))

    def _spans(self, upper: int, lower: int) -> bool:
        """Are cells merged from one row down into another?"""
        above, below = self.numbers[upper], self.numbers[lower]
        return any(merge.first_row <= above and merge.last_row >= below for merge in self.merges)

    def _groups(self, index: int) -> list[Merge]:
        """Cells merged side by side in a row, but not across the whole of it: names over several columns."""
        number = self.numbers[index]
        return [
            merge
            for merge in self.merges
            if merge.first_row == number
            and merge.last_column > merge.first_column
            and len(filled(self.rows[index])) > 1
        ]

    def _is_group_row(self, index: int) -> bool:
        """Does a row above the lowest known one name groups of columns?"""
        row, below = self.rows[index], self.rows[index + 1]
        places = filled(row)
        if len(places) < 2 or not self._is_next(index) or has_colon(row) or not self._is_words(row):
            return False
        if is_pairs(row, self.is_word):
            return False
        if self._spans(index, index + 1) or self._groups(index):
            return True
        lower = filled(below)
        span = range(min(lower + places), max(lower + places) + 1)
        unnamed = [column for column in span if column not in lower]
        if unnamed and all(column in places for column in unnamed):
            return True
        texts = [plain_name(below[place] or "") for place in lower]
        return len(set(texts)) < len(texts)

    def _is_lower_row(self, first: int, index: int) -> bool:
        """Does a row below a header row name its columns more closely?"""
        row, above = self.rows[index], self.rows[index - 1]
        places, upper = filled(row), filled(above)
        if not places or not self._is_next(index - 1) or not self._is_words(row):
            return False
        if self._is_units(index, range(first, index)):
            return False
        if [row[place] for place in places] == [above[place] for place in upper]:
            return False  # the same header once more
        if any(self._spans(level, index) for level in range(first, index)):
            return True
        known = known_words(row, self.is_word)
        if known >= 2 and 2 * known >= len(places):
            return True
        starts = {place for place, following in pairwise([*upper, len(above)]) if following > place + 1}
        covered = [place for place in places if place not in upper]
        return (
            bool(covered)
            and all(place not in upper or place in starts for place in places)
            and all(max((start for start in upper if start < place), default=-1) in places for place in covered)
        )

    def _is_units(self, index: int, levels: Sequence[int]) -> bool:
        """Does a row hold nothing but units of the columns above, strokes, and perhaps the word for unit?"""
        texts = [(place, (self.rows[index][place] or "").strip()) for place in filled(self.rows[index])]
        named = {place for level in levels for place in filled(self.rows[level])}
        without = {plain_name(word) for word in cell_words("not_reported")}
        units = [place for place, text in texts if unit_in(text)]
        others = [text for place, text in texts if place not in units]
        return (
            bool(units)
            and all(is_unit_label(text) or plain_name(text) in without for text in others)
            and (len(units) > 1 or units[0] in named)
        )

    def _is_column_numbers(self, index: int) -> bool:
        """Is it a row that numbers the columns: letters or stems, then 1, 2, 3 …?"""
        row = self.rows[index]
        marks = [plain_name(row[place] or "").strip("()[]") for place in filled(row)]
        if len(marks) < 2:
            return False  # a lone mark is the cell of somebody who filled in nothing else
        while marks and (marks[0] in _stems() or re.fullmatch(r"[a-z]", marks[0])):
            marks.pop(0)
        has_stems = len(marks) < len(filled(row))
        if not all(re.fullmatch(r"[1-9]\d{0,2}(=.*)?", mark) for mark in marks):
            return False
        numbers = [int(mark.split("=")[0]) for mark in marks]
        is_counted = all(after == before + 1 for before, after in pairwise(numbers))
        if not is_counted or (numbers and numbers[0] > len(filled(row))):
            return False
        return has_stems or (len(numbers) > 3 and numbers[0] == 1)

    def _text(self, levels: Sequence[int], column: int) -> str:
        texts: list[str] = []
        names = [level for level in levels if level not in self.units]
        for level in levels:
            row = self.rows[level]
            text = _one_line(row[column]) if column < len(row) else ""
            if level in self.units and not unit_in(text):
                text = ""
            if not text:
                text = self._covering(level, column, is_last=level >= names[-1])
            if text and (not texts or plain_name(texts[-1]) != plain_name(text)):
                texts.append(text)
        return " / ".join(texts)

    def _covering(self, level: int, column: int, is_last: bool) -> str:
        """The text of the merged cell that an empty cell of the header belongs to."""
        number = self.numbers[level]
        for merge in self.merges:
            is_inside = (
                merge.first_row <= number <= merge.last_row and merge.first_column <= column <= merge.last_column
            )
            if is_inside and merge.first_row in self.numbers:
                row = self.rows[self.numbers.index(merge.first_row)]
                return _one_line(row[merge.first_column]) if merge.first_column < len(row) else ""
        # Text files have lost their merged cells: a name reaches over the unnamed columns right of it.
        if is_last or self._groups(level) or column not in filled(self.rows[level + 1]):
            return ""
        left = [place for place in filled(self.rows[level]) if place < column]
        return _one_line(self.rows[level][left[-1]]) if left else ""


@cache
def _stems() -> frozenset[str]:
    path = Path(__file__).parent / "words" / "column_marks.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return frozenset(plain_name(row["mark"]) for row in csv.DictReader(lines))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _narrow(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "")
