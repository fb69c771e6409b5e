"""Pupils of every site, stage and grade over the four school years, followed as cohorts.

A cohort of a site moves up one grade a year: next year's stock is this year's stock plus what came in minus what
went out. The one exception is published: the cohort that graduated in 2024 counts 70 graduates more than its
entrants and recorded movements explain, and the difference is spread over its schools (pupils who came or left
without a record).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.sample_county import targets
from tools.sample_county.dice import Dice, apportion
from tools.sample_county.plan import GRADES, STAGES, Site

MOVEMENTS = ("transfers_in", "transfers_out", "suspended", "resumed", "deaths")
SIGN = {"transfers_in": 1, "transfers_out": -1, "suspended": -1, "resumed": 1, "deaths": -1}
COHORT_2021_STEPS = ((2021, 7), (2022, 8), (2023, 9))

# Share of a grade that moves in a school year.
RATES: dict[str, dict[str, float]] = {
    "primary": {"transfers_in": 0.013, "transfers_out": 0.0115, "suspended": 0.001, "resumed": 0.001, "deaths": 6e-5},
    "junior": {"transfers_in": 0.018, "transfers_out": 0.013, "suspended": 0.004, "resumed": 0.004, "deaths": 9e-5},
    "senior": {"transfers_in": 0.004, "transfers_out": 0.005, "suspended": 0.004, "resumed": 0.003, "deaths": 0.0},
    "special": {"transfers_in": 0.02, "transfers_out": 0.01, "suspended": 0.0, "resumed": 0.0, "deaths": 0.0},
}

# Shape of the county by grade on 1 September 2024, first grade of the stage first.
GRADE_WEIGHTS_2024: dict[str, tuple[float, ...]] = {
    "primary": (6938, 7150, 7250, 7300, 7350, 7420),
    "junior": (7150, 7450, 7782),
    "senior": (1, 0.98, 0.95),
    "special": (10, 11, 11, 12, 12, 12, 12, 12, 12),
}
# Last-grade stock of the cohorts that had left by September 2024, by the school year of their last grade.
LAST_GRADE_STOCK: dict[str, dict[int, int]] = {
    "primary": {2021: 7762, 2022: 7436, 2023: 7182},
    "junior": {2021: 7664, 2022: 7858},
    "senior": {2021: 830, 2022: 845, 2023: 870},
    "special": {2021: 9, 2022: 10, 2023: 11},
}
MIGRANTS = {2021: 2104, 2022: 2203, 2023: 2296, 2024: targets.MIGRANT_PUPILS}
DISABLED = {2021: 298, 2022: 312, 2023: 326, 2024: targets.DISABLED_IN_ORDINARY_SCHOOLS}
BOARDER_SHARE = {"primary": 0.05, "junior": 0.34, "senior": 0.5, "special": 0.4}

Cell = tuple[int, str, str, int]  # school year, site, stage, grade


@dataclass
class Enrolment:
    """One row of the raw table ``enrolment``; None is "not reported" (flows of the running school year)."""

    pupils: int
    flows: dict[str, int | None] = field(default_factory=dict)
    entrants: int | None = None
    graduates: int | None = None
    boarders: int = 0
    migrant_pupils: int | None = None
    disabled_pupils: int | None = None


def build_enrolment(sites: list[Site]) -> dict[Cell, Enrolment]:
    """Every row of ``enrolment`` by (school year, site, stage, grade)."""
    rows: dict[Cell, Enrolment] = {}
    for stage in STAGES:
        members = [site for site in sites if site.pupils[stage]]
        for site in members:
            _follow_present_cohorts(rows, site, stage)
        for year, stock in LAST_GRADE_STOCK[stage].items():
            _follow_former_cohort(rows, members, stage, year, stock)
        if stage == "junior":
            _follow_published_cohort(rows, members)
    _close_stages(rows)
    _attach_boarders(rows, sites)
    _attach_migrants_and_disabled(rows, sites)
    position = {site.site: number for number, site in enumerate(sites)}

    def order(cell: Cell) -> tuple[int, int, int, int]:
        year, site, stage, grade = cell
        return year, position[site], STAGES.index(stage), grade

    return {cell: rows[cell] for cell in sorted(rows, key=order)}


def _follow_present_cohorts(rows: dict[Cell, Enrolment], site: Site, stage: str) -> None:
    dice = Dice(f"enrolment/{site.site}/{stage}")
    spread = 0.03 if site.pupils[stage] > 300 else 0.06
    weights = [weight * dice.between(1 - spread, 1 + spread) for weight in GRADE_WEIGHTS_2024[stage]]
    for grade, stock in zip(GRADES[stage], apportion(site.pupils[stage], weights), strict=True):
        rows[(targets.LAST_YEAR, site.site, stage, grade)] = Enrolment(stock)
        _trace_back(rows, site, stage, targets.LAST_YEAR, grade)


def _follow_former_cohort(rows: dict[Cell, Enrolment], members: list[Site], stage: str, year: int, stock: int) -> None:
    dice = Dice(f"enrolment/former/{stage}/{year}")
    last = GRADES[stage][-1]
    weights = [site.pupils[stage] * dice.between(0.96, 1.04) for site in members]
    for site, count in zip(members, apportion(stock, weights), strict=True):
        row = Enrolment(count)
        row.flows = dict(_draw_flows(Dice(f"flows/{site.site}/{stage}/{year}/{last}"), stage, count))
        rows[(year, site.site, stage, last)] = row
        _trace_back(rows, site, stage, year, last)


def _trace_back(rows: dict[Cell, Enrolment], site: Site, stage: str, year: int, grade: int) -> None:
    """Fill the earlier years of a cohort: former stock = stock − what came in + what went out."""
    while year > targets.YEARS[0] and grade > GRADES[stage][0]:
        stock = rows[(year, site.site, stage, grade)].pupils
        year, grade = year - 1, grade - 1
        flows = _draw_flows(Dice(f"flows/{site.site}/{stage}/{year}/{grade}"), stage, stock)
        rows[(year, site.site, stage, grade)] = Enrolment(stock - _net(flows), dict(flows))


def _draw_flows(dice: Dice, stage: str, stock: int) -> dict[str, int]:
    return {name: dice.about(stock * rate * dice.between(0.5, 1.5)) for name, rate in RATES[stage].items()}


def _net(flows: dict[str, int]) -> int:
    return sum(SIGN[name] * count for name, count in flows.items())


def _follow_published_cohort(rows: dict[Cell, Enrolment], members: list[Site]) -> None:
    """Entrants, movements and graduates of the cohort whose retention was published."""
    dice = Dice("enrolment/published-cohort")
    sizes = [site.pupils["junior"] * dice.between(0.97, 1.03) for site in members]
    entrants = apportion(targets.COHORT_ENTRANTS, sizes)
    cells = [(step, index) for step in COHORT_2021_STEPS for index in range(len(members))]
    drawn = {
        name: apportion(total, [entrants[index] * dice.between(0.4, 1.6) for _, index in cells])
        for name, total in targets.COHORT_MOVEMENTS.items()
    }
    flows = {cell: {name: drawn[name][k] for name in MOVEMENTS} for k, cell in enumerate(cells)}
    unrecorded = _unrecorded(dice, entrants)
    for index, site in enumerate(members):
        stock = entrants[index]
        for position, (year, grade) in enumerate(COHORT_2021_STEPS):
            step = flows[((year, grade), index)]
            rows[(year, site.site, "junior", grade)] = Enrolment(stock, dict(step))
            stock += _net(step) + (unrecorded[position][index] if position < 2 else 0)


def _unrecorded(dice: Dice, entrants: list[int]) -> list[list[int]]:
    """Pupils of each school who came (+) or left (−) without a record, at the two changes of school year."""
    recorded = sum(SIGN[name] * total for name, total in targets.COHORT_MOVEMENTS.items())
    total = targets.COHORT_GRADUATES - targets.COHORT_ENTRANTS - recorded
    lost = [dice.about(count * dice.between(0.0, 0.016)) for count in entrants]
    came = apportion(total + sum(lost), [count * dice.between(0.3, 1.7) for count in entrants])
    net = [plus - minus for plus, minus in zip(came, lost, strict=True)]
    first = [count // 2 for count in net]
    return [first, [count - half for count, half in zip(net, first, strict=True)]]


def _close_stages(rows: dict[Cell, Enrolment]) -> None:
    """Entrants of the first grade, graduates of the last; flows of the running year are not known yet."""
    for (year, _, stage, grade), row in rows.items():
        if grade == GRADES[stage][0]:
            row.entrants = row.pupils
        if year == targets.LAST_YEAR:
            row.flows = dict.fromkeys(MOVEMENTS)
            continue
        if grade == GRADES[stage][-1]:
            row.graduates = row.pupils + sum(SIGN[name] * (count or 0) for name, count in row.flows.items())


def _attach_boarders(rows: dict[Cell, Enrolment], sites: list[Site]) -> None:
    boarding = {site.site for site in sites if site.is_boarding}
    for (year, site, stage, grade), row in rows.items():
        if site in boarding:
            share = BOARDER_SHARE[stage] * Dice(f"boarders/{site}/{stage}/{year}/{grade}").between(0.85, 1.1)
            row.boarders = int(row.pupils * share)


def _attach_migrants_and_disabled(rows: dict[Cell, Enrolment], sites: list[Site]) -> None:
    pull = {"urban": 1.0, "town": 0.2, "rural": 0.0}
    migrant_pull = {site.site: pull[site.area_kind] if site.is_public else 0.0 for site in sites}
    for year in targets.YEARS:
        dice = Dice(f"migrants/{year}")
        cells = [key for key in sorted(rows) if key[0] == year and key[2] in ("primary", "junior")]
        migrants = apportion(
            MIGRANTS[year], [rows[c].pupils * migrant_pull[c[1]] * dice.between(0.7, 1.3) for c in cells]
        )
        disabled = apportion(DISABLED[year], [rows[c].pupils * dice.between(0.4, 1.6) for c in cells])
        for cell, migrant, impaired in zip(cells, migrants, disabled, strict=True):
            rows[cell].migrant_pupils = migrant
            rows[cell].disabled_pupils = impaired
