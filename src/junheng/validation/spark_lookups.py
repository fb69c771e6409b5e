"""Look-ups in other tables: Spark would make each once for each time that it is written, and `not in` row by row."""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import ROW, identifier

# Around a look-up: what is unknown counts as false there, and so does a look-up that is made beforehand.
AROUND = (exp.And, exp.Or, exp.Paren, exp.Anonymous, exp.Filter, exp.Where, exp.CountIf)
# What is known when all its parts are.
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren, exp.Literal)
# The mark of a look-up that is either true or false.
DECIDED = "coalesce"


def decided(tree: exp.Expr) -> exp.Expr:
    """An expression in which each `… not in (select …)` that is never unknown is one that Spark hashes.

    Spark compares every row with every row of the query, because a NULL on either side makes `not in` unknown. Where
    the condition beside it and the query leave NULL out, whether a row is found decides; all values stay the same.
    """
    for node in list(tree.find_all(exp.Not)):
        found = node.this.unnest()
        if isinstance(found, exp.In) and found.args.get("query") is not None and _never_unknown(node, found):
            found.replace(exp.Anonymous(this=DECIDED, expressions=[found.copy(), exp.false()]))
    return tree


def without_lookups(tree: exp.Expr, lookups: dict[str, str]) -> exp.Expr:
    """An expression on the judged row in which `… in (select …)` is a column; `lookups` says which, by its text.

    Spark makes a look-up false where it is unknown. That changes nothing where only true counts, which is so unless it
    stands under a negation of more than itself.
    """
    for node in list(tree.find_all(exp.In)):
        if node.args.get("query") is None:
            continue
        whole = _with_negation(node)
        if all(isinstance(above, AROUND) for above in _above(whole)):
            text = whole.sql(dialect="spark")
            name = lookups.setdefault(text, f"look-up {len(lookups)}")
            column = exp.Column(this=identifier(name), table=identifier(ROW))
            if whole is tree:
                return column
            whole.replace(column)
    return tree


def _with_negation(node: exp.Expr) -> exp.Expr:
    """A look-up with the `not` before it."""
    outer = node.parent
    while isinstance(outer, exp.Paren) or (isinstance(outer, exp.Anonymous) and outer.this == DECIDED):
        outer = outer.parent
    return outer if isinstance(outer, exp.Not) else node


def _above(node: exp.Expr) -> list[exp.Expr]:
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found


def _never_unknown(node: exp.Not, lookup: exp.In) -> bool:
    """Whether neither side of a `not in` can be NULL where the conditions beside it hold."""
    query = lookup.args["query"].unnest()
    if not isinstance(query, exp.Select):
        return False
    sought = lookup.this.expressions if isinstance(lookup.this, exp.Tuple) else [lookup.this.unnest()]
    where = query.args.get("where")
    there = _names_known(where.this) if where is not None else set()
    offered = [column.unalias() for column in query.expressions]
    is_full = all(isinstance(column, exp.Column) and column.sql() in there for column in offered)
    return is_full and len(offered) == len(sought) and all(_is_known(value, _beside(node)) for value in sought)


def _is_known(value: exp.Expr, known: set[str]) -> bool:
    """Whether a value is never NULL when the columns of those names are not."""
    if isinstance(value, exp.Column):
        return value.sql() in known
    parts = [part for part in value.args.values() if isinstance(part, exp.Expression)]
    return isinstance(value, ARITHMETIC) and all(_is_known(part, known) for part in parts)


def _beside(node: exp.Expr) -> set[str]:
    """The columns that are not NULL where all hold that are joined to a condition by `and`."""
    found: set[str] = set()
    parent = node.parent
    while isinstance(parent, exp.And | exp.Paren):
        found |= _names_known(parent)
        parent = parent.parent
    return found


def _names_known(condition: exp.Expr) -> set[str]:
    """The columns of which a condition says that they are not NULL."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _names_known(condition.this) | _names_known(condition.expression)
    negated = condition.this.unnest() if isinstance(condition, exp.Not) else None
    if (
        isinstance(negated, exp.Is)
        and isinstance(negated.expression, exp.Null)
        and isinstance(negated.this, exp.Column)
    ):
        return {negated.this.sql()}
    return set()
