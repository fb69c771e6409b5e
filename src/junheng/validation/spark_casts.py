"""Casts as DuckDB makes them, in Spark SQL. The type of what is cast is asked by Spark, before a row is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from junheng.validation.columns import Column, Kind
from junheng.validation.expressions import SHOWN, RuleProblemError
from junheng.validation.spark_types import KIND, NAMES, kind_of

# Doubles that are shown come as Spark writes them, between these marks, and are written as DuckDB does on arrival.
MARK = "\uf8f0"
WHOLE = ("TINYINT", "SMALLINT", "INT", "BIGINT")
CASTS = frozenset(("VARCHAR", "TEXT", "DECIMAL", "DATE", "DOUBLE", "BOOLEAN", "TIMESTAMP", "TIMESTAMPNTZ", *WHOLE))
TEXT = exp.DataType.build("TEXT")
DATE = r"\A\s*\d{1,6}-\d{1,2}-\d{1,2}\s*\z"
TYPES: Mapping[Kind, Sequence[str]] = {"float": ("double", "float"), "text": ("string",)}
PLAIN = (
    *("string", "boolean", "tinyint", "smallint", "int", "bigint"),
    *("date", "timestamp", "timestamp_ntz", "void"),
)


def spark_cast(node: exp.Cast, columns: Mapping[str, Column]) -> exp.Expr:
    """A cast of DuckDB as an expression of Spark. Raises RuleProblemError for a type that differs there."""
    value, target, kind = node.this, node.to, kind_of(node.this, columns)
    name = target.this.name
    if name in ("VARCHAR", "TEXT"):
        return as_text(value, kind, shown=bool(node.meta.get(SHOWN)))
    if name in WHOLE:
        decimal, double = _cast(_call("round", value), target), _cast(_call("rint", value), target)
        made = _by_type(value, kind, _cast(value, target), {"decimal": decimal, "float": double})
    elif name == "DECIMAL":
        made = _by_type(value, kind, _cast(value, target), {"float": _rounded(value, target)})
    elif name == "DATE":
        made = _by_type(value, kind, _cast(value, target), {"text": _date(value, target)})
    elif name in ("DOUBLE", "BOOLEAN"):
        made = _cast(value, target)
    elif name in ("TIMESTAMP", "TIMESTAMPNTZ"):
        made = _cast(value, exp.DataType.build("TIMESTAMP_NTZ", dialect="spark"))
    else:
        raise RuleProblemError(f"a cast to {target.sql('duckdb')} cannot be asked of Spark")
    made.meta[KIND] = NAMES[name]
    return made


def as_text(value: exp.Expr, kind: Kind | None, *, shown: bool) -> exp.Expr:
    """A value as text. Spark writes doubles otherwise than DuckDB: they are `shown` to a reader in marks that are
    replaced on arrival, but a query must not build upon them.
    """
    text = _cast(value, TEXT)
    if isinstance(value, exp.Null) or kind in ("integer", "decimal", "text", "boolean", "time"):
        return text
    other = _raised("values of this type are written otherwise by Spark")
    if shown:
        other = exp.Case(
            ifs=[
                exp.If(
                    this=_is_type(value, (name,)),
                    true=_call("concat", _text(f"{MARK}{name} "), text, _text(MARK)),
                )
                for name in TYPES["float"]
            ],
            default=other,
        )
    if kind == "float":
        made = other
    else:
        plain = exp.or_(_is_type(value, PLAIN), _is_decimal(value))
        made = exp.Case(ifs=[exp.If(this=plain, true=text)], default=other)
    made.meta[KIND] = "text"
    return made


def _by_type(value: exp.Expr, kind: Kind | None, plain: exp.Expr, others: Mapping[Kind, exp.Expr]) -> exp.Expr:
    """One of several expressions, by the type of a value: now if it is known, else when Spark reads the query."""
    if kind is not None:
        return others.get(kind, plain)
    ifs = [
        exp.If(this=_is_decimal(value) if name == "decimal" else _is_type(value, TYPES[name]), true=other)
        for name, other in others.items()
    ]
    return exp.Case(ifs=ifs, default=plain)


def _date(value: exp.Expr, target: exp.DataType) -> exp.Expr:
    """A date: year, month and day. Spark would also take a year for one."""
    odd = exp.Not(this=exp.RegexpLike(this=_cast(value, TEXT), expression=_text(DATE)))
    return exp.Case(ifs=[exp.If(this=odd, true=_cast(_raised("no date"), target))], default=_cast(value, target))


def median(node: exp.Median, columns: Mapping[str, Column]) -> exp.Expr:
    """The median of doubles and whole numbers; that of decimals is a decimal in DuckDB."""
    value = node.this
    double = _call("double", value)
    other = _call("double", _raised("the median of decimals is a double on Spark"))
    return exp.Median(this=_by_type(value, kind_of(value, columns), double, {"decimal": other}))


def _rounded(value: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """A double as a decimal: DuckDB rounds its product with a power of ten, Spark its text."""
    scale = int(kind.expressions[1].name) if len(kind.expressions) > 1 else 0
    double = _cast(value, exp.DataType.build("DOUBLE"))
    power = _cast(_text(f"1e{scale}"), exp.DataType.build("DOUBLE"))
    units = _call("round", exp.Mul(this=double, expression=power))
    place = exp.Literal.number("1" if scale == 0 else f"0.{'0' * (scale - 1)}1")
    exact = exp.Mul(this=_cast(units, exp.DataType.build("DECIMAL(38,0)")), expression=place)
    return _cast(exp.Paren(this=exact), kind)


def _cast(value: exp.Expr, kind: exp.DataType) -> exp.Expr:
    return exp.Cast(this=value.copy(), to=kind.copy())


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _is_type(value: exp.Expr, names: Sequence[str]) -> exp.Expr:
    return exp.In(this=_call("typeof", value), expressions=[_text(name) for name in names])


def _is_decimal(value: exp.Expr) -> exp.Expr:
    return _call("startswith", _call("typeof", value), _text("decimal"))


def _raised(words: str) -> exp.Expr:
    return _cast(_call("raise_error", _text(words)), TEXT)
