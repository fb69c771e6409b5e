"""Many figures of many rules in one statement, and which rule is to blame when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from junheng.validation.expressions import RuleProblemError, all_of, call
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
    columns = [f"{session.text(count_all())} as {EVERY_ROW}"]
    places: dict[str, dict[str, int]] = {}
    for rule_id, expressions in wanted.items():
        try:
            keys = {name: session.figure(expression, source) for name, expression in expressions.items()}
        except RuleProblemError as problem:
            session.problems[rule_id] = str(problem)
            continue
        places[rule_id] = {}
        for name, key in keys.items():
            if key not in shared:
                shared[key] = len(columns)
                columns.append(f"{key} as f{len(columns)}")
            places[rule_id][name] = shared[key]
    statement = session.scan(columns, source)
    try:
        row = session.fetch(statement)[0]
    except session.errors as error:
        return halves(session, wanted, source, error)
    return {rule_id: {name: row[place] for name, place in of.items()} for rule_id, of in places.items()}, row[0]


def halves(
    session: Session, wanted: Mapping[str, Expressions], source: exp.Expr, error: Exception
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
    bound = binding(session, asking, source)
    rest = {rule_id: of for rule_id, of in wanted.items() if rule_id not in asking}
    if len(bound) < len(asking):
        return scan_together(session, {**rest, **bound}, source)
    names = list(bound)
    middle = len(names) // 2
    left, rows = scan_together(session, {**rest, **{name: bound[name] for name in names[:middle]}}, source)
    right, _ = scan_together(session, {name: bound[name] for name in names[middle:]}, source)
    return {**left, **right}, rows


def binding(session: Session, asking: Mapping[str, Expressions], source: exp.Expr) -> dict[str, Expressions]:
    """The rules whose expressions can be planned; that the others cannot is a problem of each."""
    wanted = [expression for expressions in asking.values() for expression in expressions.values()]
    problem = session.cannot_plan(exp.select(*wanted).from_(source.copy()))
    if problem is None:
        return dict(asking)
    names = list(asking)
    if len(names) == 1:
        session.problems[names[0]] = problem
        return {}
    middle = len(names) // 2
    parts = (names[:middle], names[middle:])
    return {name: of for part in parts for name, of in binding(session, {n: asking[n] for n in part}, source).items()}


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
