"""Which rows a rule is about, counted beside Great Expectations: what has nothing to judge is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from junheng.validation.catalogue import ACCEPTED, ROW_COUNTS
from junheng.validation.columns import Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import all_of, any_of, col, is_null, not_null
from junheng.validation.queries import condition
from junheng.validation.row_rules import ABOUT_NULLS
from junheng.validation.suites import Rule

ANY_MISSING = ("either_value_is_missing", "any_value_is_missing")
ALL_MISSING = ("both_values_are_missing", "all_values_are_missing")


@dataclass
class Scope:
    """Rows a rule is about, and those of them that hold something to judge; None is all rows."""

    condition: exp.Expr | None
    present: exp.Expr | None
    selected: int = 0
    checked: int = 0


def members_of(arguments: Mapping[str, Any]) -> list[str]:
    """The columns whose cells a rule judges."""
    if "column" in arguments:
        return [arguments["column"]]
    if "column_A" in arguments:
        return [arguments["column_A"], arguments["column_B"]]
    return list(arguments.get("column_list") or ())


def scope_of(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> Scope:
    """The rows a rule is about. Raises RuleProblemError."""
    kind = ACCEPTED[rule.expectation_type].kind
    if kind == "query":
        return Scope(condition(rule.meta["scope"]) if rule.meta.get("scope") else None, None)
    where = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    if kind == "shape" or rule.expectation_type in ROW_COUNTS or rule.expectation_type in ABOUT_NULLS:
        return Scope(where, None)
    members = [col(name) for name in members_of(arguments)]
    ignored = arguments.get("ignore_row_if") or (None if kind == "unique" and len(members) > 1 else ANY_MISSING[0])
    if ignored in ANY_MISSING:
        return Scope(where, all_of(not_null(member) for member in members))
    if ignored in ALL_MISSING:
        return Scope(where, exp.Paren(this=any_of(exp.Not(this=is_null(member)) for member in members)))
    return Scope(where, None)
