"""Every text of a report that does not come from the warehouse, in Chinese and English, from `texts.toml`."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from junheng.report.facts import Row


@cache
def catalogue() -> dict[str, Any]:
    """The parsed catalogue: page → key → language → text."""
    with (Path(__file__).parent / "texts.toml").open("rb") as file:
        return tomllib.load(file)


class Texts:
    """The catalogue in one language. A missing text is a KeyError: a defect, not a blank."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, key: str, **params: object) -> str:
        """The text `page.key`."""
        page, name = key.split(".", 1)
        template: str = catalogue()[page][name][self.language]
        return template.format(**params) if params else template

    def word(self, row: Row, name: str) -> str:
        """A column that stands there in both languages; empty when it is NULL."""
        found = row.values[f"{name}_{self.language}"]
        return "" if found is None else str(found)


def exact(value: Decimal | None) -> str:
    """A number of the standards as it is, without the zeros that its column adds."""
    return "" if value is None else f"{value.normalize():f}"
