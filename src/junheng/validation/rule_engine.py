"""Runs a plan on a database.

One scan for every row rule and figure, one grouped pass per key, a second scan only for the rows that fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from junheng.validation.aggregates import AggregateRule
from junheng.validation.columns import Column
from junheng.validation.distinct import SIZE, DistinctRule
from junheng.validation.expressions import ROW, all_of, call, col, identifier, not_null, sql
from junheng.validation.failing_rows import FailingRows, rows_of_query, rows_of_rules
from junheng.validation.figures import count_all
from junheng.validation.outcomes import Counts, result_of
from junheng.validation.plan import Plan
from junheng.validation.queries import QueryRule
from junheng.validation.query_results import rows_shown
from junheng.validation.results import RuleResult
from junheng.validation.row_rules import RowRule
from junheng.validation.session import Session, first_line
from junheng.validation.shapes import ShapeRule
from junheng.validation.shared_scan import Expressions, count_if, counters, scan_together
from junheng.validation.spread import SpreadRule
from junheng.validation.unique import UniqueRule, with_sizes
from junheng.validation.year_by_year import divided


@dataclass
class EngineRun:
    """One plan on one relation. `source` is a table expression with the alias ROW."""

    session: Session
    source: exp.Expr
    plan: Plan
    store: FailingRows
    rows: int = 0
    counts: dict[str, Counts] = field(default_factory=dict)
    repeats: list[tuple[exp.Table, Sequence[Column]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session.problems.update(self.plan.problems)

    @property
    def statements(self) -> list[str]:
        """What was run, in its order."""
        return self.session.statements

    def run(self) -> tuple[RuleResult, ...]:
        """Judge every rule; results in the order of the suite. Failing rows are in the store afterwards."""
        suite = self.plan.suite
        self.store.forget(suite.name)
        try:
            self.judge_parts()
            samples = self.store.sample(
                suite.name,
                [rule.rule_id for rule in suite.rules if self.failed(rule.rule_id)],
                {key: self.plan.columns[key] for key in suite.keys if key in self.plan.columns},
            )
        finally:
            self.session.drop_staged()
        return tuple(
            result_of(
                self.plan,
                rule,
                self.rows,
                self.counts.get(rule.rule_id) or Counts(0, 0),
                self.session.problems.get(rule.rule_id),
                samples.get(rule.rule_id, ()),
            )
            for rule in suite.rules
        )

    def judge_parts(self) -> None:
        """Judge every rule, on all rows or year by year; what was counted is summed."""
        asked: set[str] = set()
        for number, (plan, source) in enumerate(divided(self.session, self.plan, self.source)):
            part = EngineRun(self.session, source, plan, self.store)
            part.judge()
            if number == 0:
                self.rows = part.rows
            for rule_id, counts in part.counts.items():
                before = self.counts.get(rule_id)
                self.counts[rule_id] = before.plus(counts) if before else counts
            # What an earlier year of a rule that cannot be asked has written is no result.
            for rule_id in sorted(asked & self.session.problems.keys()):
                self.store.forget(self.plan.suite.name, rule_id)
            asked |= plan.rules.keys()

    def judge(self) -> None:
        """Judge every rule on the rows of the source: counts are here and failing rows in the store afterwards."""
        figures = self.first_scan()
        row_rules = [rule for rule in self.plan.of(RowRule) if self.can_ask(rule.rule.rule_id)]
        if self.rows:
            row_rules += self.spread(figures)
            row_rules += self.unique()
            self.distinct()
            self.queries()
        self.second_scan([rule for rule in row_rules if self.failed(rule.rule.rule_id)])

    def failed(self, rule_id: str) -> bool:
        """Whether rows of a rule fail and have to be listed."""
        return self.can_ask(rule_id) and rule_id in self.counts and self.counts[rule_id].failed > 0

    def can_ask(self, rule_id: str) -> bool:
        """Whether nothing has gone wrong with a rule so far."""
        return rule_id not in self.session.problems

    def has_values(self, rule_id: str) -> bool:
        """Whether a rule has rows to judge."""
        return self.can_ask(rule_id) and self.counts[rule_id].checked > 0

    # The first scan

    def first_scan(self) -> dict[str, dict[str, Any]]:
        """Count rows, judged rows and failing rows of every rule, and every figure, in one scan."""
        wanted: dict[str, Expressions] = {}
        for rule in self.plan.of(RowRule):
            wanted[rule.rule.rule_id] = {**counters(rule.condition, rule.present), "failed": count_if(rule.fails)}
        for rule in self.plan.of(UniqueRule):
            wanted[rule.rule.rule_id] = {
                **counters(rule.condition, rule.present),
                "incomplete": count_if(rule.incomplete),
            }
        for rule in self.plan.of(AggregateRule, SpreadRule, DistinctRule):
            figures = {} if isinstance(rule, DistinctRule) else rule.figures
            present = not_null(col(rule.column)) if rule.column is not None else None
            wanted[rule.rule.rule_id] = {
                **counters(rule.condition, present),
                **{f"figure {name}": figure for name, figure in figures.items()},
            }
        for rule in self.plan.of(QueryRule):
            wanted[rule.rule.rule_id] = counters(rule.scope, None)
        for rule in self.plan.of(ShapeRule):
            wanted[rule.rule.rule_id] = {}
        found, self.rows = scan_together(self.session, wanted, self.source)
        for rule_id, values in found.items():
            selected = values.get("selected", self.rows) or 0
            checked = values.get("checked", selected) or 0
            self.counts[rule_id] = Counts(selected, checked, values.get("failed") or 0)
        for rule in self.plan.of(ShapeRule):
            self.counts[rule.rule.rule_id].judgement = rule.judgement
        figures_of = {
            rule_id: {
                name.removeprefix("figure "): value for name, value in values.items() if name.startswith("figure ")
            }
            for rule_id, values in found.items()
        }
        for rule in self.plan.of(AggregateRule):
            counts = self.counts.get(rule.rule.rule_id)
            if counts is not None and (counts.checked or rule.column is None):
                counts.judgement = rule.judge(figures_of[rule.rule.rule_id])
        for rule in self.plan.of(UniqueRule):
            if rule.rule.rule_id in found:
                self.counts[rule.rule.rule_id].failed = found[rule.rule.rule_id]["incomplete"] or 0
        return figures_of

    # What needs more than one scan

    def spread(self, figures: Mapping[str, Mapping[str, Any]]) -> list[RowRule]:
        """Count the rows of z-scores and outliers, in one scan for all such rules."""
        rules = [
            rule.as_row_rule(figures[rule.rule.rule_id])
            for rule in self.plan.of(SpreadRule)
            if self.has_values(rule.rule.rule_id)
        ]
        if rules:
            found, _ = scan_together(
                self.session, {rule.rule.rule_id: {"failed": count_if(rule.fails)} for rule in rules}, self.source
            )
            for rule_id, values in found.items():
                self.counts[rule_id].failed = values["failed"] or 0
        return rules

    def unique(self) -> list[RowRule]:
        """Group by each distinct key once; the repeated keys stand in a table of the session."""
        groups: dict[str, list[UniqueRule]] = defaultdict(list)
        for rule in self.plan.of(UniqueRule):
            if self.has_values(rule.rule.rule_id):
                groups[sql(rule.repeated(self.source))].append(rule)
        found = []
        for rules in groups.values():
            table = self.session.stage()
            try:
                self.session.keep(table, rules[0].repeated(self.source))
            except self.session.errors as error:
                self.session.problems.update({rule.rule.rule_id: first_line(error) for rule in rules})
                continue
            size = exp.Column(this=identifier(SIZE))
            total = self.session.fetch(
                self.session.text(
                    exp.select(call("coalesce", call("sum", size), exp.Literal.number(0))).from_(table.copy())
                )
            )
            for rule in rules:
                self.counts[rule.rule.rule_id].failed += int(total[0][0])
                found.append(rule.as_row_rule(table.name))
            self.repeats.append((table, rules[0].members))
        return found

    def distinct(self) -> None:
        """Judge the rules on distinct values, in one grouped pass for each column and condition."""
        groups: dict[str, list[DistinctRule]] = defaultdict(list)
        for rule in self.plan.of(DistinctRule):
            if self.has_values(rule.rule.rule_id):
                groups[sql(self.values_of(rule))].append(rule)
        for rules in groups.values():
            wanted = {rule.rule.rule_id: rule.figures for rule in rules}
            found, _ = scan_together(self.session, wanted, self.values_of(rules[0]))
            for rule in rules:
                if rule.rule.rule_id in found:
                    self.counts[rule.rule.rule_id].judgement = rule.judge(found[rule.rule.rule_id])

    def values_of(self, rule: DistinctRule) -> exp.Subquery:
        """One row for each value of a column, with how often it comes."""
        value = col(rule.column)
        query = exp.select(value, exp.alias_(count_all(), SIZE, quoted=True)).from_(self.source.copy())
        query = query.where(all_of((rule.condition, not_null(value.copy())))).group_by(value.copy())
        return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(ROW)))

    def queries(self) -> None:
        """Run each query that is more than a filter once, into a table of the session."""
        errors: tuple[type[Exception], ...] = (*self.session.errors, KeyError)
        for rule in self.plan.of(QueryRule):
            rule_id = rule.rule.rule_id
            if not self.has_values(rule_id):
                continue
            table = self.session.stage()
            try:
                self.session.keep(table, rows_shown(self.session, self.plan.suite, rule, self.source))
                failed = self.session.fetch(self.session.text(exp.select(count_all()).from_(table.copy())))[0][0]
                self.counts[rule_id].failed = failed
                if failed:
                    written = rows_of_query(self.plan.suite, rule.rule, table.copy(), self.plan.required[rule_id])
                    self.session.write(self.store, written)
            except errors as error:
                self.session.problems[rule_id] = first_line(error)

    def second_scan(self, rules: Sequence[RowRule]) -> None:
        """Write all failing rows of all row rules, in one scan; a rule that raises only now is left out."""
        if not rules:
            return
        suite, columns = self.plan.suite, self.plan.columns
        query = rows_of_rules(suite, columns, with_sizes(self.source, self.repeats), rules, self.plan.required)
        try:
            self.session.write(self.store, query)
        except self.session.errors as error:
            if len(rules) == 1:
                self.session.problems[rules[0].rule.rule_id] = first_line(error)
                return
            middle = len(rules) // 2
            self.second_scan(rules[:middle])
            self.second_scan(rules[middle:])
