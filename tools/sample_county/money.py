"""Public funds of every school and the county's education budget, by fiscal year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tools.sample_county import targets
from tools.sample_county.dice import Dice, apportion
from tools.sample_county.enrolment import Cell, Enrolment
from tools.sample_county.plan import STAGES, Site
from tools.sample_county.roster import Person
from tools.sample_county.staff_history import MEAN_PAY_YUAN

QUOTA = {
    2021: {"primary": 650, "junior": 850, "special": 6000},
    2022: {"primary": 650, "junior": 850, "special": 6000},
    2023: {"primary": 720, "junior": 940, "special": 6000},
    2024: targets.QUOTA_2024_YUAN,
}
BOARDER_SUPPLEMENT = {2021: 200, 2022: 200, 2023: 300, 2024: 300}
SMALL_SITE_PUPILS = 100
SMALL_SITE_FLOOR = {2021: 120_000, 2022: 150_000, 2023: 200_000, 2024: targets.SMALL_SITE_FLOOR_YUAN}
SURPLUS_FACTOR = {2021: Fraction("1.004"), 2022: Fraction("1.006"), 2023: Fraction("1.002")}

# Synthetic levels, in yuan per pupil, rising every year; the growth into 2024 is published.
PER_PUPIL_YUAN = {
    "primary": {2021: 12_980, 2022: 13_420, 2023: 13_760},
    "junior": {2021: 16_850, 2022: 17_480, 2023: 18_040},
    "special": {2021: 49_100, 2022: 51_300, 2023: 53_200, 2024: 55_400},
}
EARLIER_BUDGET_YUAN = {2021: 1_498_000_000, 2022: 1_541_000_000}
CIVIL_SERVANT_PAY_YUAN = {2021: 138_950, 2022: 145_210, 2023: 151_380, 2024: targets.CIVIL_SERVANT_PAY_YUAN}


@dataclass(frozen=True)
class Funding:
    """One row of the raw table ``school_funding``, in yuan. Of a complete secondary school: its junior stage."""

    public_funds_budget: int
    public_funds_spend: int
    training_spend: int
    total_spend: int


@dataclass(frozen=True)
class Finance:
    """One row of the raw table ``county_finance``, in yuan and pupils; None is "not reported"."""

    budget_expenditure: int
    pupils: int
    teacher_mean_pay: int | None = None
    civil_servant_mean_pay: int | None = None


def build_funding(
    sites: list[Site], rows: Mapping[Cell, Enrolment], staff: Mapping[int, list[Person]]
) -> dict[tuple[int, str], Funding]:
    """Public funds by (fiscal year, site): never below what the quotas ask for the pupils of 1 September."""
    funding: dict[tuple[int, str], Funding] = {}
    for year in targets.YEARS:
        budgets = _budgets(year, sites, rows)
        wages: dict[str, int] = defaultdict(int)
        for person in staff[year]:
            if person.stage != "senior":
                wages[person.site] += person.pay_yuan
        for site in sites:
            dice = Dice(f"funding/{site.site}/{year}")
            budget = budgets[site.site]
            spend = int(budget * dice.between(0.965, 0.998))
            funding[(year, site.site)] = Funding(
                public_funds_budget=budget,
                public_funds_spend=spend,
                training_spend=int(budget * dice.between(0.052, 0.074)) + 1,
                total_spend=int(wages[site.site] * dice.between(1.16, 1.21)) + spend,
            )
    return funding


def _budgets(year: int, sites: list[Site], rows: Mapping[Cell, Enrolment]) -> dict[str, int]:
    needs = {site.site: _need(year, site, rows) for site in sites}
    special = [site for site in sites if site.kind == "special"]
    ordinary = [site for site in sites if site.kind != "special"]
    total = sum(needs[site.site] for site in ordinary)
    if year == targets.LAST_YEAR:
        total_budget = targets.PUBLIC_FUNDS_YUAN - targets.SPECIAL_SCHOOL_FUNDS_YUAN
        for site in special:
            needs[site.site] = targets.SPECIAL_SCHOOL_FUNDS_YUAN
    else:
        total_budget = int(total * SURPLUS_FACTOR[year])
    if total_budget < total:
        raise ValueError(f"fiscal year {year}: the quotas ask for {total} yuan, the county has {total_budget}")
    large = [site for site in ordinary if needs[site.site] > SMALL_SITE_FLOOR[year]]
    extra = apportion(total_budget - total, [float(needs[site.site]) for site in large])
    for site, amount in zip(large, extra, strict=True):
        needs[site.site] += amount
    return needs


def _need(year: int, site: Site, rows: Mapping[Cell, Enrolment]) -> int:
    """Quota × pupils (100 where there are fewer), the special quota for disabled pupils, and the boarders.

    Senior boarders count too, although no senior quota does: so the school's test holds whichever boarders it takes.
    """
    quota, amount, pupils = QUOTA[year], 0, 0
    for (row_year, name, stage, _), row in rows.items():
        if row_year != year or name != site.site:
            continue
        if stage in quota:
            amount += quota[stage] * row.pupils
            pupils += row.pupils
            amount += (quota["special"] - quota[stage]) * (row.disabled_pupils or 0)
        amount += BOARDER_SUPPLEMENT[year] * row.boarders
    if site.kind != "special" and pupils < SMALL_SITE_PUPILS:
        return max(amount + quota["primary"] * (SMALL_SITE_PUPILS - pupils), SMALL_SITE_FLOOR[year])
    return amount


def build_finance(rows: Mapping[Cell, Enrolment]) -> dict[tuple[int, str], Finance]:
    """The county's budget by (fiscal year, stage); ``all`` also pays for what is not in the nine tables."""
    finance: dict[tuple[int, str], Finance] = {}
    budgets = {**EARLIER_BUDGET_YUAN, **targets.COUNTY_BUDGET_YUAN}
    for year in targets.YEARS:
        pupils = {
            stage: sum(row.pupils for cell, row in rows.items() if cell[0] == year and cell[2] == stage)
            for stage in STAGES
        }
        finance[(year, "all")] = Finance(
            budgets[year], sum(pupils.values()), MEAN_PAY_YUAN[year], CIVIL_SERVANT_PAY_YUAN[year]
        )
        for stage in ("primary", "junior", "special"):
            finance[(year, stage)] = Finance(round(_per_pupil(stage, year) * pupils[stage]), pupils[stage])
    return finance


def _per_pupil(stage: str, year: int) -> Fraction:
    if year == targets.LAST_YEAR and stage in targets.GROWTH_PER_PUPIL_PERCENT:
        growth = Fraction(targets.GROWTH_PER_PUPIL_PERCENT[stage]) / 100
        return PER_PUPIL_YUAN[stage][year - 1] * (1 + growth)
    return Fraction(PER_PUPIL_YUAN[stage][year])
