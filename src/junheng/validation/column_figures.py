"""Expectations on one figure of a column: least, greatest, sum, mean, median, spread, quantiles, values present."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.columns import WIDE, Column
from junheng.validation.expressions import (
    RuleProblemError,
    as_text,
    call,
    cast,
    col,
)
from junheng.validation.figures import (
    Figures,
    Judgement,
    checked_bounds,
    count_all,
    filtered,
    inside,
    judged,
    refuse_empty_range,
    shown,
    within,
)

HALF = exp.Literal.number("0.5")
STABLE = Context(prec=12)


def _ordered(name: str, *more: exp.Expr) -> Any:
    """Figures of the column's own type (min, max, a quantile), which SQL compares as it compares the cells."""

    def figures_of(
        column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]
    ) -> tuple[Mapping[str, exp.Expr], Callable[[Figures], Judgement]]:
        refuse_empty_range(arguments)
        figure = filtered(call(name, col(column), *more), used)
        return {"value": as_text(figure), "inside": inside(column, figure, arguments)}, _judge_ordered

    return figures_of


def _judge_ordered(figures: Figures) -> Judgement:
    return judged(figures, bool(figures["inside"]), figures["value"])


def _numeric(column: Column) -> None:
    if not column.is_number:
        raise RuleProblemError(f"{column.name} ({column.type}) is not a number")


def _rounding(column: Column) -> Callable[[Decimal], Any]:
    return float if column.kind == "float" else Fraction


def _sum(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    _numeric(column)
    bounds = checked_bounds(column, arguments)

    def judge(figures: Figures) -> Judgement:
        total = figures["sum"]
        return judged(figures, _finite(total) and within(Fraction(total), bounds, _rounding(column)), shown(total))

    return {"sum": filtered(call(_sum_name(column), col(column)), used)}, judge


def _sum_name(column: Column) -> str:
    # Kahan's sum hardly depends on the order in which threads add.
    return "fsum" if column.kind == "float" else "sum"


def _finite(value: Any) -> bool:
    return value is not None and Decimal(value).is_finite()


def _mean(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    _numeric(column)
    bounds = checked_bounds(column, arguments)

    def judge(figures: Figures) -> Judgement:
        if not _finite(figures["sum"]):
            return judged(figures, False, shown(figures["sum"]))
        mean = Fraction(figures["sum"]) / figures["values"]
        observed = Fraction(float(mean)) if column.kind == "float" else mean
        text_of = shown(float(mean)) if column.kind == "float" else shown(mean)
        return judged(figures, within(observed, bounds, _rounding(column)), text_of)

    return {
        "sum": filtered(call(_sum_name(column), col(column)), used),
        "values": filtered(exp.Count(this=col(column)), used),
    }, judge


def _median(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    _numeric(column)
    bounds = checked_bounds(column, arguments)
    if column.kind == "float":
        figures = {"median": call("quantile_cont", col(column), HALF)}
    else:
        # Interpolation passes through a double: the two values in the middle are exact.
        value = cast(col(column), column.type if column.type in WIDE else f"DECIMAL(38,{column.scale})")
        figures = {"low": call("quantile_disc", value, HALF), "high": call("quantile_disc", exp.Neg(this=value), HALF)}

    def judge(found: Figures) -> Judgement:
        if "median" in found:
            median = found["median"]
            return judged(found, _finite(median) and within(Fraction(median), bounds, float), shown(median))
        middle = (Fraction(found["low"]) - Fraction(found["high"])) / 2
        return judged(found, within(middle, bounds), shown(middle))

    return {name: filtered(figure, used) for name, figure in figures.items()}, judge


def _stdev(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    _numeric(column)
    bounds = checked_bounds(column, arguments)

    def judge(figures: Figures) -> Judgement:
        stdev = figures["stdev"]
        if stdev is None:
            return judged(figures, False, "one value has no standard deviation")
        # Its last digits depend on the order in which rows are added.
        observed = format(Decimal(repr(stdev)).normalize(STABLE), "f") if _finite(stdev) else str(stdev)
        return judged(figures, _finite(stdev) and within(Fraction(stdev), bounds, float), observed)

    return {"stdev": filtered(call("stddev_samp", cast(col(column), "DOUBLE")), used)}, judge


def _quantiles(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    ranges = arguments["quantile_ranges"]
    figures: dict[str, exp.Expr] = {}
    places: Sequence[Any] = ranges["quantiles"]
    if not places or len(places) != len(ranges["value_ranges"]):
        raise RuleProblemError("quantiles and value_ranges must be of one length")
    for index, (place, (low, high)) in enumerate(zip(places, ranges["value_ranges"], strict=True)):
        if not 0 <= place <= 1:
            raise RuleProblemError(f"quantile {place} is not in 0 … 1")
        figure = filtered(call("quantile_disc", col(column), exp.Literal.number(str(place))), used)
        figures[f"value_{index}"] = as_text(figure)
        figures[f"inside_{index}"] = inside(column, figure, {"min_value": low, "max_value": high})

    def judge(found: Figures) -> Judgement:
        observed = ", ".join(f"{place}: {found[f'value_{index}']}" for index, place in enumerate(places))
        return judged(found, all(found[f"inside_{index}"] for index in range(len(places))), observed)

    return figures, judge


def _non_null(column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    refuse_empty_range(arguments)

    def judge(figures: Figures) -> Judgement:
        share = Fraction(figures["values"], figures["rows"])
        return Judgement(within(share, arguments), shown(share))

    return {"values": filtered(exp.Count(this=col(column)), used), "rows": filtered(count_all(), used)}, judge


COLUMN_FIGURES: Mapping[str, Any] = {
    "expect_column_min_to_be_between": _ordered("min"),
    "expect_column_max_to_be_between": _ordered("max"),
    "expect_column_sum_to_be_between": _sum,
    "expect_column_mean_to_be_between": _mean,
    "expect_column_median_to_be_between": _median,
    "expect_column_stdev_to_be_between": _stdev,
    "expect_column_quantile_values_to_be_between": _quantiles,
    "expect_column_proportion_of_non_null_values_to_be_between": _non_null,
}
