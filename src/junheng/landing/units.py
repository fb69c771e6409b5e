"""Units of measure: which ones a header or a title names, and what turns them into the unit of the raw table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from junheng.landing.plain import key, tidy, word_rows
from junheng.raw_contract import RawColumn

# Between the units of one title line.
BETWEEN = re.compile(r"[\s,;、]+")
# Column names that hold their unit themselves.
UNIT_IN_NAME = ("_wan", "_yuan", "_m2")


@dataclass(frozen=True)
class Unit:
    """A unit as listed: one of it is `factor` of `base`; `factor` is None where no decimal says it exactly."""

    name: str
    base: str
    factor: Decimal | None


class UnitError(Exception):
    """A unit that cannot be turned into that of the column. `rule_id` is the finding."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id


@cache
def units() -> dict[str, Unit]:
    """All units by the key of their spelling."""
    return {
        _unit_key(row["unit"]): Unit(row["unit"], row["base_unit"], Decimal(row["factor"]) if row["factor"] else None)
        for row in word_rows("units")
    }


@cache
def unit_labels() -> tuple[str, ...]:
    """The words that stand before a unit, longest first."""
    labels = (key(row["word"]) for row in word_rows("header_parts") if row["kind"] == "unit_label")
    return tuple(sorted(labels, key=len, reverse=True))


def unit_in(text: str) -> str | None:
    """The unit that a text is, with or without a word like “unit:” before it; None when it is something else."""
    plain = _unit_key(text)
    for label in ("", *unit_labels()):
        rest = plain.removeprefix(label).lstrip(":")
        if plain.startswith(label) and rest in units():
            return rest
    return None


def is_unit_label(text: str) -> bool:
    """Whether a text is a word like “unit” and nothing else."""
    return key(text) in unit_labels()


def unit_at_end(name: str) -> tuple[str, str] | None:
    """A name and the unit written behind it without brackets; None when there is none."""
    for spelling in sorted(units(), key=len, reverse=True):
        if name.endswith(spelling) and len(name) > len(spelling):
            rest = name[: -len(spelling)]
            for label in unit_labels():
                rest = rest.removesuffix(label)
            if rest:
                return rest, spelling
    return None


def units_in_titles(titles: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The units that title lines give for the whole block, by base unit; more than one of a base is a doubt."""
    found: dict[str, list[str]] = {}
    for title in titles:
        for given in _after_label(tidy(title)):
            for word in BETWEEN.split(given):
                spelling = unit_in(word)
                if spelling is None:
                    break
                members = found.setdefault(units()[spelling].base, [])
                if spelling not in members:
                    members.append(spelling)
    return {base: tuple(members) for base, members in found.items()}


def _after_label(title: str) -> list[str]:
    """The texts behind “unit:” in a title. The label may not be the end of a longer word: that names an institution."""
    labels = "|".join(map(re.escape, unit_labels()))
    return re.findall(rf"(?:^|[\s(,;、。|])(?:{labels})\s*:\s*([^()|]+)", title)


def factor_for(column: RawColumn, unit: str | None) -> Decimal:
    """What a value in `unit` is multiplied with to be in the unit of the column.

    Raises UnitError for a unit of another kind and for one without an exact factor.
    """
    if unit is None:
        return Decimal(1)
    given = units()[unit]
    if column.unit is None:
        if given.factor != 1 and column.data_type == "number":
            raise UnitError("unit_of_another_kind")
        return Decimal(1)
    wanted = units()[_unit_key(column.unit)]
    if given.base != wanted.base:
        raise UnitError("unit_of_another_kind")
    if given.factor is None or wanted.factor is None:
        raise UnitError("unit_not_exact")
    factor = given.factor / wanted.factor
    if factor * wanted.factor != given.factor:
        raise UnitError("unit_not_exact")
    return Decimal(f"{factor.normalize():f}")


def has_unit_in_name(column: RawColumn, header: str) -> bool:
    """Whether a header is the column's own name and that name holds its unit (`equipment_value_wan`)."""
    return column.name.endswith(UNIT_IN_NAME) and key(header) == key(column.name)


def _unit_key(text: str) -> str:
    return re.sub(r"\s+", "", tidy(text)).replace("(", "").replace(")", "")
