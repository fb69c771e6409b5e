"""Points that share a place are moved apart, always in the same way: chance has no part in a chart."""

from __future__ import annotations

from collections.abc import Sequence


def lanes(places: Sequence[float | None], width: float, most: int) -> list[int]:
    """The lane of each point (0, 1, -1, 2, …) so that two points of a lane lie at least `width` apart.

    A crowd that needs more than `most` lanes on either side overlaps in them. A place that is not there stays in 0.
    """
    order = [0, *(lane * side for lane in range(1, most + 1) for side in (1, -1))]
    last: dict[int, float] = {}
    found = [0] * len(places)
    known = [(place, index) for index, place in enumerate(places) if place is not None]
    for place, index in sorted(known):
        lane = next((one for one in order if place - last.get(one, -width) >= width), None)
        if lane is None:
            lane = min(order, key=lambda one: (last[one], abs(one)))
        last[lane] = place
        found[index] = lane
    return found
