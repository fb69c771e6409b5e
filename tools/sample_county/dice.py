"""Repeatable chance and exact apportionment.

Only ``Random.random`` is used underneath: its sequence for a given seed is guaranteed by Python. Floats are added with
``fsum``, because ``sum`` adds them differently from Python 3.12 on. Both keep the generated files byte-identical on
every version and platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEED = "sample-county-1"


class Dice:
    """A stream of chance that depends on the seed and on its topic alone, never on what was drawn elsewhere."""

    def __init__(self, topic: str) -> None:
        self._random = Random(f"{SEED}/{topic}")

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number in low … high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self._random.random() < probability

    def about(self, expected: float) -> int:
        """A whole number whose mean is ``expected``: its floor, or one more."""
        base = int(expected)
        return base + (1 if self.chance(expected - base) else 0)

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """One of ``choices`` (value, weight)."""
        mark = self._random.random() * fsum(weight for _, weight in choices)
        for value, weight in choices:
            mark -= weight
            if mark < 0:
                return value
        return choices[-1][0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order."""
        keyed = [(self._random.random(), index) for index in range(len(items))]
        return [items[index] for _, index in sorted(keyed)]


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` into whole parts in proportion to ``weights`` (largest remainder; ties go to the first).

    Raises ValueError when there is something to split and no weight to split it by.
    """
    mass = fsum(weights)
    if mass <= 0:
        if total:
            raise ValueError(f"cannot split {total} over weights that sum to {mass}")
        return [0] * len(weights)
    exact = [total * weight / mass for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
