"""A rule that is a query of its own: it runs once, into a table of the session, and from there to the failing rows."""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import ROW, as_text, col, identifier
from junheng.validation.failing_rows import keys_json, masked, source_cells
from junheng.validation.queries import ACTUAL, REQUIRED, QueryRule
from junheng.validation.session import Session
from junheng.validation.suites import Suite


def rows_shown(session: Session, suite: Suite, rule: QueryRule, source: exp.Expr) -> exp.Select:
    """The result of a query with keys, place and values as they are stored.

    Raises KeyError when it lacks a key, what the database raises when it cannot be planned.
    """
    query = rule.over(source)
    columns = session.described(query)
    missing = [key for key in rule.rule.keys if key not in columns]
    if missing:
        raise KeyError(f"the query does not return {', '.join(missing)}")
    subquery = exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(ROW)))
    named = rule.rule.meta.get("actual")
    shown = ACTUAL if ACTUAL in columns else named if named in columns else None
    # What it shows may come from any column that it names.
    reads = {column.name for column in query.find_all(exp.Column)}

    def cell(name: str | None) -> exp.Expr:
        return masked(as_text(col(name)), {name, *reads}, suite) if name in columns and name else exp.null()

    cells = {
        "keys": keys_json(suite, columns, rule.rule.keys),
        **source_cells(columns),
        "actual": as_text(cell(shown)),
        "required": as_text(cell(REQUIRED)),
    }
    return exp.select(*(exp.alias_(value, name) for name, value in cells.items())).from_(subquery)
