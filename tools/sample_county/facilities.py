"""Buildings, sports grounds, equipment and multimedia rooms of every site and year.

The plan fixes how far weak schools fall short in 2024. All others meet the thresholds with a surplus; where the
county's difference coefficient is published, the surplus is stretched until the coefficient is reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tools.sample_county import targets
from tools.sample_county.dice import Dice
from tools.sample_county.indicators import (
    FACILITY_INDICATORS,
    SCALE,
    SPLIT_WEIGHT,
    THRESHOLD,
    share_of_facility,
    variation,
    weighted_pupils,
)
from tools.sample_county.plan import Site

# Surplus over the threshold of a school that is not weak: from, to (value ÷ threshold − 1), before stretching.
# Crowded schools have as little room to spare as those of the county town.
SURPLUS: dict[str, dict[str, tuple[float, float]]] = {
    "teaching_area_per_pupil": {"urban": (0.03, 0.25), "town": (0.05, 0.55), "rural": (0.3, 0.9)},
    "sports_area_per_pupil": {"urban": (0.03, 0.3), "town": (0.08, 0.75), "rural": (0.5, 1.5)},
    "equipment_value_per_pupil": {"urban": (0.05, 0.5), "town": (0.04, 0.45), "rural": (0.15, 0.8)},
    "multimedia_rooms_per_100": {"urban": (0.04, 0.2), "town": (0.45, 0.95), "rural": (0.55, 1.05)},
}
JUNIOR_STRETCH = 0.6
CV_CENTRE = {"sports_area_per_pupil": 0.550, "multimedia_rooms_per_100": 0.700}
CV_TOLERANCE = 0.003


@dataclass
class Facilities:
    """One row of the raw table ``facilities``: areas in ㎡, equipment in 10 000 yuan.

    The teaching area includes the indoor sports area, as the statistics form has it.
    """

    teaching_area: Fraction
    indoor_sports: Fraction
    sports_ground: Fraction
    equipment_wan: Fraction
    multimedia_rooms: int

    def resource(self, indicator: str) -> Fraction:
        """The resource behind an indicator, in its own unit (㎡, yuan, rooms)."""
        if indicator == "teaching_area_per_pupil":
            return self.teaching_area - self.indoor_sports
        if indicator == "sports_area_per_pupil":
            return self.sports_ground + self.indoor_sports
        if indicator == "equipment_value_per_pupil":
            return self.equipment_wan * 10_000
        return Fraction(self.multimedia_rooms)


def build_facilities_2024(sites: list[Site]) -> dict[str, Facilities]:
    """Facilities of every site on 1 September 2024."""
    resources: dict[str, dict[str, Fraction]] = {
        indicator: _reach_published_variation(sites, indicator) for indicator in FACILITY_INDICATORS
    }
    return {site.site: _assemble(site, {name: resources[name][site.site] for name in resources}) for site in sites}


def _reach_published_variation(sites: list[Site], indicator: str) -> dict[str, Fraction]:
    """The resource of each site; a published coefficient is found by halving the interval of the stretch."""
    if indicator not in CV_CENTRE:
        return {site.site: _resource(site, indicator, 1.0) for site in sites}
    low, high = 0.2, 8.0
    for _ in range(40):
        stretch = (low + high) / 2
        found = {site.site: _resource(site, indicator, stretch) for site in sites}
        gap = county_variation(sites, found, "primary") - CV_CENTRE[indicator]
        if abs(gap) < CV_TOLERANCE:
            return found
        low, high = (low, stretch) if gap > 0 else (stretch, high)
    raise ValueError(f"{indicator}: no stretch of the surplus gives the published difference coefficient")


def county_variation(sites: list[Site], resources: Mapping[str, Fraction], stage: str) -> float:
    """Difference coefficient of a stage over the units of evaluation (teaching points merged into their school)."""
    pupils: dict[str, int] = defaultdict(int)
    amount: dict[str, Fraction] = defaultdict(Fraction)
    for site in sites:
        if site.pupils[stage]:
            pupils[site.unit_owner] += site.pupils[stage]
            amount[site.unit_owner] += resources[site.site] * share_of_facility(site.kind, site.pupils, stage)
    return variation([(pupils[unit], amount[unit]) for unit in pupils])


def _need_per_weighted_pupil(site: Site, indicator: str) -> Fraction:
    """The amount per weighted pupil with which every compulsory stage of the site just meets its threshold."""
    weights = SPLIT_WEIGHT.get(site.kind, {})
    return max(
        THRESHOLD[stage][indicator] / SCALE[indicator] / weights.get(stage, Fraction(1))
        for stage in ("primary", "junior")
        if site.pupils[stage] or not site.compulsory_pupils
    )


def _resource(site: Site, indicator: str, stretch: float) -> Fraction:
    need = _need_per_weighted_pupil(site, indicator) * weighted_pupils(site.kind, site.pupils)
    if indicator in site.weak:
        exact = need * Fraction(str(site.weak[indicator]))
        if indicator == "multimedia_rooms_per_100":
            return Fraction(int(exact))
        return exact if (exact * 1000).denominator == 1 else Fraction(int(exact * 10), 10)
    low, high = SURPLUS[indicator]["urban" if site.crowded else site.area_kind]
    dice = Dice(f"facilities/{site.site}/{indicator}")
    factor = 1 + dice.between(low, high) * (stretch if site.pupils["primary"] else JUNIOR_STRETCH)
    amount = float(need) * factor
    if indicator == "multimedia_rooms_per_100":
        return Fraction(ceil(amount))
    return Fraction(ceil(amount / 100) if indicator == "equipment_value_per_pupil" else ceil(amount)) * (
        100 if indicator == "equipment_value_per_pupil" else 1
    )


def _assemble(site: Site, resource: Mapping[str, Fraction]) -> Facilities:
    """Split the sports area into ground and hall; the hall is also part of the teaching area as reported."""
    dice = Dice(f"sports-hall/{site.site}")
    teaching, sports = resource["teaching_area_per_pupil"], resource["sports_area_per_pupil"]
    has_hall = sum(site.pupils.values()) > 600 and dice.chance(0.6)
    hall = (
        Fraction(int(min(float(sports) * dice.between(0.06, 0.14), float(teaching) * 0.25)))
        if has_hall
        else Fraction(0)
    )
    return Facilities(
        teaching_area=teaching + hall,
        indoor_sports=hall,
        sports_ground=sports - hall,
        equipment_wan=resource["equipment_value_per_pupil"] / 10_000,
        multimedia_rooms=int(resource["multimedia_rooms_per_100"]),
    )


def earlier_facilities(site: Site, present: Facilities) -> dict[int, Facilities]:
    """Facilities by year: some schools were extended in the meantime, equipment and rooms grew year by year."""
    dice = Dice(f"facilities/history/{site.site}")
    years = {targets.LAST_YEAR: present}
    built = dice.whole(2022, 2024) if dice.chance(0.3) and site.opened_year < 2018 else None
    levelled = dice.whole(2022, 2024) if dice.chance(0.2) and site.opened_year < 2018 else None
    for year in reversed(targets.YEARS[:-1]):
        later = years[year + 1]
        teaching, ground = later.teaching_area, later.sports_ground
        if built == year + 1:
            teaching = later.indoor_sports + _part(teaching - later.indoor_sports, dice.between(0.86, 0.96))
        if levelled == year + 1:
            ground = _part(ground, dice.between(0.86, 0.96))
        rooms = later.multimedia_rooms - dice.about(later.multimedia_rooms * dice.between(0.0, 0.05))
        years[year] = Facilities(
            teaching_area=teaching,
            indoor_sports=later.indoor_sports,
            sports_ground=ground,
            equipment_wan=Fraction(
                int(later.equipment_wan * 100 * Fraction(str(round(dice.between(0.945, 0.99), 4)))), 100
            ),
            multimedia_rooms=max(rooms, 1),
        )
    return dict(sorted(years.items()))


def _part(area: Fraction, share: float) -> Fraction:
    return Fraction(int(float(area) * share))
