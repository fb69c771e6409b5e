"""The words that stand in cells, read from `words/`: not reported, yes and no, units, labels, notes, totals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from junheng.landing.plain import word_rows
from junheng.landing.units import units
from junheng.raw_contract import RawColumn, plain_name


@dataclass(frozen=True)
class Word:
    """One line of `cells.csv`: what a word is, for which columns or data types (all when empty), what it means."""

    kind: str
    applies_to: frozenset[str]
    word: str
    meaning: str


def cell_words(kind: str, *subjects: str) -> dict[str, str]:
    """The words of a kind that apply to one of the subjects (data types or columns), with their meanings."""
    return {
        word.word: word.meaning
        for word in _cell_words()
        if word.kind == kind and (not word.applies_to or word.applies_to & set(subjects))
    }


def code_labels(column: RawColumn) -> dict[str, str | None]:
    """Every known label of a column's codes, as `plain_name`, with its code; None for one that may mean several."""
    labels: dict[str, str | None] = {}
    for name, word, code in _code_words():
        if name == column.name and (not code or not column.codes or code in column.codes.values()):
            labels[plain_name(word)] = code or None
    for word, code in column.codes.items():
        labels[plain_name(word)] = code
    return labels


@cache
def traditional_characters() -> dict[str, str]:
    """Traditional characters of the words known here, with the simplified ones."""
    return {row["traditional"]: row["simplified"] for row in word_rows("traditional")}


def unit_factors(unit: str) -> dict[str, Decimal | None]:
    """Every known unit, as a cell may spell it, with the factor that makes figures in it `unit`, or None."""
    own = next((known for known in units().values() if plain_name(known.name) == plain_name(unit)), None)
    return {
        spelling: known.factor / own.factor if own and own.factor and known.factor and known.base == own.base else None
        for spelling, known in units().items()
    }


@cache
def _cell_words() -> tuple[Word, ...]:
    return tuple(
        Word(row["kind"], frozenset(row["applies_to"].split()), row["word"], row["meaning"])
        for row in word_rows("cells")
    )


@cache
def _code_words() -> tuple[tuple[str, str, str], ...]:
    return tuple((row["column"], row["word"], row["code"]) for row in word_rows("codes"))
