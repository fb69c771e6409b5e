"""Expectations on the names and types of the columns.

Judged from the description of the table, without reading a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlglot
from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import DIALECT, RuleProblemError
from junheng.validation.figures import Judgement, refuse_empty_range, within
from junheng.validation.suites import Rule

Columns = Mapping[str, Column]


@dataclass(frozen=True)
class ShapeRule:
    """A rule on the description of the table, already judged."""

    rule: Rule
    judgement: Judgement


def shape_rule(rule: Rule, arguments: Mapping[str, Any], columns: Columns) -> ShapeRule:
    """Judge one rule on names and types. Raises RuleProblemError."""
    return ShapeRule(rule, JUDGES[rule.expectation_type](columns, arguments))


def _exists(columns: Columns, arguments: Mapping[str, Any]) -> Judgement:
    names = list(columns)
    if arguments["column"] not in names:
        return Judgement(False, ", ".join(names))
    index = names.index(arguments["column"])
    wanted = arguments.get("column_index")
    return Judgement(wanted is None or wanted == index, str(index))


def _type(columns: Columns, arguments: Mapping[str, Any]) -> Judgement:
    column = columns.get(arguments["column"])
    if column is None:
        return Judgement(False, None)
    wanted = arguments.get("type_list") or [arguments["type_"]]
    return Judgement(any(same_type(column.type, name) for name in wanted), column.type)


def same_type(found: str, wanted: str) -> bool:
    """Whether a column's type is the wanted one: any of DuckDB's names for it, with or without its digits."""
    try:
        types = [exp.DataType.build(name, dialect=DIALECT, udt=True) for name in (found, wanted)]
    except sqlglot.errors.SqlglotError as error:
        raise RuleProblemError(f"{wanted!r} is no type of DuckDB") from error
    if types[1].this == exp.DType.USERDEFINED:
        raise RuleProblemError(f"{wanted!r} is no type of DuckDB")
    if "(" not in wanted:
        return bool(types[0].this == types[1].this)
    return bool(types[0] == types[1])


def _count(columns: Columns, arguments: Mapping[str, Any]) -> Judgement:
    bounds = dict(arguments)
    if "value" in arguments:
        bounds["min_value"] = bounds["max_value"] = arguments["value"]
    refuse_empty_range(bounds)
    return Judgement(within(Fraction(len(columns)), bounds), str(len(columns)))


def _ordered(columns: Columns, arguments: Mapping[str, Any]) -> Judgement:
    return Judgement(list(columns) == list(arguments.get("column_list") or ()), ", ".join(columns))


def _set(columns: Columns, arguments: Mapping[str, Any]) -> Judgement:
    wanted, found = set(arguments.get("column_set") or ()), set(columns)
    passes = wanted == found if arguments.get("exact_match", True) else wanted <= found
    return Judgement(passes, ", ".join(columns))


JUDGES: Mapping[str, Callable[[Columns, Mapping[str, Any]], Judgement]] = {
    "expect_column_to_exist": _exists,
    "expect_column_type_to_be": _type,
    "expect_column_values_to_be_of_type": _type,
    "expect_column_values_to_be_in_type_list": _type,
    "expect_table_column_count_to_be_between": _count,
    "expect_table_column_count_to_equal": _count,
    "expect_table_columns_to_match_ordered_list": _ordered,
    "expect_table_columns_to_match_set": _set,
}
