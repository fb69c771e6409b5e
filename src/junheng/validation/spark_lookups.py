"""Look-ups in other tables, which Spark would make once for each time that they are written."""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import ROW, identifier

# Around a look-up: what is unknown counts as false there, and so does a look-up that is made beforehand.
AROUND = (exp.And, exp.Or, exp.Paren, exp.Anonymous, exp.Filter, exp.Where, exp.CountIf)


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
    while isinstance(outer, exp.Paren):
        outer = outer.parent
    return outer if isinstance(outer, exp.Not) else node


def _above(node: exp.Expr) -> list[exp.Expr]:
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found
