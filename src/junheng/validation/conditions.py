"""The typed row conditions of Great Expectations as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import (
    OPERATORS,
    RuleProblemError,
    all_of,
    any_of,
    col,
    compare,
    in_set,
    is_null,
    not_null,
)


def condition_of(condition: Mapping[str, Any], columns: Mapping[str, Column]) -> exp.Expr:
    """The rows a rule speaks about. A comparison with a NULL cell selects nothing, also `!=` and `NOT_IN`.

    Raises RuleProblemError for a value that cannot be compared with its column.
    """
    kind = condition["type"]
    if kind in ("and", "or"):
        parts = [condition_of(part, columns) for part in condition["conditions"]]
        return exp.Paren(this=any_of(parts) if kind == "or" else all_of(parts))
    column = columns[condition["column"]["name"]]
    if kind == "nullity":
        return is_null(col(column)) if condition["is_null"] else not_null(col(column))
    operator, value = condition["operator"], condition["parameter"]
    if operator in OPERATORS:
        return compare(column, operator, value)
    if operator in ("IN", "NOT_IN"):
        return in_set(column, value, inside=operator == "IN")
    raise RuleProblemError(f"unknown operator {operator!r}")


def columns_in(condition: Any) -> Iterator[str]:
    """The names of the columns a condition reads."""
    if not isinstance(condition, Mapping):
        return
    if isinstance(condition.get("column"), Mapping):
        yield condition["column"]["name"]
    for part in condition.get("conditions") or ():
        yield from columns_in(part)
