"""Look-ups in other tables: Spark would make each once for each time that it is written, and `not in` row by row."""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import ROW, all_of, identifier, not_null

# Around a look-up: what is unknown counts as false there, and so does a look-up that is made beforehand.
AROUND = (exp.And, exp.Or, exp.Paren, exp.Anonymous, exp.Filter, exp.Where, exp.CountIf)
# What is known when all its parts are.
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren, exp.Literal)
# The mark of a look-up that is either true or false.
DECIDED = "coalesce"
# What holds only when both sides are known.
COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
# Marks what stands for a `not in`.
WRITTEN_OUT = "is written out"


def decided(tree: exp.Expr) -> exp.Expr:
    """An expression in which each `… not in (select …)` is one that Spark hashes, where its query leaves NULL out.

    Spark compares every row with every row of the query, because a NULL on either side makes `not in` unknown. Where
    the conditions beside it leave NULL out too, whether a row is found decides. Elsewhere, if only true counts, it is
    written out what DuckDB means: nothing is NULL and no such row is found, or the query gives no row at all.
    """
    # From within: what stands around a look-up is copied.
    for node in reversed(list(tree.find_all(exp.Not))):
        lookup = node.this.unnest()
        if not isinstance(lookup, exp.In) or not _offers_no_null(lookup):
            continue
        known = _beside(node)
        unknown = [value for value in _sought(lookup) if not _is_known(value, known)]
        found = exp.Anonymous(this=DECIDED, expressions=[lookup.copy(), exp.false()])
        if not unknown:
            lookup.replace(found)
        elif _only_true_counts(node):
            nothing = exp.Exists(this=lookup.args["query"].unnest().copy())
            is_true = all_of((*(not_null(value.copy()) for value in unknown), exp.Not(this=found)))
            made = exp.Paren(this=exp.or_(is_true, exp.Not(this=nothing)))
            made.meta[WRITTEN_OUT] = True
            node.replace(made)
    return tree


def without_lookups(tree: exp.Expr, lookups: dict[str, str]) -> exp.Expr:
    """An expression on the judged row in which `… in (select …)` is a column; `lookups` says which, by its text.

    Spark makes a look-up false where it is unknown. That changes nothing where only true counts, which is so unless it
    stands under a negation of more than itself.
    """
    for node in list(tree.find_all(exp.In)):
        if node.args.get("query") is None:
            continue
        negated = _with_negation(node)
        if all(isinstance(above, AROUND) for above in _above(negated)):
            text = negated.sql(dialect="spark")
            name = lookups.setdefault(text, f"look-up {len(lookups)}")
            column = exp.Column(this=identifier(name), table=identifier(ROW))
            if negated is tree:
                return column
            negated.replace(column)
    return tree


def _with_negation(node: exp.Expr) -> exp.Expr:
    """A look-up with the `not` before it, or all that it is written out as."""
    above = node.parent
    while isinstance(above, exp.And | exp.Or | exp.Not | exp.Paren | exp.Anonymous):
        if above.meta.get(WRITTEN_OUT):
            return above
        above = above.parent
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


def _sought(lookup: exp.In) -> list[exp.Expr]:
    """The values before `in`."""
    return lookup.this.expressions if isinstance(lookup.this, exp.Tuple) else [lookup.this.unnest()]


def _offers_no_null(lookup: exp.In) -> bool:
    """Whether it reads a query of which no value can be NULL."""
    query = lookup.args.get("query")
    query = query.unnest() if query is not None else None
    if not isinstance(query, exp.Select):
        return False
    where = query.args.get("where")
    there = _names_known(where.this) if where is not None else set()
    offered = [column.unalias() for column in query.expressions]
    is_full = all(isinstance(column, exp.Column) and column.sql() in there for column in offered)
    return is_full and len(offered) == len(_sought(lookup))


def _only_true_counts(node: exp.Expr) -> bool:
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
    """The columns that are not NULL where a condition holds."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _names_known(condition.this) | _names_known(condition.expression)
    if isinstance(condition, exp.In) and condition.args.get("query") is not None:
        return set().union(*map(_columns_in, _sought(condition)))
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
