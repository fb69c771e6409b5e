"""From what was counted to the result of a rule: its status, its reason and its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from junheng.validation.aggregates import AggregateRule
from junheng.validation.catalogue import ROW_COUNTS
from junheng.validation.columns import nearest
from junheng.validation.definition import definition_of
from junheng.validation.distinct import DistinctRule
from junheng.validation.figures import Judgement
from junheng.validation.plan import Plan, required_text
from junheng.validation.results import (
    COLUMN_MISSING,
    MASK,
    FailingRow,
    RuleResult,
    Status,
    enough,
    missing_column,
    status_of,
)
from junheng.validation.suites import Parameters, Rule, Suite

# Figures on distinct values that are values themselves.
SHOWS_VALUES = frozenset({"some", "values"})
# Messages that speak of the query and the names in it, never of a value of the table.
ABOUT_THE_QUERY = (
    "BinderException",
    "CatalogException",
    "ParserException",
    "SyntaxException",
    "KeyError",
    COLUMN_MISSING,
)


@dataclass
class Counts:
    """What was counted for one rule: rows its condition selects, rows judged, rows that fail; or a figure."""

    selected: int
    checked: int
    failed: int = 0
    judgement: Judgement | None = None

    def plus(self, other: Counts) -> Counts:
        """What was counted in two parts of a table, of a rule that judges each row by itself."""
        return Counts(self.selected + other.selected, self.checked + other.checked, self.failed + other.failed)


def result_of(
    plan: Plan,
    rule: Rule,
    rows: int,
    counts: Counts,
    problem: str | None,
    sample: tuple[FailingRow, ...],
) -> RuleResult:
    """The outcome of one rule on a table with so many rows."""
    status, reason = status_and_reason(plan, rule, rows, counts, problem)
    judged = status in ("pass", "fail", "warn")
    judgement = counts.judgement
    observed = judgement.observed if judged and judgement is not None else None
    if observed is not None and is_personal(plan, rule.rule_id):
        observed = MASK
    failed = counts.failed if judgement is None else int(not judgement.passes)
    return made(
        plan,
        rule,
        status,
        reason,
        checked=counts.checked if judged else 0,
        failed=failed if judged else 0,
        observed=observed,
        sample=sample if judged else (),
    )


def status_and_reason(
    plan: Plan, rule: Rule, rows: int, counts: Counts, problem: str | None
) -> tuple[Status, str | None]:
    """Status and reason: an error before missing data, missing data before a judgement."""
    if problem is not None:
        return "error", shown_problem(problem, plan.suite)
    if rule.rule_id in plan.without_data:
        return "no_data", plan.without_data[rule.rule_id]
    if rule.expectation_type not in ROW_COUNTS:
        if rows == 0:
            return "no_data", "table_empty"
        if counts.selected == 0:
            return "not_applicable", "nothing_in_scope"
        if counts.checked == 0:
            return "no_data", "no_values"
    if counts.judgement is not None:
        return status_of(counts.judgement.passes, rule.severity), None
    mostly = plan.arguments[rule.rule_id].get("mostly")
    return status_of(enough(counts.checked, counts.failed, mostly), rule.severity), None


def is_personal(plan: Plan, rule_id: str) -> bool:
    """Whether a figure shows a value of a column with personal data."""
    compiled = plan.rules[rule_id]
    if isinstance(compiled, DistinctRule):
        return compiled.column.name in plan.suite.personal and not SHOWS_VALUES.isdisjoint(compiled.figures)
    return isinstance(compiled, AggregateRule) and bool(compiled.reads & plan.suite.personal)


def shown_problem(problem: str, suite: Suite) -> str:
    """Why a rule could not be asked. A message of the running engine may quote a cell.

    Not where cells are personal data.
    """
    kind, _, message = problem.partition(":")
    if not suite.personal or not kind.isidentifier() or not message or kind in ABOUT_THE_QUERY:
        return problem
    return f"{kind}: {MASK}"


def made(
    plan: Plan,
    rule: Rule,
    status: Status,
    reason: str | None,
    *,
    checked: int = 0,
    failed: int = 0,
    observed: str | None = None,
    sample: tuple[FailingRow, ...] = (),
) -> RuleResult:
    """A result with the words of its rule."""
    return RuleResult(
        rule_id=rule.rule_id,
        suite=plan.suite.name,
        table=plan.suite.table,
        expectation_type=rule.expectation_type,
        severity=rule.severity,
        status=status,
        rows_checked=checked,
        rows_failed=failed,
        observed=observed,
        required=plan.required[rule.rule_id],
        sample=sample,
        reason=reason,
        definition=definition_of(plan, rule),
        **{name: str(rule.meta[name]) for name in ("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source")},
    )


def not_run(suite: Suite, parameters: Parameters, status: Status, reason: str) -> tuple[RuleResult, ...]:
    """The results of a suite of which no rule can be asked, for one reason."""
    required = {rule.rule_id: required_text(rule, rule.filled(parameters), parameters) for rule in suite.rules}
    plan = Plan(suite, {}, {}, {}, required)
    return tuple(made(plan, rule, status, reason) for rule in suite.rules)


def without_year(suite: Suite, parameters: Parameters, columns: Iterable[str]) -> tuple[RuleResult, ...]:
    """The results of a suite on one year of a table that has no column for the year: no rule can be asked of it."""
    year = suite.year_column or ""
    return not_run(suite, parameters, "error", missing_column(year, nearest(year, columns)))
