"""Expectations that judge one figure of a column or a table: what to select, and whether the figure will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from junheng.validation.column_figures import COLUMN_FIGURES
from junheng.validation.columns import Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import (
    all_of,
    not_finite,
)
from junheng.validation.figures import Figures, Judgement, count_all, filtered
from junheng.validation.suites import Rule
from junheng.validation.table_figures import TABLE_FIGURES


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
