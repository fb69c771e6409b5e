"""Where NULL decides: what a look-up (`… in (select …)`) makes of it, and whether that changes anything."""

from __future__ import annotations

from sqlglot import exp

# What is known when all its parts are.
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren, exp.Literal)
# What holds only when both sides are known.
COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def sought(lookup: exp.In) -> list[exp.Expr]:
    """The values before `in`."""
    return lookup.this.expressions if isinstance(lookup.this, exp.Tuple) else [lookup.this.unnest()]


def offers_no_null(lookup: exp.In) -> bool:
    """Whether it reads a query of which no value can be NULL."""
    query = lookup.args.get("query")
    query = query.unnest() if query is not None else None
    if not isinstance(query, exp.Select):
        return False
    where = query.args.get("where")
    there = _names_known(where.this) if where is not None else set()
    offered = [column.unalias() for column in query.expressions]
    is_full = all(isinstance(column, exp.Column) and column.sql() in there for column in offered)
    return is_full and len(offered) == len(sought(lookup))


def only_true_counts(node: exp.Expr) -> bool:
    """Whether false and unknown are the same around a condition."""
    inner, outer = node, node.parent
    while isinstance(outer, exp.And | exp.Or | exp.Paren):
        inner, outer = outer, outer.parent
    if isinstance(outer, exp.If):
        # Not in `case … when`, which compares.
        return outer.this is inner and outer.parent is not None and outer.parent.this is None
    return isinstance(outer, exp.Where | exp.CountIf) or (
        isinstance(outer, exp.Anonymous) and outer.name.lower() == "count_if"
    )


def is_known(value: exp.Expr, known: set[str]) -> bool:
    """Whether a value is never NULL when the columns of those names are not."""
    if isinstance(value, exp.Column):
        return value.sql() in known
    parts = [part for part in value.args.values() if isinstance(part, exp.Expression)]
    return isinstance(value, ARITHMETIC) and all(is_known(part, known) for part in parts)


def beside(node: exp.Expr) -> set[str]:
    """The columns that are not NULL where all hold that are joined to a condition by `and`."""
    found: set[str] = set()
    parent = node.parent
    while isinstance(parent, exp.And | exp.Paren):
        found |= _names_known(parent)
        parent = parent.parent
    return found


def _names_known(condition: exp.Expr) -> set[str]:
    """The columns that are not NULL where a condition holds."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _names_known(condition.this) | _names_known(condition.expression)
    if isinstance(condition, exp.In) and condition.args.get("query") is not None:
        return set().union(*map(_columns_in, sought(condition)))
    if isinstance(condition, COMPARED):
        return _columns_in(condition.this) | _columns_in(condition.expression)
    negated = condition.this.unnest() if isinstance(condition, exp.Not) else None
    if isinstance(negated, exp.Is) and isinstance(negated.expression, exp.Null):
        return _columns_in(negated.this)
    return set()


def _columns_in(value: exp.Expr) -> set[str]:
    """The columns that are not NULL when a value is not."""
    if isinstance(value, exp.Column):
        return {value.sql()}
    if not isinstance(value, ARITHMETIC):
        return set()
    return set().union(*(_columns_in(part) for part in value.args.values() if isinstance(part, exp.Expression)))
