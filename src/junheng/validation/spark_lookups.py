"""Look-ups in other tables: Spark would make each once for each time that it is written, and `not in` row by row."""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import ROW, all_of, identifier, not_null
from junheng.validation.unknown import beside, is_known, offers_no_null, only_true_counts, sought

# Around a look-up: what is unknown counts as false there, and so does a look-up that is made beforehand.
AROUND = (exp.And, exp.Or, exp.Paren, exp.Anonymous, exp.Filter, exp.Where, exp.CountIf)
# The mark of a look-up that is either true or false.
DECIDED = "coalesce"
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
        if not isinstance(lookup, exp.In) or not offers_no_null(lookup):
            continue
        known = beside(node)
        unknown = [value for value in sought(lookup) if not is_known(value, known)]
        found = exp.Anonymous(this=DECIDED, expressions=[lookup.copy(), exp.false()])
        if not unknown:
            lookup.replace(found)
        elif only_true_counts(node):
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
