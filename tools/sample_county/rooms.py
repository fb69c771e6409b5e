"""Music and art rooms: enough for the classes everywhere but in the schools that the plan names."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from tools.sample_county import targets
from tools.sample_county.dice import Dice
from tools.sample_county.plan import Site

CLASSES_PER_ROOM = 12
LEAST_AREA = {"music": 96, "art": 90}
AREA_RULE_FROM = 2017


@dataclass(frozen=True)
class Room:
    """One row of the raw table ``rooms``; area in ㎡."""

    room_id: str
    kind: str
    area: int


def build_rooms(site: Site, classes: int) -> dict[int, list[Room]]:
    """Rooms of a site by school year; ``classes`` of all its stages in 2024."""
    dice = Dice(f"rooms/{site.site}")
    needed = ceil(classes / CLASSES_PER_ROOM)
    rooms: list[Room] = []
    for kind in ("music", "art"):
        count = needed + (1 if needed < 4 and dice.chance(0.2) else 0)
        if site.rooms_short == "number":
            count = needed - 1 if kind == "art" or (needed > 1 and dice.chance(0.5)) else needed
        for number in range(1, count + 1):
            rooms.append(Room(f"{kind[0].upper()}{number:02d}", kind, _area(dice, site, kind)))
    opened_late = dice.chance(0.2) and len(rooms) > 3
    former = rooms[:-1] if opened_late else rooms
    return {year: rooms if year >= 2023 else former for year in targets.YEARS}


def _area(dice: Dice, site: Site, kind: str) -> int:
    least = LEAST_AREA[kind]
    if site.rooms_short == "area":
        return dice.whole(least - 24, least - 6)
    if site.opened_year >= AREA_RULE_FROM or site.kind == "special":
        return dice.whole(least, least + 22)
    if max(site.pupils.values()) < 100:
        return dice.whole(56, 72)
    return dice.whole(least - 30, least + 16)
