"""Mistakes that are planted in generated counties are found: one landing and one check of all of them."""

from __future__ import annotations

import pytest

from benchmarks.detection import Scores, measure, summary
from junheng.generate.population import Size

# Ten times the multimedia rooms of a school with very few is still possible where no year before tells otherwise. The
# pupils of a county cannot be compared where those of a school are wrong by as much.
MAY_BE_MISSED = {"multimedia_with_a_digit_too_many", "pupils_contradict_finance"}
LEAST_RECALL = 0.99


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    return measure(tmp_path_factory.mktemp("detection"), Size(24, 2, 3, 10), 1.0)


def test_nearly_every_planted_mistake_is_found(scores: Scores) -> None:
    able = [one for one in scores.kinds.values() if not one.kind.unfindable]
    planted, found = sum(one.planted for one in able), sum(one.found for one in able)
    assert sum(one.planted > 0 for one in able) >= 60, summary(scores)
    assert found >= LEAST_RECALL * planted, summary(scores)


def test_no_kind_is_missed_but_those_that_cannot_be_told(scores: Scores) -> None:
    missed = {name for name, one in scores.kinds.items() if one.found < one.planted and not one.kind.unfindable}
    assert missed <= MAY_BE_MISSED


def test_nothing_critical_is_found_where_nothing_was_planted(scores: Scores) -> None:
    assert scores.false_critical == []


def test_rules_find_rows_of_planted_schools_only(scores: Scores) -> None:
    assert {name: one.false_rows for name, one in scores.kinds.items() if one.false_rows} == {}
