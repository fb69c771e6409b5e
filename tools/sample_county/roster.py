"""Teachers and other staff of school year 2024: how many each school has, and who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from tools.sample_county import targets
from tools.sample_county.dice import Dice, apportion
from tools.sample_county.plan import STAGES, Site

# Full-time teachers of the private schools; the rest of the published total works in public schools, and the public
# junior teachers are exactly the published posts.
PRIVATE_FULL_TIME = {"primary": 138, "junior": targets.FULL_TIME["junior"] - targets.PUBLIC_POSTS["junior"]}
TEACHERS_PER_PUPIL = {"primary": 0.045, "junior": 0.055, "senior": 0.06, "special": 0.22}
TEACHERS_PER_CLASS = {"primary": 0.75, "junior": 1.15, "senior": 1.0, "special": 0.0}
SENIOR_STAFF = {"full_time": 224, "others": 12}

DEGREES: dict[str, list[tuple[str, float]]] = {
    "primary": [("secondary", 0.025), ("associate", 0.285), ("bachelor", 0.665), ("master", 0.025)],
    "junior": [("associate", 0.06), ("bachelor", 0.87), ("master", 0.07)],
    "senior": [("bachelor", 0.83), ("master", 0.165), ("doctor", 0.005)],
    "special": [("associate", 0.3), ("bachelor", 0.7)],
}
BACKBONE_TITLES = [("county", 0.79), ("city", 0.16), ("province", 0.043), ("national", 0.007)]
COUNTY_TITLES = frozenset(title for title, _ in BACKBONE_TITLES)
PE_AND_ARTS_SHARES = [("pe", 0.42), ("music", 0.29), ("art", 0.29)]
PE_AND_ARTS = frozenset(subject for subject, _ in PE_AND_ARTS_SHARES)
SUBJECTS: dict[str, list[tuple[str, float]]] = {
    "primary": [
        ("chinese", 0.42), ("maths", 0.33), ("english", 0.1), ("science", 0.07), ("morality", 0.05), ("it", 0.03),
    ],
    "junior": [
        ("chinese", 0.2), ("maths", 0.2), ("english", 0.19), ("physics", 0.09), ("chemistry", 0.06), ("biology", 0.06),
        ("history", 0.06), ("geography", 0.05), ("morality", 0.06), ("it", 0.03),
    ],
    "senior": [
        ("chinese", 0.17), ("maths", 0.17), ("english", 0.17), ("physics", 0.11), ("chemistry", 0.1), ("biology", 0.09),
        ("history", 0.07), ("geography", 0.06), ("morality", 0.06),
    ],
    "special": [("chinese", 0.4), ("maths", 0.35), ("morality", 0.1), ("labour", 0.15)],
}  # fmt: skip


@dataclass
class Person:
    """One member of staff in one school year; ``key`` stays the same over the years."""

    key: str
    site: str
    stage: str
    is_full_time: bool
    is_public: bool
    is_on_post: bool
    degree: str
    backbone: str
    subject: str
    has_certificate: bool
    hours: int | None
    pay_ratio: float
    is_eligible: bool = False
    is_rotated: bool = False
    pay_yuan: int = 0


def new_person(key: str, site: Site, stage: str, is_full_time: bool) -> Person:
    """A member of staff with a degree, a subject and a pay that fit the stage; no backbone title yet."""
    dice = Dice(f"person/{key}")
    subject = ""
    if is_full_time:
        subject = dice.weighted(SUBJECTS[stage])
    return Person(
        key=key,
        site=site.site,
        stage=stage,
        is_full_time=is_full_time,
        is_public=site.is_public,
        is_on_post=site.is_public and (is_full_time or stage != "junior"),
        degree=dice.weighted(DEGREES[stage])
        if is_full_time
        else dice.weighted([("associate", 0.6), ("bachelor", 0.4)]),
        backbone="school" if is_full_time and dice.chance(0.08) else "none",
        subject=subject,
        has_certificate=is_full_time or dice.chance(0.5),
        hours=dice.whole(366, 498) if is_full_time else None,
        pay_ratio=dice.between(0.74, 1.26) if site.is_public else dice.between(0.82, 1.18),
    )


def build_roster(sites: list[Site], classes: Mapping[tuple[str, str], int]) -> list[Person]:
    """All staff of 2024. ``classes`` is the number of classes by (site, stage)."""
    people: list[Person] = []
    by_site = {site.site: site for site in sites}
    for (name, stage, is_full_time), count in _head_counts(sites, classes).items():
        role = "t" if is_full_time else "o"
        people += [
            new_person(f"{name}/{stage}/{role}{number:03d}", by_site[name], stage, is_full_time)
            for number in range(count)
        ]
    _staff_the_units(people, sites)
    return people


def _head_counts(sites: list[Site], classes: Mapping[tuple[str, str], int]) -> dict[tuple[str, str, bool], int]:
    counts: dict[tuple[str, str, bool], int] = {}
    for stage in STAGES:
        members = [site for site in sites if site.pupils[stage]]
        total = targets.FULL_TIME.get(stage, SENIOR_STAFF["full_time"])
        others = targets.STAFF[stage] - total if stage in targets.STAFF else SENIOR_STAFF["others"]
        for is_public in (True, False):
            group = [site for site in members if site.is_public == is_public]
            share = PRIVATE_FULL_TIME.get(stage, 0)
            weights = [
                site.pupils[stage] * TEACHERS_PER_PUPIL[stage] + classes[(site.site, stage)] * TEACHERS_PER_CLASS[stage]
                for site in group
            ]
            for site, count in zip(group, apportion(total - share if is_public else share, weights), strict=True):
                counts[(site.site, stage, True)] = count
        large = [float(site.pupils[stage]) if site.pupils[stage] > 100 else 0.0 for site in members]
        for site, count in zip(members, apportion(others, large), strict=True):
            counts[(site.site, stage, False)] = count
    return counts


def _staff_the_units(people: list[Person], sites: list[Site]) -> None:
    """Give every unit of evaluation the backbone, PE and arts and qualified teachers that it needs."""
    pupils: dict[tuple[str, str], int] = defaultdict(int)
    owner = {site.site: site.unit_owner for site in sites}
    for site in sites:
        for stage in ("primary", "junior"):
            pupils[(site.unit_owner, stage)] += site.pupils[stage]
    teachers: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in people:
        if person.is_full_time:
            teachers[(owner[person.site], person.stage)].append(person)
    for (unit, stage), members in teachers.items():
        if stage not in ("primary", "junior"):
            continue
        dice = Dice(f"unit/{unit}/{stage}")
        count = pupils[(unit, stage)]
        _name_backbone(dice, members, unit, ceil(count * dice.between(1.06, 1.75) / 100))
        _name_pe_and_arts(dice, members, unit, ceil(count * dice.between(0.94, 1.45) / 100))
        _lift_degrees(members, stage, ceil(count * (0.0455 if stage == "primary" else 0.0575)))


def _name_backbone(dice: Dice, members: list[Person], unit: str, count: int) -> None:
    at_main_site = [person for person in members if person.site == unit]
    for person in dice.shuffled(at_main_site)[:count]:
        person.backbone = dice.weighted(BACKBONE_TITLES)


def _name_pe_and_arts(dice: Dice, members: list[Person], unit: str, count: int) -> None:
    at_main_site = [person for person in members if person.site == unit]
    subjects = [name for name, _ in PE_AND_ARTS_SHARES]
    for position, person in enumerate(dice.shuffled(at_main_site)[:count]):
        person.subject = subjects[position] if position < len(subjects) else dice.weighted(PE_AND_ARTS_SHARES)


def _lift_degrees(members: list[Person], stage: str, needed: int) -> None:
    below = {"primary": {"secondary"}, "junior": {"associate"}}[stage]
    above = {"primary": "associate", "junior": "bachelor"}[stage]
    short = needed - sum(person.degree not in below for person in members)
    for person in [p for p in members if p.degree in below][: max(short, 0)]:
        person.degree = above
