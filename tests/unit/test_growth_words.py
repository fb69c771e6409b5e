"""A change on the year before in words."""

from __future__ import annotations

import pytest

from junheng.report.growth_words import change_in_words
from junheng.report.texts import Texts


@pytest.mark.parametrize(
    ("shown", "zh", "en"),
    [
        ("5.10", "比上年增长 5.10 %", "5.10 % more than the year before"),
        ("-0.003", "比上年下降 0.003 %", "0.003 % less than the year before"),
        ("0", "与上年持平", "as much as the year before"),
        ("0.00", "与上年持平", "as much as the year before"),
        ("*", "比上年变动 * %", "change on the year before * %"),
    ],
)
def test_a_change_says_where_it_went(shown: str, zh: str, en: str) -> None:
    assert change_in_words(Texts("zh"), shown) == zh
    assert change_in_words(Texts("en"), shown) == en
