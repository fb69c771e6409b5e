"""The county on paper: ``schools.csv`` says which sites exist in school year 2024 and where they fall short."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tools.sample_county.targets import COUNTY_CODE

HERE = Path(__file__).parent
STAGES = ("primary", "junior", "senior", "special")
GRADES = {"primary": range(1, 7), "junior": range(7, 10), "senior": range(10, 13), "special": range(1, 10)}


@dataclass(frozen=True)
class Site:
    """A row of the raw table ``schools``: a school, a campus or a teaching point.

    ``pupils`` is by stage, of 1 September 2024. ``weak`` gives, for each of the seven indicators that the site is to
    miss, value ÷ threshold. ``crowded`` names the stages with classes above the limit.
    """

    site: str
    school_code: str
    kind: str
    ownership: str
    area_kind: str
    township: int
    opened_year: int
    is_boarding: bool
    parent: str
    pupils: dict[str, int]
    crowded: frozenset[str]
    rooms_short: str
    weak: dict[str, float]

    @property
    def is_public(self) -> bool:
        """Run by the county."""
        return self.ownership == "public"

    @property
    def unit_owner(self) -> str:
        """The site whose unit of evaluation this site belongs to: its parent, or itself."""
        return self.parent or self.site

    @property
    def compulsory_pupils(self) -> int:
        """Pupils of primary and junior stage together."""
        return self.pupils["primary"] + self.pupils["junior"]


def read_plan() -> list[Site]:
    """All sites in the order of ``schools.csv``; school codes are ten digits that no real school has."""
    with (HERE / "schools.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        Site(
            site=row["site"],
            school_code=f"0{COUNTY_CODE}{number:03d}",
            kind=row["school_kind"],
            ownership=row["ownership"],
            area_kind=row["area_kind"],
            township=int(row["township"]),
            opened_year=int(row["opened_year"]),
            is_boarding=row["is_boarding"] == "true",
            parent=row["parent"],
            pupils={stage: int(row[stage]) for stage in STAGES},
            crowded=frozenset(row["crowded"].split()),
            rooms_short=row["rooms_short"],
            weak={name: float(ratio) for name, ratio in (item.split("=") for item in row["weak"].split())},
        )
        for number, row in enumerate(rows, start=1)
    ]
