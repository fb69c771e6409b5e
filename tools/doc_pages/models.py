"""What the SQL of the models says: which reasons a model can give."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tools.doc_pages.catalogue import ROOT, Catalogue, Family

_WORD = re.compile(r"['\"]([a-z0-9_]+)['\"]")
_SUFFIX = re.compile(r"'\{\{[^}]*\}\}(_[a-z0-9_]+)'")


@cache
def model_paths(root: Path = ROOT) -> dict[str, Path]:
    """Every model's SQL file by name."""
    return {path.stem: path for path in sorted((root / "models").rglob("*.sql"))}


def reasons_in_sql(sql: str, known: set[str]) -> set[str]:
    """The reason ids that a model writes: in quotes, or put together by a loop (`'{{ column }}_suffix'`)."""
    without_comments = re.sub(r"--[^\n]*|\{#.*?#\}", "", sql, flags=re.DOTALL)
    words = set(_WORD.findall(without_comments))
    built = {word + suffix for word in words for suffix in _SUFFIX.findall(without_comments)}
    return (words | built) & known


def reasons_of_model(catalogue: Catalogue, model: str) -> set[str]:
    """The reasons that one model can give.

    Raises:
        KeyError: there is no such model.
    """
    known = {row["reason_id"] for row in catalogue.rows("reasons")}
    return reasons_in_sql(model_paths()[model].read_text(encoding="utf-8"), known)


def reasons_of_family(catalogue: Catalogue, family: Family) -> list[str]:
    """The reasons that can stand beside an indicator of the family, in the order of the seed."""
    found = set().union(*(reasons_of_model(catalogue, model) for model in family.models)) if family.models else set()
    found -= set(family.other_reasons)
    return [row["reason_id"] for row in catalogue.rows("reasons") if row["reason_id"] in found]
