"""The generator's own arithmetic of the seven indicators, in exact fractions.

It is written from the definitions and on purpose shares nothing with the SQL models: when the models and this module
agree on the sample county, two independent computations agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt

TEACHER_INDICATORS = ("high_degree_teachers_per_100", "backbone_teachers_per_100", "pe_arts_teachers_per_100")
FACILITY_INDICATORS = (
    "teaching_area_per_pupil",
    "sports_area_per_pupil",
    "equipment_value_per_pupil",
    "multimedia_rooms_per_100",
)
INDICATORS = TEACHER_INDICATORS + FACILITY_INDICATORS

THRESHOLD: dict[str, dict[str, Fraction]] = {
    stage: {name: Fraction(text) for name, text in zip(INDICATORS, values, strict=True)}
    for stage, values in {
        "primary": ("4.2", "1.0", "0.9", "4.5", "7.5", "2000", "2.3"),
        "junior": ("5.3", "1.0", "0.9", "5.8", "10.2", "2500", "2.4"),
    }.items()
}
FLOOR = Fraction("0.85")

# One unit of the resource as it is stored (teachers, ㎡, yuan, rooms) in the unit of the indicator.
SCALE = {name: 100 if name.endswith("_per_100") else 1 for name in INDICATORS}

# Weight of a pupil where several stages share one set of facilities.
SPLIT_WEIGHT: dict[str, dict[str, Fraction]] = {
    "nine_year": {"primary": Fraction(1), "junior": Fraction("1.1")},
    "complete_secondary": {"junior": Fraction(1), "senior": Fraction("1.2")},
}


def weighted_pupils(kind: str, pupils: Mapping[str, int]) -> Fraction:
    """Pupils of a school with every stage at its weight; plain pupils in a school of one stage."""
    weights = SPLIT_WEIGHT.get(kind, {})
    return sum((weights.get(stage, Fraction(1)) * count for stage, count in pupils.items()), Fraction(0))


def share_of_facility(kind: str, pupils: Mapping[str, int], stage: str) -> Fraction:
    """The part of a school's facilities that belongs to one stage (1 in a school of one stage)."""
    weight = SPLIT_WEIGHT.get(kind, {}).get(stage, Fraction(1))
    return weight * pupils[stage] / weighted_pupils(kind, pupils)


def verdict_class(stage: str, values: Mapping[str, Fraction]) -> str:
    """The published class of a unit: how many of the seven are met and whether the one missed reaches 85 %."""
    missed = [name for name in INDICATORS if values[name] < THRESHOLD[stage][name]]
    if not missed:
        return "all_met"
    if len(missed) == 1:
        reached = values[missed[0]] >= FLOOR * THRESHOLD[stage][missed[0]]
        return "six_met_other_at_floor" if reached else "six_met_other_below_floor"
    return "five_met" if len(missed) == 2 else "fewer_than_five"


def variation(units: Sequence[tuple[int, Fraction]]) -> float:
    """Pupil-weighted population coefficient of variation of (pupils, resource) pairs; the scale cancels out."""
    total_pupils = sum(pupils for pupils, _ in units)
    mean = sum((resource for _, resource in units), Fraction(0)) / total_pupils
    square = sum(
        (Fraction(pupils, total_pupils) * (resource / pupils - mean) ** 2 for pupils, resource in units), Fraction(0)
    )
    return sqrt(square / mean**2)
