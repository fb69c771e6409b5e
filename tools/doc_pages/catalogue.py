"""What the pages are made of: the seeds, the words and the way from an indicator to its mart."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

Row = dict[str, str]


@dataclass(frozen=True)
class Family:
    """Indicators that are computed in the same way and stand in the same marts."""

    family_id: str
    match: dict[str, list[str]]
    marts: dict[str, list[str]]
    raw: dict[str, list[str]]
    raw_for: dict[str, dict[str, list[str]]]
    models: list[str]
    other_reasons: list[str]
    query: str
    how_zh: str
    how_en: str

    def holds(self, indicator: Row) -> bool:
        """Whether the indicator belongs to the family: every column named in `match` has one of the values."""
        return all(indicator[column] in values for column, values in self.match.items())

    def raw_of(self, indicator: Row) -> dict[str, list[str]]:
        """The raw tables and columns of one indicator: those of the family and its own."""
        return self.raw | self.raw_for.get(indicator["indicator_id"], {})


@dataclass(frozen=True)
class Catalogue:
    """The seeds by name, the words by group and key, the families in order."""

    seeds: dict[str, list[Row]]
    words: dict[str, Any]
    families: list[Family]

    def word(self, group: str, key: str) -> str:
        """Both words of a key, the Chinese one first; an unknown key is an error."""
        entry = self.words[group][key]
        return f"{entry['zh']} {entry['en']}"

    def chinese(self, group: str, key: str) -> str:
        """The Chinese word of a key."""
        return str(self.words[group][key]["zh"])

    def english(self, group: str, key: str) -> str:
        """The English word of a key."""
        return str(self.words[group][key]["en"])

    def rows(self, seed: str, **wanted: str) -> list[Row]:
        """The rows of a seed whose columns have the wanted values, in the order of the file."""
        return [row for row in self.seeds[seed] if all(row[column] == value for column, value in wanted.items())]

    def only(self, seed: str, **wanted: str) -> Row:
        """The one row of a seed with the wanted values.

        Raises:
            ValueError: there is none or more than one.
        """
        (row,) = self.rows(seed, **wanted)
        return row

    def family(self, indicator: Row) -> Family:
        """The first family that holds the indicator.

        Raises:
            LookupError: no family holds it, so nothing says where its result stands.
        """
        for family in self.families:
            if family.holds(indicator):
                return family
        raise LookupError(f"{indicator['indicator_id']}: no family of lineage.toml holds it")


def read_catalogue(root: Path = ROOT) -> Catalogue:
    """Read every seed of `seeds/standards`, the words and the families."""
    seeds = {}
    for path in sorted((root / "seeds" / "standards").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            seeds[path.stem] = list(csv.DictReader(file))
    words = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    lineage = tomllib.loads((HERE / "lineage.toml").read_text(encoding="utf-8"))
    families = [
        Family(
            family_id=family_id,
            match=entry["match"],
            marts=entry["marts"],
            raw=entry["raw"],
            raw_for=entry.get("raw_for", {}),
            models=entry["models"],
            other_reasons=entry.get("other_reasons", []),
            query=entry["query"],
            how_zh=entry["how_zh"],
            how_en=entry["how_en"],
        )
        for family_id, entry in lineage.items()
    ]
    return Catalogue(seeds, words, families)
