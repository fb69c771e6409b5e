"""Expectations that judge one figure of a column or a table: what to select, and whether the figure will do."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.columns import WIDE, Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import (
    EXACT,
    RuleProblemError,
    all_of,
    as_text,
    call,
    cast,
    col,
    compare,
    identifier,
    not_finite,
    number,
    with_value,
)
from junheng.validation.suites import Rule

Figures = Mapping[str, Any]
SHOWN = Context(prec=15)
HALF = exp.Literal.number("0.5")


@dataclass(frozen=True)
class Judgement:
    """Whether a figure will do, and the figure as text."""

    passes: bool
    observed: str | None


@dataclass(frozen=True)
class AggregateRule:
    """A rule on one figure.

    `figures` are aggregate expressions over the judged rows; `judge` reads their values. `counts` is what must be above
    zero for there to be anything to judge: values present (a column) or nothing (row counts).
    """

    rule: Rule
    condition: exp.Expr | None
    column: Column | None
    figures: Mapping[str, exp.Expr]
    judge: Callable[[Figures], Judgement]
    reads: frozenset[str] = field(default_factory=frozenset)


def aggregate_rule(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> AggregateRule:
    """Compile one rule on a figure. Raises RuleProblemError."""
    condition = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    kind = rule.expectation_type
    if kind in TABLE_FIGURES:
        figures, judge = TABLE_FIGURES[kind](condition, arguments)
        return AggregateRule(rule, condition, None, figures, judge)
    column = columns[arguments["column"]]
    # Sums over NaN say nothing and the spread of an infinity is an error: they are counted, and fail the rule.
    used = all_of((condition, exp.Not(this=not_finite(column)) if column.kind == "float" else None))
    figures, judge = COLUMN_FIGURES[kind](column, used, arguments)
    if column.kind == "float":
        figures = {**figures, "not_finite": filtered(count_all(), all_of((condition, not_finite(column))))}
    reads = frozenset() if kind.endswith("non_null_values_to_be_between") else frozenset({column.name})
    return AggregateRule(rule, condition, column, figures, judge, reads)


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


def shown(value: Any) -> str | None:
    """A figure as text: exact where it is a whole number or a decimal, otherwise to 15 digits."""
    if isinstance(value, Fraction):
        exact = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
        value = exact if Fraction(exact) == value else SHOWN.plus(exact)
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)


def _ordered(name: str, *more: exp.Expr) -> Any:
    """Figures of the column's own type (min, max, a quantile), which SQL compares as it compares the cells."""

    def figures_of(
        column: Column, used: exp.Expr | None, arguments: Mapping[str, Any]
    ) -> tuple[Mapping[str, exp.Expr], Callable[[Figures], Judgement]]:
        refuse_empty_range(arguments)
        figure = filtered(call(name, col(column), *more), used)
        return {"value": as_text(figure), "inside": inside(column, figure, arguments)}, _judge_ordered

    return figures_of


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


def _judge_ordered(figures: Figures) -> Judgement:
    return judged(figures, bool(figures["inside"]), figures["value"])


def judged(figures: Figures, passes: bool, observed: str | None) -> Judgement:
    """A judgement that fails where the column holds NaN or infinities."""
    strange = figures.get("not_finite") or 0
    if strange:
        return Judgement(False, f"{observed} ({strange} NaN or infinite)")
    return Judgement(passes, observed)


def _numeric(column: Column) -> None:
    if not column.is_number:
        raise RuleProblemError(f"{column.name} ({column.type}) is not a number")


def _rounding(column: Column) -> Callable[[Decimal], Any]:
    return float if column.kind == "float" else Fraction


def single(value: Decimal) -> float:
    """A number as the nearest one of a FLOAT column."""
    return float(struct.unpack("f", struct.pack("f", float(value)))[0])


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


def checked_bounds(column: Column, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The range of a rule with exact numbers as bounds. Raises RuleProblemError."""
    refuse_empty_range(arguments)
    bounds = dict(arguments)
    for name in ("min_value", "max_value"):
        if bounds.get(name) is not None:
            bounds[name] = number(bounds[name], column)
    return bounds


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
        return judged(figures, _finite(stdev) and within(Fraction(stdev), bounds, float), shown(stdev))

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


def _row_count(condition: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    bounds = dict(arguments)
    if "value" in arguments:
        bounds["min_value"] = bounds["max_value"] = arguments["value"]
    refuse_empty_range(bounds)

    def judge(figures: Figures) -> Judgement:
        return Judgement(within(Fraction(figures["rows"]), bounds), str(figures["rows"]))

    return {"rows": filtered(count_all(), condition)}, judge


def _other_row_count(condition: exp.Expr | None, arguments: Mapping[str, Any]) -> Any:
    other = exp.Table(this=identifier(arguments["other_table_name"].split(".")[-1]))
    parts = arguments["other_table_name"].split(".")
    if len(parts) > 1:
        other.set("db", identifier(parts[-2]))
    if len(parts) > 2:
        other.set("catalog", identifier(parts[-3]))

    def judge(figures: Figures) -> Judgement:
        same = figures["rows"] == figures["other"]
        return Judgement(same, f"{figures['rows']} / {figures['other']}")

    return {
        "rows": filtered(count_all(), condition),
        "other": exp.Subquery(this=exp.select(count_all()).from_(other)),
    }, judge


TABLE_FIGURES: Mapping[str, Any] = {
    "expect_table_row_count_to_be_between": _row_count,
    "expect_table_row_count_to_equal": _row_count,
    "expect_table_row_count_to_equal_other_table": _other_row_count,
}
