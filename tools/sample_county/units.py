"""Units of evaluation and their seven indicators, computed from the raw tables alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from tools.sample_county.county import read_labels
from tools.sample_county.indicators import (
    FACILITY_INDICATORS,
    INDICATORS,
    SCALE,
    TEACHER_INDICATORS,
    share_of_facility,
    variation,
    verdict_class,
)
from tools.sample_county.plan import GRADES
from tools.sample_county.read_back import RawTables, Row

ABOVE_REQUIRED = {
    "primary": frozenset(("associate", "bachelor", "master", "doctor")),
    "junior": frozenset(("bachelor", "master", "doctor")),
}
COUNTY_AND_UP = frozenset(("county", "city", "province", "national"))
PE_AND_ARTS = frozenset(read_labels()[f"subject_{name}"] for name in ("pe", "music", "art"))


@dataclass(frozen=True)
class Unit:
    """One institution × stage: pupils, the resources behind the seven indicators, and what follows from them."""

    school_code: str
    stage: str
    pupils: int
    resources: dict[str, Fraction]

    @property
    def values(self) -> dict[str, Fraction]:
        """The seven indicators, exact, in the units of their thresholds."""
        return {name: self.resources[name] * SCALE[name] / self.pupils for name in INDICATORS}

    @property
    def verdict(self) -> str:
        """The published class the unit falls into."""
        return verdict_class(self.stage, self.values)


def institution_of(tables: RawTables, year: int) -> dict[str, str]:
    """School code of the institution by code of the site: the parent's, or its own."""
    return {row["school_code"]: row["parent_code"] or row["school_code"] for row in tables.of("schools", year)}


def units_of(tables: RawTables, year: int) -> list[Unit]:
    """All units of a school year. Special schools and teaching points below 50 pupils of their own do not count."""
    owner = institution_of(tables, year)
    kind = {row["school_code"]: row["school_kind"] for row in tables.of("schools", year)}
    pupils: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(GRADES, 0))
    for row in tables.of("enrolment", year):
        pupils[owner[row["school_code"]]][row["stage"]] += row["pupils"]
    teachers = _teachers(tables, year, owner)
    facilities = _facilities(tables, year, owner)
    units = []
    for code, by_stage in pupils.items():
        for stage in ("primary", "junior"):
            small_point = kind[code] == "teaching_point" and by_stage[stage] < 50
            if not by_stage[stage] or small_point:
                continue
            share = share_of_facility(kind[code], by_stage, stage)
            resources = {name: Fraction(teachers[(code, stage, name)]) for name in TEACHER_INDICATORS}
            resources |= {name: facilities[code][name] * share for name in FACILITY_INDICATORS}
            units.append(Unit(code, stage, by_stage[stage], resources))
    return units


def county_variation(units: list[Unit], stage: str, indicator: str) -> float:
    """Difference coefficient of an indicator among the units of a stage."""
    return variation([(unit.pupils, unit.resources[indicator]) for unit in units if unit.stage == stage])


def _teachers(tables: RawTables, year: int, owner: dict[str, str]) -> dict[tuple[str, str, str], int]:
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in tables.of("staff", year):
        if not row["is_full_time_teacher"] or row["stage"] not in ABOVE_REQUIRED:
            continue
        key = (owner[row["school_code"]], row["stage"])
        counts[(*key, "high_degree_teachers_per_100")] += row["degree"] in ABOVE_REQUIRED[row["stage"]]
        counts[(*key, "backbone_teachers_per_100")] += row["backbone_level"] in COUNTY_AND_UP
        counts[(*key, "pe_arts_teachers_per_100")] += row["subject"] in PE_AND_ARTS
    return counts


def _facilities(tables: RawTables, year: int, owner: dict[str, str]) -> dict[str, dict[str, Fraction]]:
    amounts: dict[str, dict[str, Fraction]] = defaultdict(lambda: dict.fromkeys(FACILITY_INDICATORS, Fraction(0)))
    for row in tables.of("facilities", year):
        amount = amounts[owner[row["school_code"]]]
        for name, value in zip(FACILITY_INDICATORS, _net_facilities(row), strict=True):
            amount[name] += value
    return amounts


def _net_facilities(row: Row) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    hall = row["indoor_sports_area_m2"]
    return (
        row["teaching_area_m2"] - hall,
        row["sports_ground_area_m2"] + hall,
        row["equipment_value_wan"] * 10_000,
        Fraction(row["multimedia_rooms"]),
    )
