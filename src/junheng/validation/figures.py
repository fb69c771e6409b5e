"""A figure of many rows: how it is asked of SQL, whether it lies in the range of a rule, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import (
    EXACT,
    RuleProblemError,
    all_of,
    compare,
    number,
    with_value,
)

Figures = Mapping[str, Any]
SHOWN = Context(prec=15)


@dataclass(frozen=True)
class Judgement:
    """Whether a figure will do, and the figure as text."""

    passes: bool
    observed: str | None


def count_all() -> exp.Expr:
    """`count(*)`."""
    return exp.Count(this=exp.Star())


def filtered(aggregate: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """An aggregate over the rows that meet a condition."""
    if condition is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition.copy()))


def refuse_empty_range(arguments: Mapping[str, Any]) -> None:
    """Raise RuleProblemError when a range has no bound."""
    if arguments.get("min_value") is None and arguments.get("max_value") is None:
        raise RuleProblemError("min_value or max_value is needed")


def checked_bounds(column: Column, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The range of a rule with exact numbers as bounds. Raises RuleProblemError."""
    refuse_empty_range(arguments)
    bounds = dict(arguments)
    for name in ("min_value", "max_value"):
        if bounds.get(name) is not None:
            bounds[name] = number(bounds[name], column)
    return bounds


def within(value: Fraction, arguments: Mapping[str, Any], rounded: Callable[[Decimal], Any] = Fraction) -> bool:
    """Whether a figure lies in the range of a rule; `rounded` brings the bounds to the precision of the figure."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is not None:
        bound = Fraction(rounded(Decimal(low)))
        if value < bound or (value == bound and arguments.get("strict_min")):
            return False
    if high is not None:
        bound = Fraction(rounded(Decimal(high)))
        if value > bound or (value == bound and arguments.get("strict_max")):
            return False
    return True


def inside(column: Column, figure: exp.Expr, arguments: Mapping[str, Any]) -> exp.Expr:
    """Whether a figure of the column's type lies in the range of a rule."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    found = all_of(
        (
            compare(column, ">" if arguments.get("strict_min") else ">=", low) if low is not None else None,
            compare(column, "<" if arguments.get("strict_max") else "<=", high) if high is not None else None,
        )
    )
    return with_value(found if found is not None else exp.true(), column, figure)


def judged(figures: Figures, passes: bool, observed: str | None) -> Judgement:
    """A judgement that fails where the column holds NaN or infinities."""
    strange = figures.get("not_finite") or 0
    if strange:
        return Judgement(False, f"{observed} ({strange} NaN or infinite)")
    return Judgement(passes, observed)


def shown(value: Any) -> str | None:
    """A figure as text: exact where it is a whole number or a decimal, otherwise to 15 digits."""
    if isinstance(value, Fraction):
        exact = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
        value = exact if Fraction(exact) == value else SHOWN.plus(exact)
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)
