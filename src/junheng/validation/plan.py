"""From a suite and the columns of its table to what has to be asked.

One plan, in which a rule that makes no sense hurts no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Template
from typing import Any

from junheng.validation.aggregates import AggregateRule, aggregate_rule
from junheng.validation.catalogue import ACCEPTED
from junheng.validation.columns import Column
from junheng.validation.distinct import DistinctRule, distinct_rule
from junheng.validation.expressions import RuleProblemError
from junheng.validation.needs import Exists, lacks_table, problem_of_columns, refuse_unknown_personal
from junheng.validation.queries import QueryRule, as_row_rule, query_rule
from junheng.validation.row_rules import RowRule, row_rule
from junheng.validation.shapes import ShapeRule, shape_rule
from junheng.validation.spread import SpreadRule, spread_rule
from junheng.validation.suites import Parameters, Rule, Suite
from junheng.validation.unique import UniqueRule, unique_rule

Compiled = RowRule | UniqueRule | SpreadRule | AggregateRule | DistinctRule | ShapeRule | QueryRule


@dataclass(frozen=True)
class Plan:
    """The rules of one suite, compiled, in the order of the suite.

    `problems` says why a rule could not be compiled, `without_data` why there is nothing that it could be asked of.
    """

    suite: Suite
    columns: Mapping[str, Column]
    rules: Mapping[str, Compiled]
    arguments: Mapping[str, Mapping[str, Any]]
    required: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    without_data: Mapping[str, str] = field(default_factory=dict)

    def of(self, *kinds: type) -> list[Any]:
        """The compiled rules of some kinds, in the order of the suite."""
        return [rule for rule in self.rules.values() if isinstance(rule, kinds)]


def plan_of(suite: Suite, columns: Mapping[str, Column], parameters: Parameters, exists: Exists | None = None) -> Plan:
    """Compile every rule of a suite for a table.

    A rule that needs a column which the table lacks, or is at odds with the types of the table, is a problem of its
    own. With `exists`, a rule that reads another table which is not there has no data.

    Raises UsageError when the suite marks a column as personal that the table does not have.
    """
    plan = checked_plan(suite, columns, parameters, exists)
    rules: dict[str, Compiled] = {}
    problems = dict(plan.problems)
    for rule in suite.rules:
        if rule.rule_id in problems or rule.rule_id in plan.without_data:
            continue
        try:
            rules[rule.rule_id] = compiled(rule, plan.arguments[rule.rule_id], columns)
        except RuleProblemError as problem:
            problems[rule.rule_id] = str(problem)
    return replace(plan, rules=rules, problems=problems)


def checked_plan(
    suite: Suite, columns: Mapping[str, Column], parameters: Parameters, exists: Exists | None = None
) -> Plan:
    """The rules of a suite with their arguments, and which of them lack what they need; none is compiled yet.

    Raises UsageError as `plan_of` does.
    """
    refuse_unknown_personal(suite, columns)
    arguments = {rule.rule_id: rule.filled(parameters) for rule in suite.rules}
    required = {rule.rule_id: required_text(rule, arguments[rule.rule_id], parameters) for rule in suite.rules}
    problems: dict[str, str] = {}
    without_data: dict[str, str] = {}
    for rule in suite.rules:
        try:
            problem = problem_of_columns(rule, arguments[rule.rule_id], suite, columns)
            if problem is not None:
                problems[rule.rule_id] = problem
            elif exists is not None and lacks_table(rule, arguments[rule.rule_id], exists):
                without_data[rule.rule_id] = "table_missing"
        except RuleProblemError as unread:
            problems[rule.rule_id] = str(unread)
    return Plan(suite, columns, {}, arguments, required, problems, without_data)


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
    """A value of a suite as text: decimals without an exponent and without the zeros that a seed's column adds."""
    from decimal import Decimal

    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
