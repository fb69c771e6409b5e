"""What a rule asks is read out in both languages."""

from __future__ import annotations

import pytest

from junheng.report.requirement import in_words
from junheng.report.texts import Texts

LENGTH = "expect_column_value_lengths_to_equal"


@pytest.mark.parametrize(
    ("required", "expectation", "zh", "en"),
    [
        ("not null", None, "必填", "a value"),
        ("6", LENGTH, "6 位", "6 characters"),
        ("6", None, "6", "6"),
        ("in (urban, town)", None, "为其中之一：urban, town", "one of: urban, town"),
        ("1 × (school_year, x)", None, "只出现一次：学年，x", "only once: 学年, x"),
        (
            "met >= 6 / 7, at floor (0.85) = 7",
            None,
            "7 项中至少 6 项达标，各项均不低于标准的 0.85 倍",
            "at least 6 of 7 met, each at least 0.85 of its threshold",
        ),
        (">= 7.5", None, "≥ 7.5", "≥ 7.5"),
        ("<> (school_year - 1)", None, "≠ (school_year - 1)", "≠ (school_year - 1)"),
        (None, None, "", ""),
    ],
)
def test_a_requirement_in_words(required: str | None, expectation: str | None, zh: str, en: str) -> None:
    found = [in_words(required, Texts(language), {"school_year": "学年"}, expectation) for language in ("zh", "en")]
    assert found == [zh, en]
