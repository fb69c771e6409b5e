"""From a suite and the columns of its table to what has to be asked.

One plan, in which a rule that makes no sense hurts no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any

from junheng.errors import UsageError
from junheng.validation.aggregates import AggregateRule, aggregate_rule
from junheng.validation.catalogue import ACCEPTED
from junheng.validation.columns import Column, nearest
from junheng.validation.conditions import columns_in
from junheng.validation.distinct import DistinctRule, distinct_rule
from junheng.validation.expressions import RuleProblemError
from junheng.validation.queries import QueryRule, as_row_rule, query_rule
from junheng.validation.row_rules import RowRule, row_rule
from junheng.validation.shapes import ShapeRule, shape_rule
from junheng.validation.spread import SpreadRule, spread_rule
from junheng.validation.suites import Parameters, Rule, Suite
from junheng.validation.unique import UniqueRule, unique_rule

Compiled = RowRule | UniqueRule | SpreadRule | AggregateRule | DistinctRule | ShapeRule | QueryRule


@dataclass(frozen=True)
class Plan:
    """The rules of one suite, compiled, in the order of the suite; `problems` says why a rule could not be compiled."""

    suite: Suite
    columns: Mapping[str, Column]
    rules: Mapping[str, Compiled]
    arguments: Mapping[str, Mapping[str, Any]]
    required: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)

    def of(self, *kinds: type) -> list[Any]:
        """The compiled rules of some kinds, in the order of the suite."""
        return [rule for rule in self.rules.values() if isinstance(rule, kinds)]


def plan_of(suite: Suite, columns: Mapping[str, Column], parameters: Parameters) -> Plan:
    """Compile every rule of a suite for a table.

    Raises UsageError when a rule names a column that the table does not have; a rule that is at odds with the types of
    the table is a problem of its own.
    """
    refuse_unknown_columns(suite, columns, parameters)
    rules: dict[str, Compiled] = {}
    problems: dict[str, str] = {}
    arguments = {rule.rule_id: rule.filled(parameters) for rule in suite.rules}
    for rule in suite.rules:
        try:
            rules[rule.rule_id] = compiled(rule, arguments[rule.rule_id], columns)
        except RuleProblemError as problem:
            problems[rule.rule_id] = str(problem)
    required = {rule.rule_id: required_text(rule, arguments[rule.rule_id], parameters) for rule in suite.rules}
    return Plan(suite, columns, rules, arguments, required, problems)


def compiled(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> Compiled:
    """One rule, compiled. Raises RuleProblemError."""
    match ACCEPTED[rule.expectation_type].kind:
        case "row":
            return row_rule(rule, arguments, columns)
        case "unique":
            return unique_rule(rule, arguments, columns)
        case "spread":
            return spread_rule(rule, arguments, columns)
        case "aggregate":
            return aggregate_rule(rule, arguments, columns)
        case "distinct":
            return distinct_rule(rule, arguments, columns)
        case "shape":
            return shape_rule(rule, arguments, columns)
        case "query":
            query = query_rule(rule, arguments["unexpected_rows_query"])
            return as_row_rule(query, rule.keys) or query


def columns_named(rule: Rule, arguments: Mapping[str, Any]) -> list[str]:
    """The columns of the table that a rule names in its arguments."""
    named: list[str] = []
    if ACCEPTED[rule.expectation_type].kind != "shape" or rule.expectation_type.startswith("expect_column_values"):
        named += [arguments[name] for name in ("column", "column_A", "column_B") if name in arguments]
        named += arguments.get("column_list") or ()
    named += columns_in(arguments.get("row_condition"))
    if rule.meta.get("actual") and ACCEPTED[rule.expectation_type].kind != "query":
        named.append(rule.meta["actual"])
    return named


def refuse_unknown_columns(suite: Suite, columns: Mapping[str, Column], parameters: Parameters) -> None:
    """Raise UsageError for the first rule that names a column the table does not have."""
    wanted = [(rule.rule_id, name) for rule in suite.rules for name in columns_named(rule, rule.filled(parameters))]
    wanted += [(suite.name, name) for name in (*suite.keys, *sorted(suite.personal))]
    for rule_id, name in wanted:
        if name not in columns:
            near = nearest(name, columns)
            raise UsageError(
                "suite_unknown_column",
                file=suite.path,
                column=rule_id,
                found=name,
                expected=near or f"{suite.table} ({', '.join(columns)})",
            )


def required_text(rule: Rule, arguments: Mapping[str, Any], parameters: Parameters) -> str:
    """What a rule requires, as text: what the suite says, or else its arguments."""
    written = rule.meta.get("required")
    if written:
        return Template(written).safe_substitute({name: as_plain(value) for name, value in parameters.items()})
    told = {
        name: value for name, value in arguments.items() if name not in ("column", "row_condition", "condition_parser")
    }
    return ", ".join(f"{name} = {as_plain(value)}" for name, value in told.items()) or rule.expectation_type


def as_plain(value: object) -> str:
    """A value of a suite as text: decimals without an exponent."""
    from decimal import Decimal

    return format(value, "f") if isinstance(value, Decimal) else str(value)
