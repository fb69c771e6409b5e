"""The county's own statements: ``facts.csv``, with the figures that follow from the pupils filled in."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from tools.sample_county.enrolment import Cell, Enrolment
from tools.sample_county.plan import HERE, Site


@dataclass(frozen=True)
class Fact:
    """One row of the raw table ``county_facts``; every cell as it is written."""

    school_year: int
    fact_id: str
    value: str
    status: str
    due_year: str
    evidence: str


def build_facts(sites: list[Site], rows: Mapping[Cell, Enrolment]) -> list[Fact]:
    """Facts of every school year, in the order of ``facts.csv``."""
    with (HERE / "facts.csv").open(encoding="utf-8", newline="") as handle:
        plan = list(csv.DictReader(handle))
    nearby = {
        site.site for site in sites if site.is_public and site.area_kind in ("urban", "town") and not site.is_boarding
    }
    facts = []
    for row in plan:
        for year in range(int(row["year_from"]), int(row["year_to"]) + 1):
            value = row["value"]
            if value.startswith("nearby_"):
                stage = value.removeprefix("nearby_")
                value = str(sum(r.pupils for c, r in rows.items() if c[0] == year and c[1] in nearby and c[2] == stage))
            elif value == "migrants":
                value = str(sum(r.migrant_pupils or 0 for c, r in rows.items() if c[0] == year))
            facts.append(Fact(year, row["fact_id"], value, row["status"], row["due_year"], row["evidence"]))
    return sorted(facts, key=lambda fact: fact.school_year)
