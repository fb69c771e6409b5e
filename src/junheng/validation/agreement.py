"""Two paths to one verdict: what a standard suite finds failing and what the mart itself says must be the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import RuleProblemError, identifier, sql, text
from junheng.validation.failing_rows import PLACE, FailingRows, keys_json
from junheng.validation.results import RuleResult, status_of_count
from junheng.validation.session import Session, first_line
from junheng.validation.suites import Rule, Suite

SUITE_FAILS, MART_FAILS = "suite: fail, mart: not", "suite: not, mart: fail"
REQUIRED = "suite = mart"


def agreements(
    session: Session | None,
    relation: exp.Expr | None,
    columns: Mapping[str, Column],
    suite: Suite,
    results: Iterable[RuleResult],
    store: FailingRows,
) -> list[RuleResult]:
    """For each rule that names what its mart says of the same rows: whether the two agree, key by key.

    Both ways of differing are failing rows of the suite `agreement.<suite>`. Where neither path judged anything the
    result is as undecided as the rule's own; a rule that raised agrees with nothing. Without a relation there is no
    such table.
    """
    asked = [rule for rule in suite.rules if "agreement" in rule.meta]
    if not asked:
        return []
    name = f"agreement.{suite.name}"
    store.forget(name)
    connection = store.connection
    found = {result.rule_id: result for result in results}
    problems: dict[str, str] = {}
    # A KeyError: the table lacks a key.
    errors: tuple[type[Exception], ...] = (duckdb.Error, RuleProblemError, KeyError)
    errors += session.errors if session is not None else ()
    for rule in asked:
        if session is None or relation is None or found[rule.rule_id].status == "error":
            continue
        try:
            with keys_of_mart(session, suite, rule, relation, columns, store) as of_mart:
                connection.execute(store.write(differences(suite, rule, of_mart, store)))
        except errors as error:
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


def keys_of_mart(
    session: Session,
    suite: Suite,
    rule: Rule,
    relation: exp.Expr,
    columns: Mapping[str, Column],
    store: FailingRows,
) -> AbstractContextManager[exp.Query]:
    """The keys that the mart finds failing, as a query where the failing rows are. Raises RuleProblemError."""
    from junheng.validation.queries import condition

    keys = exp.alias_(keys_json(suite, columns, suite.keys), "keys")
    fails = condition(rule.meta["agreement"]["mart_fails"])
    return session.brought(store, exp.select(keys).from_(relation.copy()).where(fails))


def differences(suite: Suite, rule: Rule, of_mart: exp.Query, store: FailingRows) -> exp.Query:
    """The keys that one path finds failing and the other does not, as failing rows."""
    of_suite = (
        exp.select("keys")
        .from_(store.table.copy())
        .where(exp.column("suite").eq(suite.name))
        .where(exp.column("rule_id").eq(rule.rule_id))
    )
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
