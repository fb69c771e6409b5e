"""Classes of every grade: as many as the published total, above the limit only in crowded schools."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from tools.sample_county import targets
from tools.sample_county.dice import Dice
from tools.sample_county.enrolment import Cell, Enrolment
from tools.sample_county.plan import Site

LIMIT = {**targets.CLASS_LIMIT, "senior": 50, "special": 12}
CROWDED_SIZE = {"primary": 47.5, "junior": 52.0}
LARGEST_CROWDED = 55


def build_classes(sites: list[Site], rows: Mapping[Cell, Enrolment]) -> dict[Cell, list[int]]:
    """Class sizes by (school year, site, stage, grade). A cohort keeps its number of classes as it moves up."""
    by_site = {site.site: site for site in sites}
    latest: dict[tuple[str, str, int], Cell] = {}
    for cell in sorted(rows):
        year, site, stage, grade = cell
        latest[(site, stage, year - grade)] = cell
    counts = {cohort: _count(by_site[cell[1]], cell[2], rows[cell].pupils) for cohort, cell in latest.items()}
    present = {cohort: cell for cohort, cell in latest.items() if cell[0] == targets.LAST_YEAR}
    _reach_published_total(by_site, rows, present, counts)
    return {
        cell: _sizes(by_site[cell[1]], cell, row.pupils, counts[(cell[1], cell[2], cell[0] - cell[3])])
        for cell, row in rows.items()
    }


def _count(site: Site, stage: str, pupils: int) -> int:
    if stage in site.crowded:
        return max(1, round(pupils / CROWDED_SIZE[stage]), ceil(pupils / (LARGEST_CROWDED - 1)))
    return max(1, ceil(pupils / LIMIT[stage]))


def _reach_published_total(
    by_site: Mapping[str, Site],
    rows: Mapping[Cell, Enrolment],
    present: Mapping[tuple[str, str, int], Cell],
    counts: dict[tuple[str, str, int], int],
) -> None:
    """Divide the fullest grades of schools that are not crowded until the county has its published classes."""
    compulsory = {c: cell for c, cell in present.items() if cell[2] in targets.CLASS_LIMIT}
    missing = targets.COMPULSORY_CLASSES - sum(counts[cohort] for cohort in compulsory)
    if missing < 0:
        raise ValueError(f"{-missing} classes too many: the plan of schools needs more pupils per grade and class")
    open_to = [c for c, cell in compulsory.items() if cell[2] not in by_site[cell[1]].crowded]
    for _ in range(missing):
        fullest = max(open_to, key=lambda c: (rows[compulsory[c]].pupils / counts[c] / LIMIT[c[1]], counts[c], c))
        counts[fullest] += 1


def _sizes(site: Site, cell: Cell, pupils: int, count: int) -> list[int]:
    """Even classes with small differences that never lift a class over a limit which the grade can keep."""
    _, name, stage, grade = cell
    dice = Dice(f"classes/{name}/{stage}/{cell[0]}/{grade}")
    sizes = [pupils // count + (1 if k < pupils % count else 0) for k in range(count)]
    ceiling = LARGEST_CROWDED if stage in site.crowded else max(LIMIT[stage], *sizes)
    for k in range(count - 1):
        step = dice.whole(0, 2)
        if sizes[k] + step <= ceiling and sizes[k + 1] - step >= 5:
            sizes[k] += step
            sizes[k + 1] -= step
    return sizes
