"""What a rule asks, in the reader's words: the short forms of the engine that stand on many rules, read out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from junheng.report.texts import Texts

ONE_OF = re.compile(r"in \((.*)\)", re.DOTALL)
ONCE = re.compile(r"1 × \((.*)\)")
SCHOOL_RULE = re.compile(r"met >= (\d+) / (\d+), at floor \(([\d.]+)\) = \2")
LENGTH = "expect_column_value_lengths_to_equal"
SIGNS = {">=": "≥", "<=": "≤", "<>": "≠"}


def in_words(required: str | None, texts: Texts, columns: Mapping[str, str], expectation: str | None = None) -> str:
    """The requirement in a language; what is a formula of its own stays one, with the signs of arithmetic.

    `columns` names columns in the same language, `expectation` is the type of the rule where it is known.
    """
    if required is None:
        return ""
    if required == "not null":
        return texts.text("quality.asks_value")
    if expectation == LENGTH:
        return texts.text("quality.asks_length", count=required)
    if found := ONE_OF.fullmatch(required):
        return texts.text("quality.asks_one_of", values=found[1])
    if found := ONCE.fullmatch(required):
        names = [columns.get(name, name) for name in found[1].split(", ")]
        return texts.text("quality.asks_once", columns=texts.text("site.comma").join(names))
    if found := SCHOOL_RULE.fullmatch(required):
        return texts.text("quality.asks_of_school", met=found[1], all=found[2], floor=found[3])
    return re.sub("|".join(SIGNS), lambda sign: SIGNS[sign[0]], required)
