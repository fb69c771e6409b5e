"""Runs a plan on DuckDB.

One scan for every row rule and figure, one grouped pass per key, a second scan only for the rows that fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.aggregates import AggregateRule, Judgement, count_all
from junheng.validation.catalogue import ROW_COUNTS
from junheng.validation.columns import Column, columns_of
from junheng.validation.distinct import SIZE, DistinctRule
from junheng.validation.expressions import ROW, all_of, as_text, call, col, identifier, not_null, sql
from junheng.validation.failing_rows import (
    FailingRows,
    keys_json,
    masked,
    rows_of_query,
    rows_of_rules,
    source_cells,
)
from junheng.validation.plan import Plan
from junheng.validation.queries import ACTUAL, REQUIRED, QueryRule
from junheng.validation.results import MASK, FailingRow, RuleResult, Status, enough, status_of
from junheng.validation.row_rules import RowRule
from junheng.validation.shapes import ShapeRule
from junheng.validation.spread import SpreadRule
from junheng.validation.suites import Rule, Suite
from junheng.validation.unique import UniqueRule, with_sizes

Expressions = Mapping[str, exp.Expr]
EVERY_ROW = "rows"
# Figures on distinct values that are values themselves.
SHOWS_VALUES = frozenset({"some", "values"})
# Messages that speak of the query and the names in it, never of a value of the table.
ABOUT_THE_QUERY = ("BinderException", "CatalogException", "ParserException", "SyntaxException", "KeyError")


@dataclass
class Counts:
    """What was counted for one rule: rows its condition selects, rows judged, rows that fail; or a figure."""

    selected: int
    checked: int
    failed: int = 0
    judgement: Judgement | None = None


@dataclass
class EngineRun:
    """One plan on one relation. `source` is a table expression with the alias ROW."""

    connection: duckdb.DuckDBPyConnection
    source: exp.Expr
    plan: Plan
    store: FailingRows
    rows: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    staged: list[exp.Table] = field(default_factory=list)
    repeats: list[tuple[exp.Table, Sequence[Column]]] = field(default_factory=list)

    def run(self) -> tuple[RuleResult, ...]:
        """Judge every rule; results in the order of the suite. Failing rows are in the store afterwards."""
        suite = self.plan.suite
        self.problems.update(self.plan.problems)
        self.store.forget(suite.name)
        try:
            figures = self.first_scan()
            row_rules = [rule for rule in self.plan.of(RowRule) if rule.rule.rule_id not in self.problems]
            if self.rows:
                row_rules += self.spread(figures)
                row_rules += self.unique()
                self.distinct()
                self.queries()
            self.second_scan([rule for rule in row_rules if self.failed(rule.rule.rule_id)])
            samples = self.store.sample(
                suite.name,
                [rule.rule_id for rule in suite.rules if self.failed(rule.rule_id)],
                {key: self.plan.columns[key] for key in suite.keys},
            )
        finally:
            for table in self.staged:
                self.connection.execute(sql(exp.Drop(tables=[table], kind="TABLE", exists=True)))
        return tuple(self.result(rule, samples) for rule in suite.rules)

    def failed(self, rule_id: str) -> bool:
        """Whether rows of a rule fail and have to be listed."""
        return rule_id not in self.problems and rule_id in self.counts and self.counts[rule_id].failed > 0

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
        found, self.rows = self.figures(wanted, self.source)
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

    def figures(self, wanted: Mapping[str, Expressions], source: exp.Expr) -> tuple[dict[str, dict[str, Any]], int]:
        """Values of aggregate expressions for each rule, all in one statement, and the number of rows.

        A rule whose expressions do not bind or raise becomes a problem of its own: each is bound alone, then the guilty
        ones are found by halving.
        """
        shared: dict[str, int] = {}
        columns = [f"{sql(count_all())} as {EVERY_ROW}"]
        places: dict[str, dict[str, int]] = {}
        for rule_id, expressions in wanted.items():
            places[rule_id] = {}
            for name, expression in expressions.items():
                key = sql(expression)
                if key not in shared:
                    shared[key] = len(columns)
                    columns.append(f"{key} as f{len(columns)}")
                places[rule_id][name] = shared[key]
        # The texts are joined: to build one tree of them would write each a second time.
        statement = f"select {', '.join(columns)} from {sql(source)}"
        try:
            row = self.fetch(statement)[0]
        except duckdb.Error as error:
            return self.halves(wanted, source, error)
        return {rule_id: {name: row[place] for name, place in of.items()} for rule_id, of in places.items()}, row[0]

    def halves(
        self, wanted: Mapping[str, Expressions], source: exp.Expr, error: duckdb.Error
    ) -> tuple[dict[str, dict[str, Any]], int]:
        """What remains when a shared scan has failed: without the rules that do not bind, then half by half."""
        asking = {rule_id: expressions for rule_id, expressions in wanted.items() if expressions}
        if not asking:
            raise error
        if len(asking) == 1:
            (rule_id,) = asking
            self.problems[rule_id] = first_line(error)
            rest = {name: of for name, of in wanted.items() if name != rule_id}
            return self.figures(rest, source)
        bound = {rule_id: of for rule_id, of in asking.items() if self.binds(rule_id, of, source)}
        rest = {rule_id: of for rule_id, of in wanted.items() if rule_id not in asking}
        if len(bound) < len(asking):
            return self.figures({**rest, **bound}, source)
        names = list(bound)
        middle = len(names) // 2
        left, rows = self.figures({**rest, **{name: bound[name] for name in names[:middle]}}, source)
        right, _ = self.figures({name: bound[name] for name in names[middle:]}, source)
        return {**left, **right}, rows

    def binds(self, rule_id: str, expressions: Expressions, source: exp.Expr) -> bool:
        """Whether the expressions of one rule can be planned; if not, that is the rule's problem."""
        return self.plans(rule_id, exp.select(*expressions.values()).from_(source.copy()))

    def plans(self, rule_id: str, query: exp.Query) -> bool:
        """Whether a query can be planned (nothing is read); if not, that is the rule's problem."""
        try:
            self.connection.execute(f"prepare junheng_rule as {sql(query)}")
            self.connection.execute("deallocate junheng_rule")
        except duckdb.Error as error:
            self.problems[rule_id] = first_line(error)
            return False
        return True

    # What needs more than one scan

    def spread(self, figures: Mapping[str, Mapping[str, Any]]) -> list[RowRule]:
        """Count the rows of z-scores and outliers, in one scan for all such rules."""
        rules = [
            rule.as_row_rule(figures[rule.rule.rule_id])
            for rule in self.plan.of(SpreadRule)
            if rule.rule.rule_id not in self.problems and self.counts[rule.rule.rule_id].checked
        ]
        if rules:
            found, _ = self.figures(
                {rule.rule.rule_id: {"failed": count_if(rule.fails)} for rule in rules}, self.source
            )
            for rule_id, values in found.items():
                self.counts[rule_id].failed = values["failed"] or 0
        return rules

    def unique(self) -> list[RowRule]:
        """Group by each distinct key once; the repeated keys stand in a table of the session."""
        groups: dict[str, list[UniqueRule]] = defaultdict(list)
        for rule in self.plan.of(UniqueRule):
            if rule.rule.rule_id not in self.problems and self.counts[rule.rule.rule_id].checked:
                groups[sql(rule.repeated(self.source))].append(rule)
        found = []
        for rules in groups.values():
            table = self.stage()
            try:
                self.execute(create(table, rules[0].repeated(self.source)))
            except duckdb.Error as error:
                self.problems.update({rule.rule.rule_id: first_line(error) for rule in rules})
                continue
            size = exp.Column(this=identifier(SIZE))
            total = self.fetch(
                sql(exp.select(call("coalesce", call("sum", size), exp.Literal.number(0))).from_(table.copy()))
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
            if rule.rule.rule_id not in self.problems and self.counts[rule.rule.rule_id].checked:
                groups[sql(self.values_of(rule))].append(rule)
        for rules in groups.values():
            wanted = {rule.rule.rule_id: rule.figures for rule in rules}
            found, _ = self.figures(wanted, self.values_of(rules[0]))
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
        for rule in self.plan.of(QueryRule):
            rule_id = rule.rule.rule_id
            if rule_id in self.problems or not self.counts[rule_id].checked:
                continue
            table = self.stage()
            try:
                self.execute(create(table, self.shown(rule)))
                failed = self.fetch(sql(exp.select(count_all()).from_(table.copy())))[0][0]
                self.counts[rule_id].failed = failed
                if failed:
                    written = rows_of_query(self.plan.suite, rule.rule, table.copy(), self.plan.required[rule_id])
                    self.execute(self.store.write(written))
            except (duckdb.Error, KeyError) as error:
                self.problems[rule_id] = first_line(error)

    def shown(self, rule: QueryRule) -> exp.Select:
        """The result of a query with keys, place and values as they are stored."""
        query = rule.over(self.source)
        described = self.connection.execute(f"describe {sql(query)}").fetchall()
        columns = columns_of((row[0], row[1]) for row in described)
        missing = [key for key in rule.rule.keys if key not in columns]
        if missing:
            raise KeyError(f"the query does not return {', '.join(missing)}")
        subquery = exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(ROW)))
        named = rule.rule.meta.get("actual")
        shown = ACTUAL if ACTUAL in columns else named if named in columns else None
        reads = self.reads(query)
        suite = self.plan.suite

        def cell(name: str | None) -> exp.Expr:
            return masked(as_text(col(name)), {name, *reads}, suite) if name in columns and name else exp.null()

        cells = {
            "keys": keys_json(suite, columns, rule.rule.keys),
            **source_cells(columns),
            "actual": as_text(cell(shown)),
            "required": as_text(cell(REQUIRED)),
        }
        return exp.select(*(exp.alias_(value, name) for name, value in cells.items())).from_(subquery)

    @staticmethod
    def reads(query: exp.Query) -> set[str]:
        """The columns a query names anywhere: what it shows may come from any of them."""
        return {column.name for column in query.find_all(exp.Column)}

    def stage(self) -> exp.Table:
        """A new table of the session, dropped at the end."""
        table = exp.Table(
            this=identifier(f"junheng stage {len(self.staged)}"), db=identifier("main"), catalog=identifier("temp")
        )
        self.staged.append(table)
        return table

    def second_scan(self, rules: Sequence[RowRule]) -> None:
        """Write all failing rows of all row rules, in one scan; a rule that raises only now is left out."""
        if not rules:
            return
        suite, columns = self.plan.suite, self.plan.columns
        query = rows_of_rules(suite, columns, with_sizes(self.source, self.repeats), rules, self.plan.required)
        try:
            self.execute(self.store.write(query))
        except duckdb.Error as error:
            if len(rules) == 1:
                self.problems[rules[0].rule.rule_id] = first_line(error)
                return
            middle = len(rules) // 2
            self.second_scan(rules[:middle])
            self.second_scan(rules[middle:])

    # Statements

    def execute(self, statement: str) -> None:
        """Run a statement."""
        self.statements.append(statement)
        self.connection.execute(statement)

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and read its few rows."""
        self.statements.append(statement)
        return self.connection.execute(statement).fetchall()

    # Results

    def result(self, rule: Rule, samples: Mapping[str, tuple[FailingRow, ...]]) -> RuleResult:
        """The outcome of one rule."""
        status, reason = self.status(rule)
        counts = self.counts.get(rule.rule_id) or Counts(0, 0)
        judged = status in ("pass", "fail", "warn")
        judgement = counts.judgement
        observed = judgement.observed if judged and judgement is not None else None
        if observed is not None and self.is_personal(rule.rule_id):
            observed = MASK
        failed = counts.failed if judgement is None else int(not judgement.passes)
        return made(
            self.plan,
            rule,
            status,
            reason,
            checked=counts.checked if judged else 0,
            failed=failed if judged else 0,
            observed=observed,
            sample=samples.get(rule.rule_id, ()) if judged else (),
        )

    def is_personal(self, rule_id: str) -> bool:
        """Whether a figure shows a value of a column with personal data."""
        compiled = self.plan.rules[rule_id]
        if isinstance(compiled, DistinctRule):
            return compiled.column.name in self.plan.suite.personal and not SHOWS_VALUES.isdisjoint(compiled.figures)
        return isinstance(compiled, AggregateRule) and bool(compiled.reads & self.plan.suite.personal)

    def status(self, rule: Rule) -> tuple[Status, str | None]:
        """Status and reason: an error before missing data, missing data before a judgement."""
        if rule.rule_id in self.problems:
            return "error", shown_problem(self.problems[rule.rule_id], self.plan.suite)
        counts = self.counts[rule.rule_id]
        if rule.expectation_type not in ROW_COUNTS:
            if self.rows == 0:
                return "no_data", "table_empty"
            if counts.selected == 0:
                return "not_applicable", "nothing_in_scope"
            if counts.checked == 0:
                return "no_data", "no_values"
        if counts.judgement is not None:
            return status_of(counts.judgement.passes, rule.severity), None
        mostly = self.plan.arguments[rule.rule_id].get("mostly")
        return status_of(enough(counts.checked, counts.failed, mostly), rule.severity), None


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
        **{name: str(rule.meta[name]) for name in ("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source")},
    )


def counters(condition: exp.Expr | None, present: exp.Expr | None) -> dict[str, exp.Expr]:
    """How many rows a condition selects and how many of those are judged.

    What is always all rows is not counted again.
    """
    found: dict[str, exp.Expr] = {}
    if condition is not None:
        found["selected"] = count_if(condition)
    if present is not None:
        found["checked"] = count_present(condition, present)
    return found


def count_if(condition: exp.Expr) -> exp.Expr:
    """How many rows meet a condition; NULL without rows. Half the time of `count(*) filter (where …)` on DuckDB."""
    return call("count_if", condition.copy())


def count_present(condition: exp.Expr | None, present: exp.Expr) -> exp.Expr:
    """Judged rows; `count(column)` where that says the same, which rules on one column share."""
    inner = present.this if isinstance(present, exp.Not) else None
    if condition is None and isinstance(inner, exp.Is) and isinstance(inner.this, exp.Column):
        return exp.Count(this=inner.this.copy())
    both = all_of((condition, present))
    return count_if(both if both is not None else exp.true())


def create(table: exp.Table, query: exp.Query) -> str:
    """The statement that keeps a query in a table of the session."""
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return sql(exp.Create(this=table.copy(), kind="TABLE", expression=query, properties=temporary))


def first_line(error: Exception) -> str:
    """An exception in one line."""
    words = str(error.args[0]) if isinstance(error, KeyError) else str(error)
    lines = words.strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
