"""The numbers of the standard, as every contender is handed them: from the seeds, for the years of the data.

A contender gets numbers, no logic: which row of a seed holds on which day is settled here once.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "standards"
STANDARD = "cn_2017"
# The contenders are written for the choices that hold where a county makes none.
CHOICES = {
    "retention_entrants": "intake",
    "difference_recipe": "weighted_population",
    "include_private": "true",
}
REGIONS = ("east", "central_west")
Row = Mapping[str, str]


@dataclass(frozen=True)
class Resource:
    """One of the seven indicators of a stage in a school year, with the limit of its difference coefficient."""

    school_year: int
    stage: str
    indicator_id: str
    scale: int
    threshold: Decimal
    floor_ratio: Decimal
    cv_limit: Decimal


@dataclass(frozen=True)
class Quota:
    """Yuan a year for a pupil by stage and for a boarder, and the pupils that a small school is funded for.

    None: not in force.
    """

    fiscal_year: int
    region: str
    primary: Decimal | None
    junior: Decimal | None
    special: Decimal | None
    boarder: Decimal | None
    small_school: Decimal | None


@dataclass(frozen=True)
class Standard:
    """All numbers. Years in which the standard was not in force have no rows."""

    resources: Sequence[Resource]
    weights: Sequence[tuple[int, str, str, Decimal]]  # school_year, school_kind, stage, weight
    high_degrees: Sequence[tuple[str, str]]  # stage, degree
    backbones: Sequence[str]
    pe_arts: Sequence[str]
    point_pupils: int
    quotas: Sequence[Quota]
    regions: Sequence[tuple[str, str]]  # the first two digits of a county's code, region
    retention: Sequence[tuple[int, Decimal]]  # graduated_in, at least so many per cent
    formulas: Sequence[tuple[str, int, int, int, int, int, int, int, int]]


def read_standard(years: Iterable[int]) -> Standard:
    """The numbers for these school years. Raises ValueError where the contenders would have to make another choice."""
    years = list(years)
    choices = {row["choice_id"]: row["value"] for row in rows("county_choices") if row["jurisdiction"] == "CN"}
    if any(choices[name] != value for name, value in CHOICES.items()):
        raise ValueError(f"the contenders are written for {CHOICES}, the seeds have {choices}")
    parameters = [row for row in rows("parameters") if row["jurisdiction"] == "CN"]
    ranks = {row["stage"]: int(row["value"]) for row in parameters if row["parameter_id"] == "min_degree_rank"}
    backbone = one(row["value"] for row in parameters if row["parameter_id"] == "min_backbone_rank")
    point = one(row["value"] for row in parameters if row["parameter_id"] == "teaching_point_min_pupils")
    degrees = [(row["degree"], int(row["rank"])) for row in rows("degree_levels")]
    return Standard(
        resources=[*resources(years)],
        weights=[
            (year, row["school_kind"], row["stage"], Decimal(row["weight"]))
            for year in years
            for row in rows("facility_split_weights")
            if holds(row, date(year, 9, 1))
        ],
        high_degrees=[(stage, degree) for stage, least in ranks.items() for degree, rank in degrees if rank >= least],
        backbones=[row["backbone_level"] for row in rows("backbone_levels") if int(row["rank"]) >= int(backbone)],
        pe_arts=[row["subject"] for row in rows("subjects") if row["is_pe_or_arts"] == "true"],
        point_pupils=int(point),
        quotas=[*quotas(years)],
        regions=[
            (row["jurisdiction"][:2], row["region"])
            for row in rows("jurisdictions")
            if row["level"] == "province" and row["region"]
        ],
        retention=[
            (year, Decimal(row["value"]))
            for year in years
            for row in thresholds(year)
            if row["indicator_id"] == "junior_retention_3y" and row["stage"] == "junior"
        ],
        formulas=[
            (
                row["formula_id"],
                *(int(row[f"numerator_{name}"]) for name in ("transfers_in", "transfers_out", "suspended", "resumed")),
                int(row["numerator_deaths"]),
                *(int(row[f"denominator_{name}"]) for name in ("transfers_in", "transfers_out", "deaths")),
            )  # type: ignore[misc]
            for row in rows("retention_formulas")
        ],
    )


def resources(years: Iterable[int]) -> Iterable[Resource]:
    """The seven indicators of both stages in every year."""
    scales = {row["indicator_id"]: int(row["scale"]) for row in rows("indicators") if row["grp"] == "resource"}
    for year in years:
        found = {(row["indicator_id"], row["stage"]): row for row in thresholds(year)}
        for indicator, scale in scales.items():
            for stage in ("primary", "junior"):
                row, spread = found.get((indicator, stage)), found.get((f"cv_{indicator}", stage))
                if row and spread:
                    limits = Decimal(row["value"]), Decimal(row["floor_ratio"]), Decimal(spread["value"])
                    yield Resource(year, stage, indicator, scale, *limits)


def thresholds(year: int) -> list[Row]:
    """The thresholds of the national standard on 1 September, without exemptions."""
    return [
        row
        for row in rows("thresholds")
        if row["standard_id"] == STANDARD and row["case_id"] == "ordinary" and holds(row, date(year, 9, 1))
    ]


def quotas(years: Iterable[int]) -> Iterable[Quota]:
    """The quotas of each region at the end of each year."""
    for year in years:
        for region in REGIONS:
            found = {
                (row["quota_item"], row["stage"]): Decimal(row["value"])
                for row in rows("funding_quotas")
                if row["region"] in ("all", region) and row["value"] and holds(row, date(year, 12, 31))
            }
            yield Quota(
                year,
                region,
                found.get(("public_funds_quota", "primary")),
                found.get(("public_funds_quota", "junior")),
                found.get(("special_ed_quota", "special")),
                found.get(("boarding_supplement", "all")),
                found.get(("small_school_floor", "all")),
            )


def holds(row: Row, day: date) -> bool:
    """Whether a dated row holds on a day: its first day is included, its last is not."""
    begins, ends = row["valid_from"], row["valid_to"]
    return (not begins or date.fromisoformat(begins) <= day) and (not ends or day < date.fromisoformat(ends))


def one(values: Iterable[str]) -> str:
    """The only one. Raises ValueError when there are more or none."""
    (value,) = values
    return value


def rows(seed: str) -> list[Row]:
    """The rows of a seed."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
