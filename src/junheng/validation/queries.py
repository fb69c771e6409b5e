"""`unexpected_rows_expectation`: a query that filters the judged rows becomes a row rule of the one scan.

Any other runs by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from junheng.validation.expressions import DIALECT, ROW, SHOWN, RuleProblemError, as_text, col, identifier
from junheng.validation.row_rules import RowRule
from junheng.validation.suites import Rule

BATCH = "judged_batch"
# Names that a query gives to what it shows of a failing row.
ACTUAL, REQUIRED = "actual_value", "required_value"
# What the parser notes of each name.
PLACES = {"line", "col", "start", "end"}
# The alias under which conditions in `meta` (scope, agreement) name the judged row.
META_ALIAS = "t"
CLAUSES = (
    "joins",
    "group",
    "having",
    "distinct",
    "limit",
    "offset",
    "qualify",
    "laterals",
    "windows",
    "sample",
    "into",
)


@dataclass(frozen=True)
class QueryRule:
    """A rule that is a query of its own: each row of the result is a failing row."""

    rule: Rule
    query: exp.Query
    scope: exp.Expr | None

    def over(self, source: exp.Expr) -> exp.Query:
        """The query with the judged rows in place of `{batch}`."""
        return over(self.query, source)


def query_rule(rule: Rule, text: str) -> QueryRule:
    """Parse the query of a rule. Raises RuleProblemError for what is no single query."""
    scope = rule.meta.get("scope")
    return QueryRule(rule, parsed(text), condition(scope) if scope else None)


@lru_cache(maxsize=1024)
def parsed(text: str) -> exp.Query:
    """A query with a table named BATCH in place of `{batch}`; braces are doubled in it as Great Expectations wants.

    Whoever changes it has to copy it first: it is parsed once, however often it is asked for.
    """
    try:
        trees = [tree and placeless(tree) for tree in sqlglot.parse(text.format(batch=BATCH), read=DIALECT)]
    except (sqlglot.errors.SqlglotError, KeyError, IndexError, ValueError) as error:
        raise RuleProblemError(f"the query cannot be read: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise RuleProblemError("one query is needed")
    _mark_what_is_shown(trees[0])
    return trees[0]


def _mark_what_is_shown(query: exp.Query) -> None:
    """Mark the texts that a query makes for readers of its failing rows only: nothing is compared with them."""
    if not isinstance(query, exp.Select) or any(query.args.get(clause) for clause in ("distinct", "order", "limit")):
        return
    if any(column.name in (ACTUAL, REQUIRED) for column in query.find_all(exp.Column)):
        return
    for part in query.expressions:
        if isinstance(part, exp.Alias) and part.alias in (ACTUAL, REQUIRED):
            _mark_texts(part.this)


def _mark_texts(node: exp.Expr) -> None:
    if isinstance(node, exp.Cast):
        node.meta[SHOWN] = True
    elif isinstance(node, exp.Case):
        for found in (*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")):
            if found is not None:
                _mark_texts(found)
    elif isinstance(node, exp.Concat | exp.DPipe | exp.Coalesce | exp.Paren):
        for found in node.iter_expressions():
            _mark_texts(found)


def condition(text: str, alias: str = META_ALIAS) -> exp.Expr:
    """A condition of `meta` on the judged row. Raises RuleProblemError."""
    return _condition(text, alias).copy()


@lru_cache(maxsize=1024)
def _condition(text: str, alias: str) -> exp.Expr:
    try:
        return renamed(exp.Paren(this=placeless(sqlglot.parse_one(text, read=DIALECT))), alias)
    except sqlglot.errors.SqlglotError as error:
        raise RuleProblemError(f"the condition cannot be read: {str(error).splitlines()[0]}") from error


def placeless(tree: exp.Expr) -> exp.Expr:
    """A parsed tree without the places in the text that its parts were read from: they double the price of a copy."""
    for node in tree.walk():
        if node._meta is not None and node._meta.keys() <= PLACES:
            node._meta = None
    return tree


def over(query: exp.Query, source: exp.Expr) -> exp.Query:
    """A query with the judged rows in place of BATCH."""

    def replaced(node: exp.Expr) -> exp.Expr:
        if not is_batch(node):
            return node
        alias = node.args.get("alias")
        this = source.copy()
        this.set("alias", alias.copy() if alias else exp.TableAlias(this=identifier(BATCH)))
        return this

    found = query.transform(replaced)
    if not isinstance(found, exp.Query):
        raise RuleProblemError("one query is needed")
    return found


def is_batch(node: exp.Expr) -> bool:
    """Whether a node stands for the judged rows."""
    return isinstance(node, exp.Table) and node.name == BATCH and not node.db


def as_row_rule(query: QueryRule, keys: Iterable[str]) -> RowRule | None:
    """The same rule as conditions on one row, or None when the query does more than filter the judged rows."""
    select, alias = query.query, BATCH
    if not isinstance(select, exp.Select) or any(select.args.get(clause) for clause in CLAUSES):
        return None
    source = select.args.get("from_")
    if source is None or not isinstance(source.this, exp.Table) or source.this.args.get("joins"):
        return None
    named = _rows_named(select)
    if named is None or source.this.name != named or source.this.db:
        return None
    alias = source.this.alias_or_name
    where = select.args.get("where")
    shown = {part.alias: part.this for part in select.expressions if isinstance(part, exp.Alias)}
    if not _shows(select, keys) or any(_computes(part) for part in select.expressions):
        return None
    # A where clause may name what the query itself computes.
    if where is not None and any(column.name in shown and not column.table for column in where.find_all(exp.Column)):
        return None
    broken = renamed(where.this.copy(), alias) if where is not None else exp.true()
    actual = renamed(shown[ACTUAL].copy(), alias) if ACTUAL in shown else None
    required = renamed(shown[REQUIRED].copy(), alias) if REQUIRED in shown else None
    return row_rule_of(query, broken, actual, required)


def row_rule_of(query: QueryRule, broken: exp.Expr, actual: exp.Expr | None, required: exp.Expr | None) -> RowRule:
    """The row rule of a query that filters."""
    column = query.rule.meta.get("actual")
    if actual is None and column and column != ACTUAL:
        actual = col(column)
    reads = {part.name for found in (actual, required) if found is not None for part in found.find_all(exp.Column)}
    return RowRule(
        query.rule,
        query.scope,
        None,
        broken,
        as_text(actual) if actual is not None else exp.null(),
        as_text(required) if required is not None else None,
        frozenset(reads),
    )


def _rows_named(select: exp.Select) -> str | None:
    """The name under which a query reads the judged rows, once and for all of it; None when it reads them otherwise."""
    if sum(is_batch(node) for node in select.find_all(exp.Table)) != 1:
        return None
    with_ = select.args.get("with_")
    if with_ is None:
        return BATCH
    if len(with_.expressions) != 1:
        return None
    (table,) = with_.expressions
    inner = table.this
    plain = isinstance(inner, exp.Select) and len(inner.expressions) == 1 and isinstance(inner.expressions[0], exp.Star)
    if not plain or any(inner.args.get(clause) for clause in (*CLAUSES, "where", "order")):
        return None
    named = str(table.alias)
    reads = [node for node in select.find_all(exp.Table) if node.name == named and not node.db]
    return named if len(reads) == 1 else None


def _shows(select: exp.Select, keys: Iterable[str]) -> bool:
    """Whether the keys of the result are the keys of the judged rows."""
    names = set()
    for part in select.expressions:
        if isinstance(part, exp.Star) or (isinstance(part, exp.Column) and isinstance(part.this, exp.Star)):
            return True
        if isinstance(part, exp.Column):
            names.add(part.name)
    return set(keys) <= names


def _computes(part: exp.Expr) -> bool:
    """Whether a part of the result needs more than its own row."""
    return part.find(exp.AggFunc, exp.Window, exp.Unnest, exp.Explode) is not None and part.find(exp.Select) is None


def renamed(tree: exp.Expr, alias: str) -> exp.Expr:
    """The same condition on the judged row as ROW; a subquery that gives the alias to rows of its own keeps it."""

    def rename(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table.lower() == alias.lower() and not _shadowed(node, alias):
            node.set("table", identifier(ROW))
        return node

    return tree.transform(rename, copy=False)


def _shadowed(node: exp.Expr, alias: str) -> bool:
    select = node.find_ancestor(exp.Select)
    while select is not None:
        if any(source.alias_or_name.lower() == alias.lower() for source in _sources(select)):
            return True
        select = select.find_ancestor(exp.Select)
    return False


def _sources(select: exp.Select) -> list[exp.Expr]:
    source = select.args.get("from_")
    found = [source.this] if source is not None else []
    return found + [join.this for join in select.args.get("joins") or ()]
