"""The kinds of mistakes that can be planted, from `mistakes.toml`, and how often each shall happen."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

from junheng.errors import UsageError

Unit = Literal["school", "county"]


@dataclass(frozen=True)
class Kind:
    """One kind of mistake; the file says what its fields are. `finds` are the rules that must find it."""

    name: str
    zh: str
    en: str
    table: str
    unit: Unit = "school"
    where: str = "true"
    among: str = "true"
    all: bool = False
    set: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    add: bool = False
    again: bool = False
    csv: bool = False
    domain: bool = False
    other_school: bool = False
    finds: tuple[str, ...] = ()
    repaired: bool = False
    unfindable: str | None = None


def read_kinds() -> dict[str, Kind]:
    """All kinds by name, in the order of the file."""
    text = (resources.files("junheng.generate") / "mistakes.toml").read_text(encoding="utf-8")
    return {name: _kind(name, entry) for name, entry in tomllib.loads(text).items()}


def rates(asked: Sequence[str], kinds: Mapping[str, Kind], *, is_text: bool) -> dict[str, float]:
    """The rate of each kind, from what stands on the command line: a rate for all of them together, or `kind=rate`.

    A rate is a share of the schools (for a kind of the county: of the counties) of a year. The rate for all is divided
    among the kinds that the format can hold. Raises UsageError for an unknown kind and for a rate that is none.
    """
    able = [kind.name for kind in kinds.values() if is_text or not kind.csv]
    chosen: dict[str, float] = {}
    for word in asked:
        name, is_one, number = word.rpartition("=")
        rate = _rate(number, word)
        if not is_one:
            chosen = {**{kind: rate / len(able) for kind in able}, **chosen}
        elif name not in kinds:
            raise UsageError("mistake_unknown", found=name, expected=", ".join(kinds))
        elif name not in able:
            raise UsageError("mistake_needs_text", found=name, expected="--format csv")
        else:
            chosen[name] = rate
    return {name: rate for name, rate in chosen.items() if rate > 0}


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    return Kind(name, **{**entry, "finds": tuple(entry.get("finds", ()))})


def _rate(number: str, word: str) -> float:
    try:
        rate = float(number)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise UsageError("mistake_rate", found=word, expected="0 … 1")
    return rate
