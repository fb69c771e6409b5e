"""Which raw tables the names around a block speak of: its sheet, its title lines, its file, its folders."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath

from junheng.landing.constants import Place, places
from junheng.landing.headers import ignored, parts
from junheng.landing.model import Block
from junheng.landing.plain import key, tidy, word_rows

BETWEEN = re.compile(r"[\s_()\-–—.,;、]+")


# Between the cells of a row where a title line shows them as one text.
CELLS = "  "


def tables_named(block: Block) -> tuple[str, ...]:
    """The tables that a word of a name says, once years and numbers are taken away; only the closest name counts."""
    for place in _in_order(block):
        words = [without_surroundings(key(word)) for word in (place.text, *BETWEEN.split(tidy(place.text)))]
        if found := tuple(dict.fromkeys(_names()[word] for word in words if word in _names())):
            return found
    return ()


def is_cover(block: Block) -> bool:
    """Whether a worksheet holds no more than a text in a row and has no table's name itself, though its file may."""
    has_table = bool(block.header_rows) or any(CELLS in line.text for line in block.titles)
    return block.sheet is not None and not has_table and not is_named_as_table(block.sheet)


def is_named_as_table(name: str) -> bool:
    """Whether a file has the name of a table, leaving out suffixes, years and numbers, and is no page of notes."""
    stem = PurePosixPath(name).name.split(".")[0]
    words = [key(word) for word in (stem, *BETWEEN.split(tidy(stem)))]
    is_about_one = any(word in ignored("file") for word in words)
    return not is_about_one and any(without_surroundings(word) in _names() for word in words)


def without_surroundings(name: str) -> str:
    """The key of a name without what surrounds the name of a table and changes nothing: years, numbers, terms."""
    return re.sub("|".join([r"\d+", *map(re.escape, parts("around"))]), "", name)


def named_tables(block: Block) -> tuple[str, ...]:
    """The tables whose names stand somewhere in the names around a block, the likeliest first."""
    found: list[str] = []
    for place in _in_order(block):
        text = key(place.text)
        found += [_names()[name] for name in sorted(_names(), key=len, reverse=True) if name in text]
    return tuple(dict.fromkeys(found))


def _in_order(block: Block) -> list[Place]:
    near, far = places(block)
    order = ("sheet_name", "title", "file_name")
    return [*sorted(near, key=lambda place: order.index(place.origin)), *far]


@cache
def _names() -> dict[str, str]:
    """Key of a name → table. The tables' own names are among the synonyms."""
    words = {key(row["synonym"]): row["table_name"] for row in word_rows("tables")}
    return words | {key(row["table_name"]): row["table_name"] for row in word_rows("tables")}
