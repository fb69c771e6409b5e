"""Columns that stand in no cell but hold for a whole block: the year in a file's name, the school in a title line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from junheng.findings import CRITICAL
from junheng.landing.headers import match_header, parts
from junheng.landing.model import Block, Constant, Doubt
from junheng.landing.plain import key, tidy, word_rows
from junheng.raw_contract import RawColumn, RawTable

# Only these may hold for a whole block; a figure never does.
SHARED = frozenset(
    {
        "school_year",
        "fiscal_year",
        "school_code",
        "school_name",
        "county_code",
        "county_name",
        "township",
        "stage",
        "grade",
    }
)
LABELLED = re.compile(r"([^\s:,;、。|()]+)\s*:\s*([^\s:,;、。|()]+)")
RANGE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-–—~至/]\s*((?:19|20)?\d\d)(?![\d.-])")
# A year that stands alone: no part of a date, of a longer number or of a version.
ALONE = re.compile(r"(?<![\d./-])((?:19|20)\d\d)(?!\s*[\d./-])")
DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d(?:\d{2,6})?)?(?!\d)|(?<!\d)(?:19|20)\d\d\s*[-./年]\s*(?:0?[1-9]|1[0-2])(?!\d)"
)
SCHOOL_CODE = re.compile(r"(?<![0-9A-Za-z])\d{10}(?![0-9A-Za-z])")
COUNTY_CODE = re.compile(r"(?<![0-9A-Za-z])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Place:
    """A text beside the block that may say something of all of it."""

    origin: str
    text: str


def constants_for(block: Block, table: RawTable, lacking: frozenset[str]) -> tuple[tuple[Constant, ...], list[Doubt]]:
    """What titles, sheet, file and folder say of columns that the block lacks, and where they contradict each other."""
    constants: list[Constant] = []
    doubts: list[Doubt] = []
    for column in table.columns:
        if column.name not in lacking & SHARED:
            continue
        near = list(dict.fromkeys(_found(block, table, column)))
        values = list(dict.fromkeys(constant.value for constant in near))
        if len(values) == 1:
            constants.append(near[0])
        elif values:
            found = ", ".join(dict.fromkeys(constant.source for constant in near))
            doubts.append(Doubt("value_in_doubt", CRITICAL, column.name, found))
    return tuple(constants), doubts


def places(block: Block) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The texts beside a block: those close to it, and the names of its folders, which count only without those."""
    path = PurePosixPath(block.file.name)
    first = block.header_rows[0] if block.header_rows else None
    near = [Place("title", line.text) for line in block.titles if first is None or line.row < first]
    if block.sheet is not None:
        near.append(Place("sheet_name", block.sheet))
    near.append(Place("file_name", path.stem))
    return tuple(near), tuple(Place("folder_name", part) for part in reversed(path.parent.parts))


def years_in(text: str, *, is_fiscal: bool) -> list[str]:
    """The years that a text names; of a school year from 2024 to 2025 that is 2024. A date names none."""
    text = DATE.sub(" ", tidy(text))
    ranges = [match.groups() for match in RANGE.finditer(text)]
    if is_fiscal and any(_follows(first, last) for first, last in ranges):
        return []
    years = [year for first, last in ranges for year in ((first,) if _follows(first, last) else (first, last))]
    return list(dict.fromkeys([*years, *ALONE.findall(RANGE.sub(" ", text))]))


def _follows(first: str, second: str) -> bool:
    return (int(first) + 1) % 100 == int(second) % 100


def _found(block: Block, table: RawTable, column: RawColumn) -> Iterator[Constant]:
    near, far = places(block)
    found = [constant for place in near for constant in _said(place, table, column)]
    yield from found
    if not found:
        for place in far:
            if said := list(_said(place, table, column)):
                yield from said
                return


def _said(place: Place, table: RawTable, column: RawColumn) -> Iterator[Constant]:
    """What one text says of a column."""
    labelled = [
        (label, value)
        for label, value in LABELLED.findall(tidy(place.text))
        if (match := match_header(label, table)) and match.column == column.name
    ]
    is_year = column.name in ("school_year", "fiscal_year")
    for label, value in labelled:
        years = years_in(value, is_fiscal=column.name == "fiscal_year") if is_year else [value]
        for year in years:
            yield Constant(column.name, year, place.origin, f"{label}:{value}")
    if labelled:
        return
    if is_year:
        for year in years_in(_without_labelled(place.text), is_fiscal=column.name == "fiscal_year"):
            yield Constant(column.name, year, place.origin, _source(place))
    elif column.name in ("school_code", "county_code") and place.origin != "title":
        pattern = SCHOOL_CODE if column.name == "school_code" else COUNTY_CODE
        for code in pattern.findall(DATE.sub(" ", tidy(place.text))):
            yield Constant(column.name, code, place.origin, _source(place))
    elif column.name == "stage":
        word = _stage_word(place, table, column)
        if word:
            yield Constant(column.name, word, place.origin, _source(place))


def _without_labelled(text: str) -> str:
    return LABELLED.sub(" ", tidy(text))


def _source(place: Place) -> str:
    """The text a value was taken from; of a title without what is labelled, which may name a person."""
    return _without_labelled(place.text).strip() if place.origin == "title" else place.text


def _stage_word(place: Place, table: RawTable, column: RawColumn) -> str | None:
    """The stage that a name consists of once year and table are taken away; a school's own name says nothing."""
    if place.origin == "title":
        return None
    text = key(RANGE.sub("", tidy(place.text)))
    words = sorted((key(row["synonym"]) for row in word_rows("tables") if row["table_name"] == table.name), key=len)
    for word in (*reversed(words), key(table.name)):
        text = text.replace(word, "", 1) if word in text else text
    text = re.sub("|".join([r"[\d()]+", *map(re.escape, parts("around"))]), "", text)
    return next((code for word, code in column.codes.items() if key(word) == text), None)
