"""How the number format of a cell changes what people read in it: percent, leading zeros, a unit, thousands left out.

The value of a cell shown as `4.30万元` is 4.3: without its format the header's unit would be taken for its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from junheng.landing.units import unit_in, units
from junheng.landing.words import cell_words

# Format codes that stand for a number as it is, in the spellings of English and Chinese programs.
GENERAL = re.compile("general|G/\u901a\u7528\u683c\u5f0f", re.I)
CONDITION = re.compile(r"\[[<>=]")
# Quoted text, an escaped character, colours and conditions, padding, and what is left character by character.
TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|\[[^\]]*\]|_.|\*.|(?P<plain>.)')
PLACEHOLDERS = "0#?"
DATES = frozenset("ymdhse")
# What stands around a number in the text of a cell, before its unit.
NUMBER = re.compile(r"^[^0-9.]*(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)\s*(?P<unit>.*)$")


@dataclass(frozen=True)
class Shown:
    """What a sheet shows of a number: moved by `places` to the right of the point, with `unit` behind it.

    `digits`: filled up with zeros to so many digits. `unclear`: the format leaves digits out without saying so; it
    stands beside the number then, which cannot be read as one any more.
    """

    unit: str = ""
    places: int = 0
    digits: int = 0
    unclear: str = ""


PERCENT = Shown("%", 2)


def shown_format(code: str) -> Shown | None:
    """How a number format changes what a cell says; None when it does not."""
    section = GENERAL.sub("0", code.split(";")[0])
    found = _of_section(section)
    if CONDITION.search(code):
        # Which of the sections holds depends on the value.
        sections = [_of_section(GENERAL.sub("0", part)) for part in code.split(";")]
        return Shown(unclear=code) if any(sections) else None
    if found and found.places and not found.unit:
        return Shown(unclear=code)
    return found


def as_shown(number: float | int, how: Shown) -> str:
    """A number as the sheet shows it, without rounding."""
    exact = Decimal(repr(number))
    if how.unclear:
        return f"{_plainly(exact)} [{how.unclear}]"
    if not how.digits:
        return f"{_plainly(exact.scaleb(how.places))}{how.unit}"
    if exact == exact.to_integral_value():
        sign = "-" if exact < 0 else ""
        return f"{sign}{abs(int(exact)):0{how.digits}d}"
    return f"{exact:f}"


def _plainly(number: Decimal) -> str:
    """All digits of a number and no zeros behind them."""
    return f"{number.normalize():f}" if number else "0"


def shown_in_text(number: str, text: str) -> Shown | None:
    """The same from the text that a sheet shows of a number, where the file holds it."""
    found = NUMBER.match(text.strip())
    unit = _unit(found["unit"]) if found else None
    try:
        exact = abs(Decimal(number))
    except ArithmeticError:
        return None
    if not found or not unit or not exact.is_finite():
        return None
    shown = Decimal(found["number"].replace(",", ""))
    last = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    places = next((places for places in range(0, -10, -1) if abs(exact.scaleb(places) - shown) * 2 <= last), None)
    return Shown(unclear=text.strip()) if places is None else Shown(unit, places)


def has_unit(text: str) -> bool:
    """Whether a text of a number format is a unit that changes what a number says."""
    return _unit(text) is not None


def _of_section(section: str) -> Shown | None:
    tokens = list(TOKEN.finditer(section))
    plain = [token["plain"] or "" for token in tokens]
    if "%" in plain:
        return PERCENT
    if DATES & {character.lower() for character in plain}:
        return None
    places = [place for place, character in enumerate(plain) if character and character in PLACEHOLDERS]
    if not places:
        return None
    if len(plain) >= 2 and all(character == "0" for character in plain):
        return Shown(digits=len(plain))
    last = places[-1]
    point = plain.index(".") if "." in plain else last + 1
    thousands = _commas(plain[last + 1 :]) + (_commas(plain[point - 1 :: -1]) if point <= last else 0)
    # Somebody put a point into the digits so that the last ones look like decimals.
    drawn = next(
        (place for place, token in enumerate(tokens) if token["escaped"] == "." and places[0] < place < last), None
    )
    moved = 3 * thousands + (sum(place > drawn for place in places) if drawn is not None else 0)
    behind = "".join(
        (token["quoted"] or token["escaped"] or (token["plain"] or "").strip("."))
        for token in tokens[last + 1 + _commas(plain[last + 1 :]) :]
    )
    unit = _unit(behind)
    return Shown(unit or "", -moved) if unit or moved else None


def _commas(characters: list[str]) -> int:
    return next((place for place, character in enumerate(characters) if character != ","), len(characters))


def _unit(text: str) -> str | None:
    """The unit that a text is, if it is of a kind that has several sizes, or a word that counts by itself (万)."""
    text = text.strip()
    if text in cell_words("scale"):
        return text
    spelling = unit_in(text) if text else None
    return units()[spelling].name if spelling and units()[spelling].base in _kinds() else None


@cache
def _kinds() -> frozenset[str]:
    """Base units of which there are larger ones, and percentages: a name like `1班` is no figure."""
    return frozenset(unit.base for unit in units().values() if unit.factor not in (None, 1) or unit.name in "%‰")
