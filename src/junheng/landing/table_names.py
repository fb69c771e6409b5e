"""Which raw tables the names around a block speak of: its sheet, its title lines, its file, its folders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from junheng.landing.constants import Place, places
from junheng.landing.model import Block
from junheng.landing.plain import key, word_rows
from junheng.raw_contract import RawTable

# What surrounds the name of a table in a name without changing it: years, numbers, terms.
AROUND = re.compile(r"(?:19|20)\d\d|\d+|学年度?|年度?|数据|统计|报送|上报|终稿|csv|xlsx?|sheet")


def exact_table(block: Block, contract: Mapping[str, RawTable]) -> str | None:
    """The table that a name consists of, once years and numbers are taken away; the closest name counts."""
    for place in _in_order(block):
        if found := _names().get(_core(place)):
            return found if found in contract else None
    return None


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


def _core(place: Place) -> str:
    return AROUND.sub("", key(place.text))


@cache
def _names() -> dict[str, str]:
    """Key of a name → table. The tables' own names are among the synonyms."""
    words = {key(row["synonym"]): row["table_name"] for row in word_rows("tables")}
    return words | {key(row["table_name"]): row["table_name"] for row in word_rows("tables")}
