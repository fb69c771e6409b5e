"""The rules as Polars expressions, where a tool has no check of its own for them."""

from __future__ import annotations

from typing import Any

from benchmarks.checks import Check


def broken(check: Check) -> Any:
    """True for a failing row, false for every other one."""
    import polars as pl

    column = pl.col(check.column)
    match check.kind:
        case "between":
            found = ~column.is_between(*check.value)
        case "length":
            found = ~column.str.len_chars().is_between(*check.value)
        case "at_least":
            found = column < pl.col(check.columns[1])
        case "sum":
            found = pl.sum_horizontal(*check.columns) != check.value
        case _:
            raise ValueError(check.kind)
    if check.only:
        found = (pl.col(check.only[0]) == check.only[1]) & found
    return found.fill_null(False)
