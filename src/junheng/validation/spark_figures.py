"""Figures for which Spark has no exact aggregate: order statistics, the smallest values, the sum of doubles."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import all_of, identifier, not_null, text, whole

# A sum of doubles is added in three parts, of which the first two are whole numbers of these units and exact.
FIRST, SECOND = 20, 72
# Above it a double has no place for the first unit.
LARGEST = 2.0**43
VALUE, SIZE, UPTO, TOTAL, ORDER = "value", "size", "upto", "total", "order"


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _name(name: str) -> exp.Column:
    return exp.Column(this=identifier(name))


def _double(value: str) -> exp.Expr:
    return exp.Cast(this=text(value), to=exp.DataType.build("DOUBLE"))


def _inner(query: exp.Query, alias: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(alias)))


def quantile(node: exp.Anonymous, used: exp.Expr | None, columns: Mapping[str, Column], source: exp.Expr) -> exp.Expr:
    """The value at a place in the order of values, counted over the distinct ones; DuckDB's definition of the place."""
    value, place = (part.copy() for part in node.expressions)
    counted = (
        exp.select(exp.alias_(value, VALUE), exp.alias_(exp.Count(this=exp.Star()), SIZE))
        .from_(source.copy())
        .where(all_of((used.copy() if used is not None else None, not_null(value.copy()))))
        .group_by(value.copy())
    )
    total = exp.Window(this=_call("sum", _name(SIZE)))
    upto = exp.Window(this=_call("sum", _name(SIZE)), order=exp.Order(expressions=[exp.Ordered(this=_name(VALUE))]))
    ranked = exp.select(_name(VALUE), exp.alias_(total, TOTAL), exp.alias_(upto, UPTO)).from_(
        _inner(counted, "counted")
    )
    if node.this == "quantile_disc":
        # n - floor(n - n * q), counted from one
        left = exp.Sub(this=_name(TOTAL), expression=exp.Mul(this=_name(TOTAL), expression=place))
        rank = _call("greatest", whole(1), exp.Sub(this=_name(TOTAL), expression=_call("floor", left)))
        return _at(ranked, rank)
    last = exp.Cast(
        this=exp.Paren(this=exp.Sub(this=_name(TOTAL), expression=whole(1))), to=exp.DataType.build("DOUBLE")
    )
    exact = exp.Mul(this=last, expression=_double(place.name))
    low = _at(ranked, exp.Add(this=_call("floor", exact), expression=whole(1)))
    high = _at(ranked, exp.Add(this=_call("ceil", exact.copy()), expression=whole(1)))
    share = exp.Subquery(
        this=exp.select(_call("max", exp.Sub(this=exact.copy(), expression=_call("floor", exact.copy())))).from_(
            _inner(ranked.copy(), "ranked")
        )
    )
    step = exp.Mul(this=exp.Paren(this=exp.Sub(this=high, expression=low.copy())), expression=share)
    return exp.Paren(this=exp.Add(this=low, expression=step))


def _at(ranked: exp.Select, rank: exp.Expr) -> exp.Subquery:
    """The value of a rank: the least up to which there are as many values."""
    found = exp.select(_call("min", _name(VALUE))).from_(_inner(ranked.copy(), "ranked"))
    return exp.Subquery(this=found.where(exp.GTE(this=_name(UPTO), expression=rank.copy())))


def smallest(node: exp.Anonymous, used: exp.Expr | None, columns: Mapping[str, Column], source: exp.Expr) -> exp.Expr:
    """The values with the smallest order, in that order, as a list."""
    value, order, size = (part.copy() for part in node.expressions)
    found = (
        exp.select(exp.alias_(order, ORDER), exp.alias_(value, VALUE))
        .from_(source.copy())
        .where(all_of((used.copy() if used is not None else None, not_null(order.copy()))))
        .order_by(exp.Ordered(this=order.copy()))
        .limit(int(size.name))
    )
    sorted_ = _call("array_sort", _call("collect_list", _call("struct", _name(ORDER), _name(VALUE))))
    values = exp.Dot(this=sorted_, expression=identifier(VALUE))
    return exp.Subquery(this=exp.select(values).from_(_inner(found, "smallest")))


def exact_sum(node: exp.Anonymous, used: exp.Expr | None, columns: Mapping[str, Column], source: exp.Expr) -> exp.Expr:
    """The parts of a sum of doubles, put together by `sum_of_parts`: the order of the rows does not matter."""
    (value,) = node.expressions

    def aggregate(name: str, of: exp.Expr) -> exp.Expr:
        made = _call(name, of)
        return made if used is None else exp.Filter(this=made, expression=exp.Where(this=used.copy()))

    def units(of: exp.Expr, power: int) -> exp.Expr:
        return _call("floor", exp.Mul(this=exp.Paren(this=of.copy()), expression=_double(repr(2.0**power))))

    def rest(of: exp.Expr, power: int) -> exp.Expr:
        taken = exp.Mul(this=_call("double", units(of, power)), expression=_double(repr(2.0**-power)))
        return exp.Sub(this=exp.Paren(this=of.copy()), expression=taken)

    def whole_units(of: exp.Expr) -> exp.Expr:
        return exp.Cast(this=of, to=exp.DataType.build("DECIMAL(38,0)"))

    fits = exp.LT(this=_call("abs", value.copy()), expression=_double(repr(LARGEST)))
    inner = exp.Case(ifs=[exp.If(this=fits, true=value.copy())])
    second = rest(inner, FIRST)
    return _call(
        "struct",
        exp.alias_(aggregate("max", _call("abs", value.copy())), PARTS[0]),
        exp.alias_(aggregate("sum", whole_units(units(inner, FIRST))), PARTS[1]),
        exp.alias_(aggregate("sum", whole_units(units(second, SECOND))), PARTS[2]),
        exp.alias_(aggregate("sum", rest(second, SECOND)), PARTS[3]),
        exp.alias_(aggregate("sum", value.copy()), PARTS[4]),
    )


PARTS = ("sum_largest", "sum_first", "sum_second", "sum_rest", "sum_plain")


def sum_of_parts(parts: Mapping[str, Any]) -> float | None:
    """The sum of doubles, correctly rounded where they are below 2^43, as Spark adds them otherwise."""
    largest, first, second, rest, plain = (parts[name] for name in PARTS)
    if largest is None or largest >= LARGEST:
        return None if plain is None else float(plain)
    exact = Fraction(first) / 2**FIRST + Fraction(second) / 2**SECOND + Fraction(rest)
    return float(exact)
