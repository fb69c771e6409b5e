"""Many figures of many rules in one statement, and which rule is to blame when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.expressions import all_of, call, sql
from junheng.validation.figures import count_all
from junheng.validation.session import Session, first_line

Expressions = Mapping[str, exp.Expr]
EVERY_ROW = "rows"


def scan_together(
    session: Session, wanted: Mapping[str, Expressions], source: exp.Expr
) -> tuple[dict[str, dict[str, Any]], int]:
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
        row = session.fetch(statement)[0]
    except duckdb.Error as error:
        return halves(session, wanted, source, error)
    return {rule_id: {name: row[place] for name, place in of.items()} for rule_id, of in places.items()}, row[0]


def halves(
    session: Session, wanted: Mapping[str, Expressions], source: exp.Expr, error: duckdb.Error
) -> tuple[dict[str, dict[str, Any]], int]:
    """What remains when a shared scan has failed: without the rules that do not bind, then half by half."""
    asking = {rule_id: expressions for rule_id, expressions in wanted.items() if expressions}
    if not asking:
        raise error
    if len(asking) == 1:
        (rule_id,) = asking
        session.problems[rule_id] = first_line(error)
        rest = {name: of for name, of in wanted.items() if name != rule_id}
        return scan_together(session, rest, source)
    bound = {rule_id: of for rule_id, of in asking.items() if binds(session, rule_id, of, source)}
    rest = {rule_id: of for rule_id, of in wanted.items() if rule_id not in asking}
    if len(bound) < len(asking):
        return scan_together(session, {**rest, **bound}, source)
    names = list(bound)
    middle = len(names) // 2
    left, rows = scan_together(session, {**rest, **{name: bound[name] for name in names[:middle]}}, source)
    right, _ = scan_together(session, {name: bound[name] for name in names[middle:]}, source)
    return {**left, **right}, rows


def binds(session: Session, rule_id: str, expressions: Expressions, source: exp.Expr) -> bool:
    """Whether the expressions of one rule can be planned; if not, that is the rule's problem."""
    return session.plans(rule_id, exp.select(*expressions.values()).from_(source.copy()))


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
