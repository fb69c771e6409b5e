"""What a rule needs of the data before it can be asked: columns of its table, and the other tables that it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlglot import exp

from junheng.errors import UsageError
from junheng.validation.catalogue import ACCEPTED
from junheng.validation.columns import nearest
from junheng.validation.conditions import columns_in
from junheng.validation.expressions import identifier
from junheng.validation.queries import as_row_rule, condition, is_batch, query_rule
from junheng.validation.results import missing_column
from junheng.validation.suites import Rule, Suite

# Whether a table or view is there.
Exists = Callable[[exp.Table], bool]


def columns_named(rule: Rule, arguments: Mapping[str, Any]) -> list[str]:
    """The columns of the table that a rule names in its arguments."""
    named: list[str] = []
    if ACCEPTED[rule.expectation_type].kind != "shape" or rule.expectation_type.startswith("expect_column_values"):
        named += [arguments[name] for name in ("column", "column_A", "column_B") if name in arguments]
        named += arguments.get("column_list") or ()
    named += columns_in(arguments.get("row_condition"))
    if rule.meta.get("actual") and ACCEPTED[rule.expectation_type].kind != "query":
        named.append(rule.meta["actual"])
    return named


def lists_judged_rows(rule: Rule, arguments: Mapping[str, Any]) -> bool:
    """Whether the failing rows of a rule are rows of the table, named by the keys of the suite.

    Raises RuleProblemError for a query that cannot be read.
    """
    kind = ACCEPTED[rule.expectation_type].kind
    if kind == "query":
        return as_row_rule(query_rule(rule, arguments["unexpected_rows_query"]), rule.keys) is not None
    return kind in ("row", "unique", "spread")


def problem_of_columns(rule: Rule, arguments: Mapping[str, Any], suite: Suite, columns: Iterable[str]) -> str | None:
    """Why a rule cannot be asked of a table with these columns: one that it names, or a key of its rows, is not there.

    Raises RuleProblemError for a query that cannot be read.
    """
    there = list(columns)
    # To know whether a query lists judged rows costs more than all the rest: it is asked where that matters.
    keys = [key for key in suite.keys if key not in there]
    if not keys and ACCEPTED[rule.expectation_type].kind == "query":
        query_rule(rule, arguments["unexpected_rows_query"])
    needed = [*columns_named(rule, arguments), *(keys if keys and lists_judged_rows(rule, arguments) else ())]
    missing = next((name for name in needed if name not in there), None)
    return None if missing is None else missing_column(missing, nearest(missing, there))


def refuse_unknown_personal(suite: Suite, columns: Iterable[str]) -> None:
    """Refuse a suite that marks a column as personal which the table does not have: nothing would be masked.

    Raises UsageError.
    """
    there = list(columns)
    for name in sorted(suite.personal):
        if name not in there:
            raise UsageError(
                "suite_unknown_column",
                file=suite.path,
                column=suite.name,
                found=name,
                expected=nearest(name, there) or f"{suite.table} ({', '.join(there)})",
            )


def lacks_table(rule: Rule, arguments: Mapping[str, Any], exists: Exists) -> bool:
    """Whether another table that a rule reads is not there. Raises RuleProblemError for a query that cannot be read."""
    return any(not exists(table) for table in tables_named(rule, arguments))


def tables_named(rule: Rule, arguments: Mapping[str, Any]) -> list[exp.Table]:
    """The tables that a rule reads beside the judged rows. Raises RuleProblemError for a query that cannot be read."""
    if arguments.get("other_table_name"):
        parts: list[str | None] = [*[None] * 3, *arguments["other_table_name"].split(".")]
        catalog, schema, name = (identifier(part) if part else None for part in parts[-3:])
        return [exp.Table(this=name, db=schema, catalog=catalog)]
    if ACCEPTED[rule.expectation_type].kind != "query":
        return []
    trees: list[exp.Expr] = [query_rule(rule, arguments["unexpected_rows_query"]).query]
    if rule.meta.get("scope"):
        trees.append(condition(rule.meta["scope"]))
    return [table for tree in trees for table in _tables_in(tree)]


def _tables_in(tree: exp.Expr) -> list[exp.Table]:
    """The tables of a query that have a name: neither the judged rows nor a part of the query nor a function."""
    parts = {part.alias.lower() for part in tree.find_all(exp.CTE)}
    return [
        exp.Table(this=table.this.copy(), db=table.args.get("db"), catalog=table.args.get("catalog"))
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier)
        and not is_batch(table)
        and (table.db or table.name.lower() not in parts)
    ]
