"""The same staff over four school years: people join, leave, rotate, earn degrees and titles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import fsum

from tools.sample_county import targets
from tools.sample_county.dice import Dice
from tools.sample_county.plan import Site
from tools.sample_county.roster import COUNTY_TITLES, PE_AND_ARTS, PE_AND_ARTS_SHARES, Person, new_person

HEADCOUNT_FACTOR = {2023: 0.993, 2022: 0.986, 2021: 0.978}
JOINED_SHARE = 0.035
ROTATION = {
    2021: {"eligible": 871, "rotated": 236, "backbone": 71},
    2022: {"eligible": 902, "rotated": 268, "backbone": 88},
    2023: {"eligible": 926, "rotated": 301, "backbone": 109},
    2024: targets.ROTATION,
}
MEAN_PAY_YUAN = {2021: 139_860, 2022: 146_320, 2023: 152_740, 2024: targets.TEACHER_PAY_YUAN}


def build_staff(roster: list[Person], sites: list[Site]) -> dict[int, list[Person]]:
    """Staff by school year, traced back from the roster of 2024."""
    by_site = {site.site: site for site in sites}
    years = {targets.LAST_YEAR: roster}
    _rotate(roster, targets.LAST_YEAR)
    for year in reversed(targets.YEARS[:-1]):
        former = _send_back_rotated(years[year + 1], year)
        former = _undo_hiring(former, by_site, roster, year)
        _undo_progress(former, year)
        _rotate(former, year)
        years[year] = former
    for year, people in years.items():
        _pay(people, year)
    return dict(sorted(years.items()))


def staff_ids(years: dict[int, list[Person]]) -> dict[str, str]:
    """Pseudonyms by person, numbered in the order in which people first appear."""
    keys = dict.fromkeys(person.key for people in years.values() for person in people)
    shuffled = Dice("staff-ids").shuffled(list(keys))
    return {key: f"S{number:07d}" for number, key in enumerate(shuffled, start=1)}


def _rotate(people: list[Person], year: int) -> None:
    dice = Dice(f"rotation/{year}")
    plan = ROTATION[year]
    candidates = [p for p in people if p.is_public and p.is_full_time and p.stage in ("primary", "junior")]
    for person in people:
        person.is_eligible = person.is_rotated = False
    shuffled = dice.shuffled(candidates)
    titled = [p for p in shuffled if p.backbone in COUNTY_TITLES][: plan["backbone"] + 45]
    others = [p for p in shuffled if p.backbone not in COUNTY_TITLES][: plan["eligible"] - len(titled)]
    for person in titled + others:
        person.is_eligible = True
    for person in titled[: plan["backbone"]] + others[: plan["rotated"] - plan["backbone"]]:
        person.is_rotated = True


def _send_back_rotated(people: list[Person], year: int) -> list[Person]:
    """Copies of the staff of the next year, those who rotated then back at the school they came from.

    Teachers change places with others of the same stage, title and kind of subject, as the county's plan has it.
    """
    former = [replace(person) for person in people]
    circles: dict[tuple[str, bool, bool], list[Person]] = defaultdict(list)
    for person in former:
        if person.is_rotated:
            circles[(person.stage, person.backbone in COUNTY_TITLES, person.subject in PE_AND_ARTS)].append(person)
    for circle, moved in sorted(circles.items()):
        ordered = Dice(f"rotated/{circle}/{year}").shuffled(moved)
        origin = [person.site for person in ordered[1:] + ordered[:1]]
        for person, site in zip(ordered, origin, strict=True):
            person.site = site
    return former


def _undo_hiring(people: list[Person], by_site: dict[str, Site], roster: list[Person], year: int) -> list[Person]:
    present: dict[tuple[str, str, bool], list[Person]] = defaultdict(list)
    for person in people:
        present[(person.site, person.stage, person.is_full_time)].append(person)
    final: dict[tuple[str, str, bool], int] = defaultdict(int)
    for person in roster:
        final[(person.site, person.stage, person.is_full_time)] += 1
    former: list[Person] = []
    for (site, stage, is_full_time), members in present.items():
        dice = Dice(f"hiring/{site}/{stage}/{is_full_time}/{year}")
        target = max(1, dice.about(final[(site, stage, is_full_time)] * HEADCOUNT_FACTOR[year]))
        stayed = len(members) - dice.about(len(members) * JOINED_SHARE)
        long_served = sorted(dice.shuffled(members), key=lambda person: person.backbone not in COUNTY_TITLES)
        kept = long_served[: max(min(stayed, target), 0)]
        role = "t" if is_full_time else "o"
        left = [
            new_person(f"{site}/{stage}/{role}{year}-{number:02d}", by_site[site], stage, is_full_time)
            for number in range(target - len(kept))
        ]
        for person in left:
            _title_like_the_rest(dice, person)
        former += sorted(kept, key=lambda person: person.key) + left
    return former


def _title_like_the_rest(dice: Dice, person: Person) -> None:
    if person.is_full_time and dice.chance(0.12):
        person.backbone = "county"
    if person.is_full_time and person.stage in ("primary", "junior") and dice.chance(0.2):
        person.subject = dice.weighted(PE_AND_ARTS_SHARES)


def _undo_progress(people: list[Person], year: int) -> None:
    """A year earlier a few had no title or degree yet; training of the past five years differs a little."""
    for person in people:
        if not person.is_full_time:
            continue
        dice = Dice(f"progress/{person.key}/{year}")
        if person.backbone in COUNTY_TITLES and dice.chance(0.035):
            person.backbone = "school"
        if person.degree == "bachelor" and person.stage == "primary" and dice.chance(0.02):
            person.degree = "associate"
        if person.degree == "master" and dice.chance(0.03):
            person.degree = "bachelor"
        if person.hours is not None:
            person.hours = max(360, person.hours + dice.whole(-24, 14))


def _pay(people: list[Person], year: int) -> None:
    """Pay so that the mean of every group (stage, public or private, teacher or not) is the county's mean."""
    mean = MEAN_PAY_YUAN[year]
    groups: dict[tuple[str, bool, bool], list[Person]] = defaultdict(list)
    for person in people:
        groups[(person.stage, person.is_public, person.is_full_time)].append(person)
    for members in groups.values():
        average = fsum(person.pay_ratio for person in members) / len(members)
        for person in members:
            person.pay_yuan = round(mean * person.pay_ratio / average)
        members[0].pay_yuan += mean * len(members) - sum(person.pay_yuan for person in members)
