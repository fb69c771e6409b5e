"""Rules that measure a value against the spread of its column.

The spread is a figure of the first scan, the rows are counted in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import (
    RuleProblemError,
    all_of,
    any_of,
    as_text,
    call,
    cast,
    col,
    literal,
    not_finite,
    not_null,
    number,
    text,
)
from junheng.validation.figures import Figures, filtered
from junheng.validation.row_rules import RowRule
from junheng.validation.suites import Rule

DOUBLE = Column("bound", "DOUBLE", "float")


@dataclass(frozen=True)
class SpreadRule:
    """A rule on z-scores or outliers. Values are measured as doubles: a spread is a root or a quotient anyhow."""

    rule: Rule
    column: Column
    condition: exp.Expr | None
    figures: Mapping[str, exp.Expr]
    arguments: Mapping[str, Any]

    def as_row_rule(self, figures: Figures) -> RowRule:
        """The same rule as a condition on one row, once the figures are known."""
        value = cast(col(self.column), "DOUBLE")
        kind = "z" if "threshold" in self.arguments else self.arguments.get("method") or "iqr"
        broken = BROKEN[kind](value, figures, self.arguments)
        broken = any_of((exp.Paren(this=broken), not_finite(self.column)))
        present = not_null(col(self.column))
        reads = frozenset({self.column.name})
        return RowRule(self.rule, self.condition, present, broken, as_text(col(self.column)), reads=reads)


def spread_rule(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> SpreadRule:
    """Compile one rule on z-scores or outliers. Raises RuleProblemError."""
    condition = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    column = columns[arguments["column"]]
    if not column.is_number:
        raise RuleProblemError(f"{column.name} ({column.type}) is not a number")
    kind = "z" if "threshold" in arguments else arguments.get("method") or "iqr"
    if kind not in BROKEN:
        raise RuleProblemError(f"unknown method {kind!r}")
    finite = exp.Not(this=not_finite(column)) if column.kind == "float" else None
    used = all_of((condition, finite))
    value = cast(col(column), "DOUBLE")
    if kind == "iqr":
        figures = {
            name: filtered(call("quantile_cont", value.copy(), exp.Literal.number(place)), used)
            for name, place in (("low", "0.25"), ("high", "0.75"))
        }
    else:
        figures = {
            name: filtered(call(function, value.copy()), used)
            for name, function in (("mean", "avg"), ("spread", "stddev_samp"))
        }
    return SpreadRule(rule, column, condition, figures, arguments)


def _double(value: float) -> exp.Expr:
    return cast(text(repr(value)), "DOUBLE")


def _distance(value: exp.Expr, figures: Figures) -> exp.Expr:
    return exp.Paren(this=exp.Sub(this=value, expression=_double(figures["mean"])))


def _z_broken(value: exp.Expr, figures: Figures, arguments: Mapping[str, Any]) -> exp.Expr:
    # Where all values are the same, none is far from the others.
    if not figures["spread"]:
        return exp.false()
    score: exp.Expr = exp.Div(this=_distance(value, figures), expression=_double(figures["spread"]))
    if arguments["double_sided"]:
        score = call("abs", score)
    return exp.GTE(this=score, expression=literal(arguments["threshold"], DOUBLE))


def _far_from_mean(value: exp.Expr, figures: Figures, arguments: Mapping[str, Any]) -> exp.Expr:
    if figures["spread"] is None:
        return exp.false()
    limit = float(number(arguments.get("multiplier", "1.5"), DOUBLE)) * figures["spread"]
    if limit <= 0:
        return exp.NEQ(this=value, expression=_double(figures["mean"]))
    return exp.GTE(this=call("abs", _distance(value, figures)), expression=_double(limit))


def _outside_fences(value: exp.Expr, figures: Figures, arguments: Mapping[str, Any]) -> exp.Expr:
    if figures["low"] is None:
        return exp.false()
    reach = float(number(arguments.get("multiplier", "1.5"), DOUBLE)) * (figures["high"] - figures["low"])
    return exp.or_(
        exp.LT(this=value.copy(), expression=_double(figures["low"] - reach)),
        exp.GT(this=value.copy(), expression=_double(figures["high"] + reach)),
        copy=False,
    )


BROKEN = {"z": _z_broken, "std": _far_from_mean, "iqr": _outside_fences}
