"""What a suite is refused for on Spark: whatever is not known to mean the same there as on DuckDB.

Nothing is skipped: a suite with such a rule is refused before any row is read, with what cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from junheng.errors import UsageError
from junheng.validation.expressions import RuleProblemError
from junheng.validation.queries import condition, parsed
from junheng.validation.spark_casts import CASTS
from junheng.validation.spark_patterns import date_format, java_pattern, like_pattern
from junheng.validation.suites import Rule, Suite

QUERY_PARTS = (
    *(exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit),
    *(exp.Subquery, exp.CTE, exp.With, exp.Union, exp.Except, exp.Intersect, exp.Values, exp.Tuple),
    *(exp.Table, exp.TableAlias, exp.Alias, exp.Identifier, exp.Column, exp.Star, exp.Distinct),
    *(exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.DataType, exp.DataTypeParam, exp.Cast),
)
CONDITIONS = (
    *(exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Exists, exp.Like, exp.Escape),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
)
VALUES = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Abs, exp.Case, exp.If, exp.Coalesce, exp.Nullif),
    *(exp.Greatest, exp.Least, exp.Concat, exp.DPipe, exp.Length, exp.Left, exp.Right, exp.Replace, exp.Trim),
    *(exp.Count, exp.Sum, exp.Min, exp.Max, exp.Median, exp.Filter),
)
KNOWN = frozenset((*QUERY_PARTS, *CONDITIONS, *VALUES))


def lint_for_spark(suite: Suite) -> None:
    """Refuse a suite of which a rule cannot be asked of Spark. Raises UsageError for the first such rule."""
    for rule in suite.rules:
        for problem in problems(rule):
            raise UsageError(
                "suite_not_on_spark",
                file=suite.path,
                column=rule.rule_id,
                found=problem,
                expected='engine = "duckdb"',
            )


def problems(rule: Rule) -> Iterator[str]:
    """What of a rule cannot be asked of Spark."""
    arguments = rule.kwargs
    try:
        for pattern in arguments.get("regex_list") or [arguments[name] for name in ("regex",) if name in arguments]:
            if isinstance(pattern, str):
                java_pattern(pattern)
        likes = arguments.get("like_pattern_list") or [arguments.get("like_pattern")]
        for pattern in likes:
            if isinstance(pattern, str):
                like_pattern(pattern, arguments.get("escape"), "")
        if isinstance(arguments.get("strftime_format"), str):
            date_format(arguments["strftime_format"])
        for tree in trees(rule, arguments.get("unexpected_rows_query")):
            yield from unknown_parts(tree)
    except RuleProblemError as problem:
        yield str(problem)


def trees(rule: Rule, query: str | None) -> Iterator[exp.Expr]:
    """The SQL of a rule. Raises RuleProblemError for what cannot be read."""
    if query is not None:
        yield parsed(query)
    agreement = rule.meta.get("agreement") or {}
    for text in (rule.meta.get("scope") if query is not None else None, agreement.get("mart_fails")):
        if text:
            yield condition(text)


def unknown_parts(tree: exp.Expr) -> Iterator[str]:
    """The parts of a query that are not known to mean the same on Spark."""
    for node in tree.walk():
        if type(node) not in KNOWN:
            yield f"{type(node).key.upper()}: {node.sql('duckdb')}"
        elif isinstance(node, exp.Cast) and node.to.this.name not in CASTS:
            yield f"CAST: {node.sql('duckdb')}"
        elif isinstance(node, exp.Like) and not node.expression.is_string:
            yield f"LIKE: {node.sql('duckdb')}"
