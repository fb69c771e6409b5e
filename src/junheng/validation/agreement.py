"""Two paths to one verdict: what a standard suite finds failing and what the mart itself says must be the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import RuleProblemError, identifier, sql, text
from junheng.validation.failing_rows import PLACE, FailingRows, keys_json
from junheng.validation.results import RuleResult, status_of_count
from junheng.validation.session import first_line
from junheng.validation.sources import described, narrowed
from junheng.validation.suites import Rule, Suite

SUITE_FAILS, MART_FAILS = "suite: fail, mart: not", "suite: not, mart: fail"
REQUIRED = "suite = mart"


def agreements(
    connection: duckdb.DuckDBPyConnection,
    relation: exp.Expr | None,
    suite: Suite,
    results: Iterable[RuleResult],
    store: FailingRows,
    school_year: int | None,
) -> list[RuleResult]:
    """For each rule that names what its mart says of the same rows: whether the two agree, key by key.

    Both ways of differing are failing rows of the suite `agreement.<suite>`. Where neither path judged anything the
    result is as undecided as the rule's own; a rule that raised agrees with nothing.
    """
    asked = [rule for rule in suite.rules if "agreement" in rule.meta]
    if not asked:
        return []
    name = f"agreement.{suite.name}"
    store.forget(name)
    found = {result.rule_id: result for result in results}
    columns: dict[str, Column] = {}
    if relation is not None:
        columns = described(connection, relation)
        if suite.year_column and school_year is not None:
            relation = narrowed(relation, suite.year_column, school_year)
    problems: dict[str, str] = {}
    for rule in asked:
        if relation is None or found[rule.rule_id].status == "error":
            continue
        try:
            connection.execute(store.write(differences(suite, rule, relation, columns, store)))
        except (duckdb.Error, RuleProblemError, KeyError) as error:  # a KeyError: the table lacks a key
            problems[rule.rule_id] = first_line(error)
    counted = (
        exp.select("rule_id", exp.Count(this=exp.Star()))
        .from_(store.table.copy())
        .where(exp.column("suite").eq(name))
        .group_by("rule_id")
    )
    counts = dict(connection.execute(sql(counted)).fetchall())
    samples = store.sample(name, counts, {key: columns[key] for key in suite.keys if key in columns})
    return [
        agreement_of(found[rule.rule_id], rule.meta["agreement"], problems.get(rule.rule_id), counts, samples)
        for rule in asked
    ]


def agreement_of(
    result: RuleResult, words: Any, problem: str | None, counts: dict[str, int], samples: dict[str, Any]
) -> RuleResult:
    """The result that compares a rule with its mart."""
    rule_id = f"agreement.{result.rule_id}"
    rows = counts.get(rule_id, 0)
    undecided = problem is not None or result.status == "error"
    undecided = undecided or (result.status in ("no_data", "not_applicable") and not rows)
    status = "error" if problem is not None else result.status if undecided else status_of_count(rows, "critical")
    return RuleResult(
        rule_id=rule_id,
        suite=f"agreement.{result.suite}",
        table=result.table,
        expectation_type=result.expectation_type,
        severity="critical",
        status=status,
        rows_checked=result.rows_checked,
        rows_failed=0 if undecided else rows,
        observed=None,
        required=REQUIRED,
        sample=() if undecided else samples.get(rule_id, ()),
        reason=(problem or result.reason) if undecided else None,
        title_zh=words["title_zh"],
        title_en=words["title_en"],
        why=result.why,
        how_to_fix=words["how_to_fix"],
        who_fixes=result.who_fixes,
        source=result.source,
        definition=result.definition,
    )


def differences(
    suite: Suite, rule: Rule, relation: exp.Expr, columns: dict[str, Column], store: FailingRows
) -> exp.Query:
    """The keys that one path finds failing and the other does not, as failing rows."""
    from junheng.validation.queries import condition

    of_suite = (
        exp.select("keys")
        .from_(store.table.copy())
        .where(exp.column("suite").eq(suite.name))
        .where(exp.column("rule_id").eq(rule.rule_id))
    )
    keys = exp.alias_(keys_json(suite, columns, suite.keys), "keys")
    of_mart = exp.select(keys).from_(relation.copy()).where(condition(rule.meta["agreement"]["mart_fails"]))
    sides = [
        exp.select("keys", exp.alias_(text(actual), "actual")).from_(
            exp.Subquery(this=exp.except_(left.copy(), right.copy()), alias=exp.TableAlias(this=identifier("one_side")))
        )
        for left, right, actual in ((of_suite, of_mart, SUITE_FAILS), (of_mart, of_suite, MART_FAILS))
    ]
    both = exp.Subquery(this=exp.union(*sides, distinct=False), alias=exp.TableAlias(this=identifier("differing")))
    return exp.select(
        text(f"agreement.{suite.name}"),
        text(f"agreement.{rule.rule_id}"),
        text(suite.table),
        text("critical"),
        "keys",
        *(exp.null() for _ in PLACE),
        "actual",
        text(REQUIRED),
    ).from_(both)
