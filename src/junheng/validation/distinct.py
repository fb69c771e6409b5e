"""Expectations on the distinct values of a column, judged on one row per value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import as_text, call, col, compare, in_set, text, whole
from junheng.validation.figures import Figures, Judgement, count_all, filtered, refuse_empty_range, shown, within
from junheng.validation.suites import Rule

SIZE = "group size"
SHOWN_VALUES = 20

Compiled = tuple[Mapping[str, exp.Expr], Callable[[Figures], Judgement]]


@dataclass(frozen=True)
class DistinctRule:
    """A rule on the distinct values of a column.

    `figures` are aggregates over one row per value, with how often it comes in `SIZE`.
    """

    rule: Rule
    condition: exp.Expr | None
    column: Column
    figures: Mapping[str, exp.Expr]
    judge: Callable[[Figures], Judgement]


def distinct_rule(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> DistinctRule:
    """Compile one rule on distinct values. Raises RuleProblemError."""
    condition = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    column = columns[arguments["column"]]
    figures, judge = COMPILERS[rule.expectation_type](column, arguments)
    return DistinctRule(rule, condition, column, figures, judge)


def _unique_count(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    refuse_empty_range(arguments)
    return {"distinct": count_all()}, lambda figures: Judgement(
        within(Fraction(figures["distinct"]), arguments), str(figures["distinct"])
    )


def _unique_share(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    refuse_empty_range(arguments)

    def judge(figures: Figures) -> Judgement:
        share = Fraction(figures["distinct"], int(figures["cells"]))
        return Judgement(within(share, arguments), shown(share))

    return {"distinct": count_all(), "cells": call("sum", col(SIZE))}, judge


def _some(column: Column, condition: exp.Expr | None) -> exp.Expr:
    """The smallest values that meet a condition, as one text."""
    some = filtered(call("arg_min", as_text(col(column)), col(column), whole(SHOWN_VALUES)), condition)
    return call("array_to_string", some, text(", "))


def _only(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    others = in_set(column, arguments["value_set"], inside=False)
    return {"others": filtered(count_all(), others), "some": _some(column, others)}, lambda figures: Judgement(
        figures["others"] == 0, figures["some"] or None
    )


def _missing(column: Column, values: Any) -> Mapping[str, exp.Expr]:
    """One figure for each value: whether it is there. The figure's name is the value."""
    return {str(value): call("bool_or", compare(column, "==", value)) for value in values if value is not None}


def _all(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    wanted = _missing(column, arguments["value_set"])

    def judge(figures: Figures) -> Judgement:
        missing = [name for name in wanted if not figures[name]]
        return Judgement(not missing, f"missing: {', '.join(missing)}" if missing else "complete")

    return wanted, judge


def _exactly(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    only, judge_only = _only(column, arguments)
    every, judge_every = _all(column, arguments)

    def judge(figures: Figures) -> Judgement:
        first, second = judge_only(figures), judge_every(figures)
        return Judgement(
            first.passes and second.passes,
            "; ".join(filter(None, (first.observed, second.observed if not second.passes else None))) or "complete",
        )

    return {**every, **only}, judge


def _most_common(column: Column, arguments: Mapping[str, Any]) -> Compiled:
    wanted = in_set(column, arguments["value_set"])

    # The most common first, of equally common ones the smallest.
    order = call("row", exp.Neg(this=col(SIZE)), col(column))

    def judge(figures: Figures) -> Judgement:
        sizes: list[int] = figures["sizes"]
        tied = sum(size == sizes[0] for size in sizes)
        passes = figures["wanted"] == sizes[0] and (tied == 1 or bool(arguments.get("ties_okay")))
        return Judgement(passes, ", ".join(figures["values"][:tied]))

    return {
        "sizes": call("arg_min", col(SIZE), order, whole(SHOWN_VALUES)),
        "values": call("arg_min", as_text(col(column)), order.copy(), whole(SHOWN_VALUES)),
        "wanted": filtered(call("max", col(SIZE)), wanted),
    }, judge


COMPILERS: Mapping[str, Callable[[Column, Mapping[str, Any]], Compiled]] = {
    "expect_column_unique_value_count_to_be_between": _unique_count,
    "expect_column_proportion_of_unique_values_to_be_between": _unique_share,
    "expect_column_distinct_values_to_be_in_set": _only,
    "expect_column_distinct_values_to_contain_set": _all,
    "expect_column_distinct_values_to_equal_set": _exactly,
    "expect_column_most_common_value_to_be_in_set": _most_common,
}
