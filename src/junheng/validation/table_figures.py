"""Expectations on how many rows a table has."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.expressions import (
    identifier,
)
from junheng.validation.figures import Figures, Judgement, count_all, filtered, refuse_empty_range, within


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
