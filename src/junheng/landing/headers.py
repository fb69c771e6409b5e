"""From the text of a header to the column of a raw table, and the unit that it gives.

A header is compared by its key (`plain.key`). Of a header of several levels all levels together are tried, in both
directions, then the last one: but never below a level that makes it a part of the whole, such as “of which: girls”.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from junheng.landing.plain import key, tidy, word_rows
from junheng.landing.units import unit_at_end, unit_in
from junheng.raw_contract import RawTable

LEVELS = " / "
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
MARKS = "*★☆※▲△●:;,。、"
# Texts of cells that are remembered: those of a county.
REMEMBERED = 1 << 15
IN_BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class HeaderMatch:
    """The column that a header names. `unit` is its spelling in the list of units; `origin` is `name` or `synonym`."""

    column: str
    unit: str | None
    origin: str


@dataclass(frozen=True)
class Candidate:
    """One way to read a header: a key, its unit, and the keys of the levels that it leaves out.

    `is_part`: the header says that this is a part of what stands above it.
    """

    name: str
    unit: str | None
    left_out: tuple[str, ...] = ()
    is_part: bool = False


@cache
def parts(kind: str) -> tuple[str, ...]:
    """The keys of the words of one kind that headers are made of."""
    return tuple(key(row["word"]) for row in word_rows("header_parts") if row["kind"] == kind)


@cache
def ignored(kind: str) -> frozenset[str]:
    """The keys of what our own workbooks carry beside the data: names of sheets, or headers."""
    return frozenset(key(row["word"]) for row in word_rows("ignored") if row["kind"] == kind)


def match_header(header: str, table: RawTable) -> HeaderMatch | None:
    """The column of a table that a header names, or None."""
    names = _names_of(table)
    for candidate in candidates(header):
        found = names.get(candidate.name)
        if found is None:
            continue
        above = {names[level][0] for level in candidate.left_out if level in names}
        if above <= (_wholes(table.name, found[0]) if candidate.is_part else {found[0]}):
            return HeaderMatch(found[0], candidate.unit, found[1])
    return None


def header_word_test(contract: Mapping[str, RawTable]) -> Callable[[str], bool]:
    """Whether a text is what a header of some raw table may say, or of a column that is known and never read."""
    tables = tuple(contract.values())
    words = frozenset(name for table in tables for name in _names_of(table))

    @lru_cache(maxsize=REMEMBERED)
    def is_header_word(text: str) -> bool:
        if is_context(text) or is_personal(text):
            return True
        # Most texts are figures and names of schools: they are no word of any table.
        is_word = any(way.name in words for way in candidates(text))
        return is_word and any(match_header(text, table) for table in tables)

    return is_header_word


def is_personal(header: str) -> bool:
    """Whether a header announces personal data, such as the name or the telephone number of a person."""
    plain = key(header)
    levels = {key(level) for level in header.split(LEVELS)}
    return any(
        word in plain if match == "contains" else word == plain or word in levels for word, match in _personal_words()
    )


def is_context(header: str) -> bool:
    """Whether a header names what stands beside the data in most tables and nobody misses: a number, a remark."""
    plain = key(header.strip(MARKS))
    return plain in parts("context") or plain in ignored("header")


@lru_cache(maxsize=4096)
def candidates(header: str) -> tuple[Candidate, ...]:
    """The ways to read a header, best first."""
    levels = [_level(text) for text in header.split(LEVELS)]
    if not any(name for name, _ in levels):
        levels = [(key(text.strip().strip(CIRCLED)), None) for text in header.split(LEVELS)]
    unit = next((unit for _, unit in reversed(levels) if unit), None)
    names = list(dict.fromkeys(name for name, _ in levels if name))
    whole = [name for name in names if name not in parts("total")] or names
    ways = [Candidate("".join(whole), unit)]
    if len(whole) > 1:
        ways.append(Candidate("".join(reversed(whole)), unit))
        if not any(_is_part(name) for name in whole[:-1]):
            ways.append(Candidate(whole[-1], unit, tuple(whole[:-1])))
            part = next((whole[-1].removeprefix(word) for word in parts("of_which") if whole[-1].startswith(word)), "")
            ways += [Candidate(part, unit, tuple(whole[:-1]), is_part=True)] if part else []
    if unit is None:
        ways += [
            Candidate(*split, way.left_out, way.is_part) for way in tuple(ways) if (split := unit_at_end(way.name))
        ]
    # `1.5年…` is one and a half years, or the first column and five years; `5、6年级` are two grades, or the fifth
    # column: only a known name tells.
    if numbered := _number_before_digit().match(header):
        ways += candidates(header[numbered.end() :])
    return tuple(ways)


def level_key(text: str) -> str:
    """The key of one label: without number, unit and marks; empty for one that is nothing but a unit."""
    return _level(text)[0]


def unit_of(header: str) -> str | None:
    """The unit that a header gives, whether its name is known or not."""
    ways = candidates(header)
    return ways[0].unit if ways else None


def units_of(header: str) -> tuple[str, ...]:
    """The units that the levels of a header give, from top to bottom."""
    return tuple(unit for text in header.split(LEVELS) if (unit := _level(text)[1]))


def _is_part(level: str) -> bool:
    return any(word in level for word in parts("part"))


def _level(text: str) -> tuple[str, str | None]:
    """The key of one level of a header, and its unit. A level that is nothing but a unit has no key."""
    text = tidy(text.strip().strip(CIRCLED))
    if unit := unit_in(text):
        return "", unit
    found: list[str] = []

    def drop(match: re.Match[str]) -> str:
        inner = match.group(1)
        # In front of everything else brackets hold the name itself.
        if match.start() > 0 and (unit := unit_in(inner)):
            found.append(unit)
            return ""
        hints = parts("hint")
        is_hint = key(inner) in hints or (match.start() > 0 and key(inner).startswith(hints))
        return "" if is_hint and not _is_part(key(inner)) else inner

    text = _without_number(_unwrapped(_without_number(text.strip(MARKS + " "))))
    text = IN_BRACKETS.sub(drop, text).strip(MARKS + " ")
    return key(_without_number(text)), found[-1] if found else None


def _unwrapped(text: str) -> str:
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:] and len(text) > 2:
        text = text[1:-1].strip(MARKS + " ")
    return text


def _without_number(text: str) -> str:
    """A text without the number of its paragraph: `1.`, `(2)`, `3、`, also in Chinese numerals."""
    numeral = "".join(parts("numeral"))
    return re.sub(
        rf"^(?:\((?:\d{{1,2}}|[{numeral}]{{1,3}})\)|(?:\d{{1,2}}|[{numeral}]{{1,3}})[.、)])\s*(?=\D)", "", text
    )


@cache
def _number_before_digit() -> re.Pattern[str]:
    number = rf"(?:\d{{1,2}}|[{''.join(parts('numeral'))}]{{1,3}})"
    return re.compile(rf"\s*(?:[(（]\s*{number}\s*[)）]|{number}\s*[.．、)）])\s*(?=\d)")


def _names_of(table: RawTable) -> Mapping[str, tuple[str, str]]:
    return _names(table.name, tuple((column.name, column.name_zh) for column in table.columns))


@cache
def _names(table: str, columns: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, str]]:
    """Key of a header → (column, origin), for one table of the contract."""
    own = {key(name): (column, "name") for column, name_zh in columns for name in (column, name_zh)}
    synonyms = {
        key(row["synonym"]): (row["column_name"], "synonym")
        for row in word_rows("headers")
        if row["table_name"] == table
    }
    return synonyms | own


@cache
def _wholes(table: str, column: str) -> frozenset[str]:
    """The columns that a column may be a part of."""
    rows = word_rows("parts")
    return frozenset(row["part_of"] for row in rows if (row["table_name"], row["column_name"]) == (table, column))


@cache
def _personal_words() -> tuple[tuple[str, str], ...]:
    return tuple((key(row["word"]), row["match"]) for row in word_rows("personal"))
