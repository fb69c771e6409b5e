"""Great Expectations as the engine: one result for every rule, and every failing row with its keys.

Whether a row breaks a rule is left to Great Expectations. What it gets wrong around that is set right here: it gives
results in the order of its graph, caps failing rows, lets empty data pass, has no status of its own for a rule that
raised, and drops rules it cannot read. The failing rows of a query and of a compound key do not come back from it: they
are fetched by a query of our own, and a number that differs from the one Great Expectations found is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.catalogue import ACCEPTED, ROW_COUNTS
from junheng.validation.expressions import (
    RuleProblemError,
    all_of,
    col,
    identifier,
    not_null,
    sql,
)
from junheng.validation.failing_rows import PLACE, FailingRows
from junheng.validation.gx_results import exception_of, figure, for_gx, key_value, members_shown, plain
from junheng.validation.gx_scopes import Scope, members_of, scope_of
from junheng.validation.gx_session import GxOutcomes, GxRule, first_line, silence
from junheng.validation.gx_tables import DuckTable, GxTable, spark_table
from junheng.validation.needs import Exists
from junheng.validation.outcomes import made
from junheng.validation.plan import Plan, checked_plan
from junheng.validation.queries import ACTUAL, REQUIRED, query_rule
from junheng.validation.results import (
    MASK,
    SAMPLE,
    FailingRow,
    RuleResult,
    Status,
    order_of,
    status_of,
)
from junheng.validation.suites import Parameters, Rule, Suite
from junheng.validation.unique import SIZE

COMPOUND = "expect_compound_columns_to_be_unique"


@dataclass
class GxRun:
    """One suite on one table."""

    table: GxTable
    plan: Plan
    rows: int = 0
    scopes: dict[str, Scope] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    failing: dict[str, list[FailingRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.problems.update(self.plan.problems)

    @property
    def suite(self) -> Suite:
        """The suite."""
        return self.plan.suite

    @property
    def shown(self) -> list[str]:
        """The columns that name a failing row and say where it comes from, as far as the table has them."""
        return [name for name in (*self.suite.keys, *PLACE) if name in self.table.columns]

    def run(self) -> tuple[RuleResult, ...]:
        """One result for each rule, in the order of the suite; all failing rows are in `failing` afterwards."""
        self.count()
        asked = [rule for rule in self.suite.rules if self.unasked(rule) is None]
        outcomes = GxOutcomes({}, {})
        if asked:
            rules = [GxRule(rule.rule_id, rule.expectation_type, self.arguments(rule)) for rule in asked]
            try:
                outcomes = self.table.judge(rules, self.result_format())
            except Exception as error:  # noqa: BLE001 - whatever stops the engine is an error of every rule, never a pass
                outcomes = GxOutcomes({}, {rule.rule_id: first_line(error) for rule in asked})
        return tuple(self.result(rule, outcomes) for rule in self.suite.rules)

    def arguments(self, rule: Rule) -> dict[str, Any]:
        """The arguments of a rule; what a missing member means is always said, as the defaults differ."""
        arguments: dict[str, Any] = for_gx(self.plan.arguments[rule.rule_id])
        if "column_A" in arguments:
            return {"ignore_row_if": "either_value_is_missing", **arguments}
        if "column_list" in arguments and "ignore_row_if" in ACCEPTED[rule.expectation_type].arguments:
            return {
                "ignore_row_if": "never" if rule.expectation_type == COMPOUND else "any_value_is_missing",
                **arguments,
            }
        return arguments

    def result_format(self) -> dict[str, Any]:
        """Everything that is known of every failing row."""
        return {
            "result_format": "COMPLETE",
            # Without any, no failing rows come back.
            "unexpected_index_column_names": self.shown or list(self.table.columns)[:1],
            # The number of failing rows that come back with their keys: by default 20, here all.
            "partial_unexpected_count": self.rows + 1,
            # This query loses the row condition of its rule.
            "return_unexpected_index_query": False,
        }

    # What there is to judge

    def count(self) -> None:
        """Count the rows of each rule's scope: Great Expectations calls a rule without anything to judge a success."""
        for rule in self.suite.rules:
            if rule.rule_id in self.problems or rule.rule_id in self.plan.without_data:
                continue
            try:
                self.scopes[rule.rule_id] = scope_of(rule, self.plan.arguments[rule.rule_id], self.table.columns)
            except RuleProblemError as problem:
                self.problems[rule.rule_id] = str(problem)
        try:
            self.count_together(list(self.scopes.values()))
        except Exception:  # noqa: BLE001 - one condition that cannot be asked must not hurt the others
            self.count_together([])
            for name, scope in self.scopes.items():
                try:
                    self.count_together([scope])
                except Exception as error:  # noqa: BLE001
                    self.problems[name] = first_line(error)

    def count_together(self, scopes: Sequence[Scope]) -> None:
        """Count the rows of the table and of several scopes in one scan."""
        wanted = {sql(found): found for scope in scopes for found in (scope.condition, self.judged(scope)) if found}
        names = {text: f"n{number}" for number, text in enumerate(wanted)}
        count_all = exp.Count(this=exp.Star())
        counts = [
            exp.alias_(exp.Filter(this=count_all.copy(), expression=exp.Where(this=found.copy())), names[text])
            for text, found in wanted.items()
        ]
        query = exp.select(exp.alias_(count_all, "rows_all"), *counts).from_(self.table.source.copy())
        (row,) = self.table.fetch(query)
        self.rows = row["rows_all"]
        for scope in scopes:
            judged = self.judged(scope)
            scope.selected = row[names[sql(scope.condition)]] if scope.condition else self.rows
            scope.checked = row[names[sql(judged)]] if judged else self.rows

    @staticmethod
    def judged(scope: Scope) -> exp.Expr | None:
        """The rows a rule judges."""
        return all_of((scope.condition, scope.present))

    def unasked(self, rule: Rule) -> tuple[Status, str] | None:
        """Status and reason of a rule that has nothing to judge; None for a rule to ask."""
        if rule.rule_id in self.problems:
            return "error", self.problems[rule.rule_id]
        if rule.rule_id in self.plan.without_data:
            return "no_data", self.plan.without_data[rule.rule_id]
        scope = self.scopes[rule.rule_id]
        if rule.expectation_type in ROW_COUNTS:
            return None
        if self.rows == 0:
            return "no_data", "table_empty"
        if scope.selected == 0:
            return "not_applicable", "nothing_in_scope"
        return ("no_data", "no_values") if scope.checked == 0 else None

    # What was found

    def result(self, rule: Rule, outcomes: GxOutcomes) -> RuleResult:
        """The outcome of one rule."""
        unasked = self.unasked(rule) or self.unanswered(rule, outcomes)
        if unasked is not None:
            return made(self.plan, rule, *unasked)
        (outcome,) = outcomes.results[rule.rule_id]
        try:
            kind = ACCEPTED[rule.expectation_type].kind
            if kind == "query":
                return self.of_rows(rule, outcome, int(outcome.result["observed_value"]), self.rows_of_query(rule))
            if kind in ("row", "unique", "spread"):
                return self.of_rows(rule, outcome, int(outcome.result["unexpected_count"]), self.rows_of(rule, outcome))
            return self.of_figure(rule, outcome)
        except Exception as error:  # noqa: BLE001 - a rule whose rows cannot be read is an error of its own
            return made(self.plan, rule, "error", first_line(error))

    def unanswered(self, rule: Rule, outcomes: GxOutcomes) -> tuple[Status, str] | None:
        """Status and reason of a rule that Great Expectations did not judge."""
        if rule.rule_id in outcomes.problems:
            return "error", outcomes.problems[rule.rule_id]
        results = outcomes.results.get(rule.rule_id, ())
        if len(results) != 1:
            return "error", f"{len(results)} results for one rule"
        raised = exception_of(results[0])
        return ("error", raised) if raised is not None else None

    def of_figure(self, rule: Rule, outcome: Any) -> RuleResult:
        """The result of a rule on a figure or on the columns."""
        observed = figure(outcome.result.get("observed_value"))
        if observed is not None and self.plan.arguments[rule.rule_id].get("column") in self.suite.personal:
            observed = MASK
        status = status_of(bool(outcome.success), rule.severity)
        checked = self.scopes[rule.rule_id].checked
        failed = int(not outcome.success)
        return made(self.plan, rule, status, None, checked=checked, failed=failed, observed=observed)

    def of_rows(self, rule: Rule, outcome: Any, failed: int, rows: Sequence[FailingRow]) -> RuleResult:
        """The result of a rule on rows; an error where not all of them came back."""
        if len(rows) != failed:
            return made(self.plan, rule, "error", f"{failed} rows fail, {len(rows)} came back")
        status = status_of(bool(outcome.success), rule.severity)
        checked = self.scopes[rule.rule_id].checked
        if "missing_count" in outcome.result:
            checked = int(outcome.result["element_count"]) - int(outcome.result["missing_count"])
        listed = sorted(rows, key=order_of)
        self.failing[rule.rule_id] = listed
        return made(self.plan, rule, status, None, checked=checked, failed=failed, sample=tuple(listed[:SAMPLE]))

    def rows_of(self, rule: Rule, outcome: Any) -> list[FailingRow]:
        """The failing rows that Great Expectations has found."""
        if not outcome.result["unexpected_count"]:
            return []
        names = members_of(self.plan.arguments[rule.rule_id])
        rows = outcome.result.get("unexpected_index_list")
        if rule.expectation_type == COMPOUND and not rows:
            rows = self.table.fetch(self.repeated(rule, names))
        mask = bool(self.suite.personal & set(names))
        required = self.plan.required[rule.rule_id]
        return [self.failing_row(row, MASK if mask else members_shown(row, names), required) for row in rows or ()]

    def repeated(self, rule: Rule, names: Sequence[str]) -> exp.Query:
        """The rows whose compound key comes more than once, compared as SQL does: a missing part equals nothing."""
        scope = self.scopes[rule.rule_id].condition
        columns = {name: col(name) for name in (*self.result_format()["unexpected_index_column_names"], *names)}
        count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[col(name) for name in names])
        complete = all_of((scope, *(not_null(col(name)) for name in names)))
        inner = exp.select(*columns.values(), exp.alias_(count, SIZE, quoted=True)).from_(self.table.source.copy())
        subquery = exp.Subquery(this=inner.where(complete), alias=exp.TableAlias(this=identifier("counted")))
        more = exp.GT(this=exp.Column(this=identifier(SIZE)), expression=exp.Literal.number(1))
        return exp.select(*(exp.Column(this=identifier(name)) for name in columns)).from_(subquery).where(more)

    def rows_of_query(self, rule: Rule) -> list[FailingRow]:
        """The failing rows of a query, by asking it ourselves: Great Expectations brings 200 of them."""
        query = query_rule(rule, self.plan.arguments[rule.rule_id]["unexpected_rows_query"]).over(self.table.source)
        mask = bool(self.suite.personal & {column.name for column in query.find_all(exp.Column)})
        named = rule.meta.get("actual") or ""
        found = []
        for row in self.table.fetch(query):
            actual, required = plain(row.get(ACTUAL, row.get(named))), plain(row.get(REQUIRED))
            if mask:
                actual, required = actual and MASK, required and MASK
            found.append(self.failing_row(row, actual, required or self.plan.required[rule.rule_id]))
        return found

    def failing_row(self, row: Mapping[str, Any], actual: str | None, required: str) -> FailingRow:
        """A failing row with its keys and its place. Raises KeyError when a key is not there."""
        file, sheet, number = (row.get(name) for name in PLACE)
        keys = {name: MASK if name in self.suite.personal else key_value(row[name]) for name in self.suite.keys}
        return FailingRow(
            keys, plain(file), plain(sheet), int(number) if number is not None else None, actual, required
        )


def run_table(
    table: GxTable, suite: Suite, parameters: Parameters, store: FailingRows, exists: Exists | None = None
) -> tuple[int, tuple[RuleResult, ...]]:
    """Run one suite on a table; the number of rows and one result for each rule. The store has all failing rows.

    With `exists`, a rule that reads another table which is not there has no data.
    """
    run = GxRun(table, checked_plan(suite, table.columns, parameters, exists))
    results = run.run()
    store.keep(suite, run.failing)
    return run.rows, results


def run_relation(
    connection: duckdb.DuckDBPyConnection,
    relation: exp.Expr,
    suite: Suite,
    parameters: Parameters,
    store: FailingRows,
    exists: Exists | None = None,
) -> tuple[int, tuple[RuleResult, ...]]:
    """Run one suite on a relation of a DuckDB connection."""
    return run_table(DuckTable(connection, relation), suite, parameters, store, exists)


def run_frame(
    frame: Any, suite: Suite, parameters: Parameters, store: FailingRows, school_year: int | None
) -> tuple[int, tuple[RuleResult, ...]]:
    """Run one suite on a Spark data frame."""
    with silence(), spark_table(frame, suite.year_column, school_year) as table:
        return run_table(table, suite, parameters, store)
