"""The numbers of the standard as whole numbers of ten-thousandths: what engines without exact decimals judge with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from benchmarks.nation.standard import Standard

TEACHERS = ["high_degree_teachers_per_100", "backbone_teachers_per_100", "pe_arts_teachers_per_100"]
FACILITIES = [
    "teaching_area_per_pupil",
    "sports_area_per_pupil",
    "equipment_value_per_pupil",
    "multimedia_rooms_per_100",
]


def whole(number: Decimal, places: int) -> int:
    """A decimal without its point. Raises ValueError when digits would be lost."""
    found = number.scaleb(places)
    if found != found.to_integral_value():
        raise ValueError(f"{number} has more than {places} decimal places")
    return int(found)


def resources(standard: Standard) -> dict[str, Sequence[int | str | float]]:
    """The thresholds of the indicators, column by column: threshold × 10⁴, threshold × floor ratio × 10⁶."""
    rows = standard.resources
    return {
        "school_year": [row.school_year for row in rows],
        "stage": [row.stage for row in rows],
        "indicator_id": [row.indicator_id for row in rows],
        "scale": [row.scale for row in rows],
        "threshold_e4": [whole(row.threshold, 4) for row in rows],
        "floor_e6": [whole(row.threshold * row.floor_ratio, 6) for row in rows],
        "cv_limit": [float(row.cv_limit) for row in rows],
    }


def weights(standard: Standard) -> dict[str, Sequence[int | str]]:
    """The weights of pupils, column by column: weight × 10⁴."""
    rows = standard.weights
    return {
        "school_year": [year for year, _, _, _ in rows],
        "kind": [kind for _, kind, _, _ in rows],
        "stage": [stage for _, _, stage, _ in rows],
        "weight_e4": [whole(weight, 4) for _, _, _, weight in rows],
    }
