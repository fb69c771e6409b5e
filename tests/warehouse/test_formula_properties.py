"""Properties of the formulas, on the compiled SQL itself, against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.harness import CompiledModel

# a unit: pupils and a resource in hundredths
UNITS = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 10**9)), min_size=1, max_size=12)
RECIPE = {"weighting": "pupils", "mean_form": "ratio_of_sums", "ddof": 0, "recipe_id": "weighted_population"}
KEY = {"school_year": 2024, "county_code": "1", "stage": "primary", "indicator_id": "equipment_value_per_pupil"}


@pytest.fixture(scope="module")
def terms(built_sample: Path) -> CompiledModel:
    return CompiledModel(built_sample, "intermediate", "int_unit_difference_terms")


@pytest.fixture(scope="module")
def weights(built_sample: Path) -> CompiledModel:
    return CompiledModel(built_sample, "intermediate", "int_split_weights")


@pytest.fixture(scope="module")
def remediation(built_sample: Path) -> CompiledModel:
    return CompiledModel(built_sample, "marts", "fct_remediation")


def squared_cv(model: CompiledModel, units: list[tuple[int, int]]) -> Any:
    rows = [
        KEY
        | {
            "school_code": str(number),
            "pupils": pupils,
            "value": hundredths / 100 / pupils,
            "status": "pass",
        }
        for number, (pupils, hundredths) in enumerate(units)
    ]
    result = model.run({"marts.fct_unit_indicator": rows, "standards.difference_recipes": [RECIPE]})
    assert len(result) == len(units)
    return sum(row["squared_term"] for row in result)


@settings(max_examples=25, deadline=None)
@given(UNITS, st.randoms(use_true_random=False))
def test_coefficient_equals_the_formula_and_ignores_the_order(
    terms: CompiledModel, units: list[tuple[int, int]], random: Any
) -> None:
    everyone = sum(pupils for pupils, _ in units)
    mean = Fraction(sum(resource for _, resource in units), everyone)
    variance = sum(Fraction(n, everyone) * (Fraction(r, n) - mean) ** 2 for n, r in units)
    exact = math.sqrt(variance / mean**2)
    found = squared_cv(terms, units)
    assert math.sqrt(found) == pytest.approx(exact, rel=1e-7, abs=1e-8)
    shuffled = list(units)
    random.shuffle(shuffled)
    assert squared_cv(terms, shuffled) == found


@settings(max_examples=15, deadline=None)
@given(UNITS)
def test_coefficient_does_not_change_with_the_unit(terms: CompiledModel, units: list[tuple[int, int]]) -> None:
    in_hundreds = [(pupils, resource * 100) for pupils, resource in units]
    assert float(squared_cv(terms, in_hundreds)) == pytest.approx(float(squared_cv(terms, units)), rel=1e-9, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.tuples(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000)), st.integers(1, 10**9))
def test_a_split_adds_up_to_the_whole(weights: CompiledModel, pupils: tuple[int, int, int], resource: int) -> None:
    stages = dict(zip(("primary", "junior", "senior"), pupils, strict=True))
    site = {"school_year": 2024, "county_code": "1", "school_code": "1", "site_code": "1", "school_kind": "twelve_year"}
    rows = weights.run(
        {
            "intermediate.int_sites": [site],
            "intermediate.int_site_stages": [
                {"school_year": 2024, "school_code": "1", "site_code": "1", "stage": stage, "pupils": count}
                for stage, count in stages.items()
            ],
            "standards.facility_split_weights": [
                {"school_kind": "twelve_year", "stage": stage, "weight": weight}
                for stage, weight in {"primary": 1, "junior": 1.1, "senior": 1.32}.items()
            ],
        }
    )
    assert len(rows) == 3
    if sum(pupils):
        shares = [resource * Fraction(r["weight"]) * r["pupils"] / Fraction(r["weighted_pupils"]) for r in rows]
        assert sum(shares) == resource


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3_000_000), st.integers(0, 10**6), st.sampled_from(["2000", "4.5", "7.5", "10.2"]))
def test_a_gap_closes_exactly(remediation: CompiledModel, pupils: int, resource: int, threshold: str) -> None:
    """The gap added to the resource reaches the threshold, one less does not."""
    limit = Fraction(threshold)
    if resource >= limit * pupils:
        return
    cells = KEY | {"school_code": "1"}
    rows = remediation.run(
        {
            "marts.fct_unit_indicator": [
                cells
                | {"pupils": pupils, "numerator": resource, "denominator": pupils, "threshold": threshold}
                | {"is_floor_met": resource >= limit * pupils * Fraction("0.85"), "status": "fail"}
            ],
            "marts.fct_unit_verdict": [{k: cells[k] for k in ("school_year", "county_code", "school_code", "stage")}],
            "standards.indicators": [{"indicator_id": KEY["indicator_id"], "scale": 1}],
            "intermediate.int_national_thresholds": [
                KEY | {"case_id": "ordinary", "operator": ">=", "threshold": threshold, "floor_ratio": "0.85"}
            ],
        }
    )
    for column, share in [("gap_to_threshold", Fraction(1)), ("gap_to_floor", Fraction("0.85"))]:
        gap = rows[0][column]
        assert resource + gap >= share * limit * pupils
        assert gap == 0 or resource + gap - 1 < share * limit * pupils
