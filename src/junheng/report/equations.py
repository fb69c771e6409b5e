"""Whether linear equations with whole coefficients give one of their unknowns away."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Vector = Sequence[int]


def pins(equations: Sequence[Vector]) -> bool:
    """Whether the left sides, their right sides being known, determine any single unknown."""
    reduced = _reduced(equations)
    return any(sum(1 for value in row if value) == 1 for row in reduced)


def _reduced(equations: Sequence[Vector]) -> list[list[Fraction]]:
    """Reduced row echelon form: an unknown is determined exactly when a row holds it alone."""
    rows = [[Fraction(value) for value in equation] for equation in equations]
    done = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((number for number in range(done, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        factor = rows[done][column]
        rows[done] = [value / factor for value in rows[done]]
        for number, row in enumerate(rows):
            if number != done and row[column]:
                share = row[column]
                rows[number] = [value - share * base for value, base in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]
