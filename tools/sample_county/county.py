"""The whole sample county as the nine raw tables: header and rows of text, in the order of the raw contract."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

from tools.sample_county import targets
from tools.sample_county.classes import build_classes
from tools.sample_county.enrolment import MOVEMENTS, build_enrolment
from tools.sample_county.facilities import build_facilities_2024, earlier_facilities
from tools.sample_county.facts import build_facts
from tools.sample_county.money import build_finance, build_funding
from tools.sample_county.plan import HERE, Site, read_plan
from tools.sample_county.rooms import build_rooms
from tools.sample_county.roster import Person, build_roster
from tools.sample_county.staff_history import build_staff, staff_ids

Cell = str | int | bool | Fraction | None
Table = list[list[Cell]]


def build_tables() -> dict[str, Table]:
    """The nine raw tables by name, without headers."""
    sites = read_plan()
    enrolment = build_enrolment(sites)
    classes = build_classes(sites, enrolment)
    count: dict[tuple[str, str], int] = defaultdict(int)
    for (year, site, stage, _), sizes in classes.items():
        if year == targets.LAST_YEAR:
            count[(site, stage)] += len(sizes)
    class_total: dict[str, int] = defaultdict(int)
    for (site, _), number in count.items():
        class_total[site] += number
    staff = build_staff(build_roster(sites, count), sites)
    code = {site.site: site.school_code for site in sites}
    labels = read_labels()
    present = build_facilities_2024(sites)
    return {
        "schools": _schools(sites, labels, code),
        "enrolment": [
            [
                year, code[site], stage, grade, row.pupils, row.entrants, row.graduates,
                *(row.flows.get(name) for name in MOVEMENTS),
                row.boarders, row.migrant_pupils, row.disabled_pupils,
            ]
            for (year, site, stage, grade), row in enrolment.items()
        ],
        "classes": [
            [year, code[site], stage, grade, f"{number:02d}", pupils]
            for (year, site, stage, grade), sizes in classes.items()
            for number, pupils in enumerate(sizes, start=1)
        ],
        "staff": _staff(staff, code, labels),
        "facilities": _by_year(
            sites,
            lambda site: {
                year: [
                    [row.teaching_area, row.indoor_sports, row.sports_ground, row.equipment_wan, row.multimedia_rooms]
                ]
                for year, row in earlier_facilities(site, present[site.site]).items()
            },
        ),
        "rooms": _by_year(
            sites,
            lambda site: {
                year: [[room.room_id, room.kind, room.area] for room in rooms]
                for year, rooms in build_rooms(site, class_total[site.site]).items()
            },
        ),
        "school_funding": [
            [year, code[site], _yuan(row.public_funds_budget), _yuan(row.public_funds_spend),
             _yuan(row.training_spend), _yuan(row.total_spend)]
            for (year, site), row in build_funding(sites, enrolment, staff).items()
        ],
        "county_finance": [
            [year, targets.COUNTY_CODE, stage, _yuan(row.budget_expenditure), row.pupils,
             _yuan(row.teacher_mean_pay), _yuan(row.civil_servant_mean_pay)]
            for (year, stage), row in build_finance(enrolment).items()
        ],
        "county_facts": [
            [fact.school_year, targets.COUNTY_CODE, fact.fact_id, fact.value, fact.status, fact.due_year, fact.evidence]
            for fact in build_facts(sites, enrolment)
        ],
    }  # fmt: skip


def read_labels() -> dict[str, str]:
    """Chinese texts by id."""
    with (HERE / "labels.csv").open(encoding="utf-8", newline="") as handle:
        return {row["label_id"]: row["text"] for row in csv.DictReader(handle)}


def _schools(sites: list[Site], labels: dict[str, str], code: dict[str, str]) -> Table:
    names = _names(sites, labels)
    return [
        [
            year, site.school_code, names[site.site], targets.COUNTY_CODE, labels["county"],
            f"{labels['subdistrict' if site.township <= 3 else 'town']}{site.township:02d}",
            site.kind, site.ownership, site.area_kind, code[site.parent] if site.parent else None,
            site.opened_year, site.is_boarding,
        ]
        for year in targets.YEARS
        for site in sites
    ]  # fmt: skip


def _names(sites: list[Site], labels: dict[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    points: dict[str, int] = defaultdict(int)
    for site in sites:
        if site.parent:
            points[site.parent] += 1
            names[site.site] = f"{names[site.parent]}{labels['merged_point']}{points[site.parent]}"
        elif site.site.startswith("X"):
            names[site.site] = f"{labels['campus']}{site.site[1:]}"
        else:
            names[site.site] = f"{labels[site.kind]}{site.site[1:]}"
    return names


def _staff(staff: dict[int, list[Person]], code: dict[str, str], labels: dict[str, str]) -> Table:
    ids = staff_ids(staff)
    rows: Table = []
    for year, people in staff.items():
        rows += sorted(
            [
                year, code[p.site], ids[p.key], p.stage, p.is_full_time, p.is_on_post, p.degree, p.backbone,
                labels[f"subject_{p.subject}"] if p.subject else None, p.has_certificate, p.hours,
                p.is_eligible, p.is_rotated, _yuan(p.pay_yuan),
            ]
            for p in people
        )  # fmt: skip
    return rows


def _by_year(sites: list[Site], rows_of: Callable[[Site], dict[int, Table]]) -> Table:
    per_site = {site.site: rows_of(site) for site in sites}
    return [
        [year, site.school_code, *row] for year in targets.YEARS for site in sites for row in per_site[site.site][year]
    ]


def _yuan(amount: int | None) -> str | None:
    return None if amount is None else f"{amount}.00"
