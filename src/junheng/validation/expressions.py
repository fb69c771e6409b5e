"""SQL expressions that compare a column with values of a suite, exactly; built by sqlglot, never from pieces of text.

A bound is brought to the scale of its column first: `amount < 0.015` on cents is `amount < 0.02`. Nothing is converted
while the table is scanned, nothing overflows and no whole number passes through a double.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import Any

from sqlglot import exp

from junheng.validation.columns import WIDE, Column

DIALECT = "duckdb"
EXACT = Context(prec=60)
# Marks a cast that only a reader sees: no part of a query builds upon its text.
SHOWN = "shown"
# The alias of the judged rows in every statement. No query of a suite uses it by accident.
ROW = "judged row"
OPERATORS: dict[str, type[exp.Binary]] = {
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "==": exp.EQ,
    "!=": exp.NEQ,
}


class RuleProblemError(Exception):
    """A rule that cannot be asked of this table: an error of that rule alone."""


def identifier(name: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.to_identifier(name, quoted=True)


def col(column: Column | str) -> exp.Column:
    """A column of the judged row."""
    name = column if isinstance(column, str) else column.name
    return exp.Column(this=identifier(name), table=identifier(ROW))


def text(value: str) -> exp.Literal:
    """A text literal."""
    return exp.Literal.string(value)


def whole(value: int) -> exp.Expr:
    """A whole number literal."""
    return exp.Literal.number(value)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A function of DuckDB under its own name: sqlglot leaves it as it is."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(expression: exp.Expr, type_name: str) -> exp.Expr:
    """A cast to a type of DuckDB."""
    return exp.Cast(this=expression, to=exp.DataType.build(type_name, dialect=DIALECT))


def as_text(expression: exp.Expr) -> exp.Expr:
    """A value as text, as DuckDB writes it: decimals with all their places, dates in ISO."""
    made = cast(expression, "VARCHAR")
    made.meta[SHOWN] = True
    return made


def is_null(expression: exp.Expr) -> exp.Expr:
    """`… is null`."""
    return exp.Is(this=expression, expression=exp.null())


def not_null(expression: exp.Expr) -> exp.Expr:
    """`… is not null`."""
    return exp.Not(this=is_null(expression))


def all_of(parts: Iterable[exp.Expr | None]) -> exp.Expr | None:
    """The parts joined by `and`, or None when there is none."""
    found = [part for part in parts if part is not None]
    return exp.and_(*found, copy=False) if found else None


def any_of(parts: Iterable[exp.Expr | None]) -> exp.Expr:
    """The parts joined by `or`; false when there is none."""
    found = [part for part in parts if part is not None]
    return exp.or_(*found, copy=False) if found else exp.false()


def negated(condition: exp.Expr) -> exp.Expr:
    """`not (…)`: NULL stays NULL."""
    return exp.Not(this=exp.Paren(this=condition))


def plus(parts: Sequence[exp.Expr]) -> exp.Expr:
    """A sum."""
    return reduce(lambda left, right: exp.Add(this=left, expression=right), parts)


def not_finite(column: Column) -> exp.Expr | None:
    """NaN and infinities, which fail numeric rules; None for a column that cannot hold them."""
    return exp.Not(this=call("isfinite", col(column))) if column.kind == "float" else None


def sql(expression: exp.Expr) -> str:
    """The text of an expression."""
    return expression.sql(dialect=DIALECT)


def number(value: Any, column: Column) -> Decimal:
    """A value of a suite as an exact number. Raises RuleProblemError."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise RuleProblemError(f"{value!r} cannot be compared with {column.name} ({column.type})")
    try:
        found = Decimal(str(value) if isinstance(value, float) else value)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        raise RuleProblemError(f"{value!r} cannot be compared with {column.name} ({column.type})")
    return found


def literal(value: Any, column: Column) -> exp.Expr:
    """A value of a suite as a literal of the column's type. Raises RuleProblemError when it cannot be one."""
    if column.kind == "float":
        return cast(text(str(number(value, column))), column.type)
    if column.kind == "boolean":
        if not isinstance(value, bool):
            raise RuleProblemError(f"{value!r} cannot be compared with {column.name} (BOOLEAN)")
        return exp.true() if value else exp.false()
    if not isinstance(value, str):
        raise RuleProblemError(f"{value!r} cannot be compared with {column.name} ({column.type})")
    return text(value) if column.kind == "text" else cast(text(value), column.type)


def compare(column: Column, operator: str, value: Any) -> exp.Expr:
    """`column operator value`; NULL or false where the column is NULL. Raises RuleProblemError."""
    if column.kind in ("integer", "decimal"):
        return _compare_exact(column, operator, Fraction(number(value, column)) * 10**column.scale)
    return OPERATORS[operator](this=col(column), expression=literal(value, column))


def _compare_exact(column: Column, operator: str, units: Fraction) -> exp.Expr:
    """Compare with a number of units of the last place, whether or not the column's type can hold it."""
    if operator in ("==", "!="):
        if units.denominator != 1 or not column.smallest <= units <= column.largest:
            return not_null(col(column)) if operator == "!=" else exp.false()
        return OPERATORS[operator](this=col(column), expression=units_literal(int(units), column))
    below = operator in ("<", "<=")
    bound = ceil(units) if operator in ("<", ">=") else floor(units)
    above_all = bound > column.largest or (bound == column.largest and operator in ("<=", ">"))
    below_all = bound < column.smallest or (bound == column.smallest and operator in ("<", ">="))
    if above_all or below_all:
        return not_null(col(column)) if above_all == below else exp.false()
    return OPERATORS[operator](this=col(column), expression=units_literal(bound, column))


def units_literal(units: int, column: Column) -> exp.Expr:
    """A number of units of the last place as a literal of the column's scale."""
    value = format(Decimal(units).scaleb(-column.scale, EXACT), "f")
    if column.type in WIDE:
        return cast(text(value), column.type)
    return exp.Literal.number(value)


def in_set(column: Column, values: Iterable[Any], *, inside: bool = True) -> exp.Expr:
    """`column in (…)` or `column not in (…)`; false or NULL where the column is NULL.

    Values the column's type cannot hold match nothing, NULL is no value. Raises RuleProblemError.
    """
    found: list[exp.Expr] = []
    for value in values:
        if value is None:
            continue
        if column.kind in ("integer", "decimal"):
            units = Fraction(number(value, column)) * 10**column.scale
            if units.denominator == 1 and column.smallest <= units <= column.largest:
                found.append(units_literal(int(units), column))
        else:
            found.append(literal(value, column))
    if not found:
        return exp.false() if inside else not_null(col(column))
    condition = exp.In(this=col(column), expressions=found)
    return condition if inside else negated(condition)


def with_value(condition: exp.Expr, column: Column, value: exp.Expr) -> exp.Expr:
    """A condition on a column as the same condition on another value of the column's type.

    A length, a sum, a figure.
    """
    this = col(column)
    return condition.transform(lambda node: value.copy() if node == this else node)
