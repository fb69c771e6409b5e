"""Expressions of DuckDB as the text of Spark SQL that gives the same values, in ANSI mode.

sqlglot writes the dialect; what it leaves different is corrected here, node by node, from the leaves up. Each
correction has a case in `tests/conformance/test_spark_sql.py` that runs on both databases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import ROW, RuleProblemError, all_of, identifier, text, whole
from junheng.validation.spark_casts import as_text, median, spark_cast
from junheng.validation.spark_figures import exact_sum, quantile, smallest
from junheng.validation.spark_patterns import date_format, java_pattern, like_pattern
from junheng.validation.spark_types import KIND, kind_of

Columns = Mapping[str, Column]
DIALECT = "spark"
# A mark that no text of a suite holds.
ESCAPE = "\uf8f1"
FLAGS, FLAG_ROW = "rule flags", "flagged row"


def spark_sql(expression: exp.Expr, columns: Columns, source: exp.Expr | None = None) -> str:
    """The text of an expression for Spark. `columns` are those of the judged rows.

    Figures that Spark has no aggregate for become queries of their own on `source`.

    Raises RuleProblemError for what Spark cannot be asked.
    """
    return corrected(expression, columns, source).sql(dialect=DIALECT)


def corrected(expression: exp.Expr, columns: Columns, source: exp.Expr | None = None) -> exp.Expr:
    """The expression with what differs put right. Raises RuleProblemError."""
    tree = expression.copy()
    for node in reversed(list(tree.walk())):
        correct = CORRECTIONS.get(type(node))
        made = node if correct is None else correct(node, columns)
        if isinstance(node, exp.Anonymous) and source is not None:
            figure = FIGURES.get(str(node.this).lower())
            if figure is not None:
                filter_ = node.parent if isinstance(node.parent, exp.Filter) else None
                used = filter_.expression.this if filter_ is not None else None
                made = figure(node, used, columns, corrected(source, columns))
                node = filter_ or node
        if made is node:
            continue
        if node is tree:
            tree = made
        else:
            node.replace(made)
    return tree


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _cast(node: exp.Cast, columns: Columns) -> exp.Expr:
    inner = node.this
    if isinstance(inner, exp.Anonymous) and inner.this == "to_json":
        return inner
    return spark_cast(node, columns)


def _division(node: exp.Div, columns: Columns) -> exp.Expr:
    """Doubles, of which a division by zero is infinite or not a number."""
    left, right = (
        exp.Cast(this=part.unnest().copy(), to=exp.DataType.build("DOUBLE")) for part in (node.this, node.expression)
    )
    zero = whole(0)

    def special(name: str) -> exp.Expr:
        return exp.Cast(this=text(name), to=exp.DataType.build("DOUBLE"))

    by_zero = exp.Case(
        ifs=[
            exp.If(this=exp.GT(this=left, expression=zero), true=special("Infinity")),
            exp.If(this=exp.LT(this=left.copy(), expression=zero.copy()), true=special("-Infinity")),
            exp.If(this=exp.Not(this=exp.Is(this=left.copy(), expression=exp.null())), true=special("NaN")),
        ]
    )
    quotient = exp.Div(this=left.copy(), expression=right.copy(), typed=True, safe=False)
    return exp.Case(
        ifs=[exp.If(this=exp.EQ(this=right, expression=zero.copy()), true=by_zero)],
        default=exp.Cast(this=quotient, to=exp.DataType.build("DOUBLE")),
    )


def _concat(parts: list[exp.Expr], columns: Columns) -> exp.Expr:
    """DuckDB leaves missing parts out; with Spark the whole would be missing."""
    told = []
    for part in parts:
        kind = kind_of(part, columns)
        as_words = part.copy() if kind == "text" else as_text(part, kind, shown=False)
        told.append(as_words if part.is_string else _call("coalesce", as_words, text("")))
    return exp.Anonymous(this="concat", expressions=told) if told else text("")


def _like(node: exp.Like | exp.ILike, columns: Columns) -> exp.Expr:
    if isinstance(node.parent, exp.Escape):
        return node
    return _escaped(node, None)


def _escape(node: exp.Escape, columns: Columns) -> exp.Expr:
    return _escaped(node.this, node.expression.name)


def _escaped(like: exp.Expr, mark: str | None) -> exp.Expr:
    pattern = like.args["expression"]
    if not pattern.is_string:
        raise RuleProblemError(f"LIKE with a pattern that is no text cannot be asked of Spark: {like.sql('duckdb')}")
    made = like.copy()
    made.set("expression", text(like_pattern(pattern.name, mark, ESCAPE)))
    return exp.Escape(this=made, expression=text(ESCAPE))


def _trim(node: exp.Trim, columns: Columns) -> exp.Expr:
    """DuckDB trims every kind of space, Spark the one of ASCII."""
    if node.expression:
        return node
    ends = {"LEADING": r"\A\p{Zs}+", "TRAILING": r"\p{Zs}+\z"}
    pattern = ends.get(str(node.args.get("position") or "").upper(), r"\A\p{Zs}+|\p{Zs}+\z")
    made = _call("regexp_replace", node.this.copy(), text(pattern), text(""))
    made.meta[KIND] = "text"
    return made


def _named(node: exp.Anonymous, columns: Columns) -> exp.Expr:
    """A function of DuckDB that the engine calls by its name."""
    name, arguments = str(node.this).lower(), [argument.copy() for argument in node.expressions]
    correct = NAMED.get(name)
    return node if correct is None else correct(arguments, columns)


def _json_object(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    all_fields = _call("map", text("ignoreNullFields"), text("false"))
    return _call("to_json", _call("named_struct", *arguments), all_fields)


def _is_finite(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    (value,) = arguments
    infinite = exp.EQ(this=_call("abs", value), expression=_call("double", text("Infinity")))
    return exp.Paren(this=exp.Not(this=exp.Paren(this=exp.or_(infinite, _call("isnan", value.copy()), copy=False))))


def _regexp_matches(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    if len(arguments) != 2 or not arguments[1].is_string:
        raise RuleProblemError("a regular expression that is no plain text cannot be asked of Spark")
    return _call("regexp_like", arguments[0], text(java_pattern(arguments[1].name)))


def _try_strptime(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    """The day of a text in a format, NULL where it is none."""
    value, form = arguments
    pattern, groups = date_format(form.name)

    def group(name: str) -> exp.Expr:
        return _call("regexp_extract", value.copy(), text(pattern), whole(groups[name]))

    def padded(name: str, width: int, otherwise: str) -> exp.Expr:
        return _call("lpad", group(name), whole(width), text("0")) if name in groups else text(otherwise)

    day = _call("concat", padded("Y", 4, "1900"), text("-"), padded("m", 2, "01"), text("-"), padded("d", 2, "01"))
    ranges = [
        exp.LTE(this=exp.Cast(this=group(name), to=exp.DataType.build("INT")), expression=whole(most))
        for name, most in (("H", 23), ("M", 59), ("S", 59))
        if name in groups
    ]
    found = _call("try_to_date", day)
    inner = exp.Case(ifs=[exp.If(this=all_of(ranges), true=found)]) if ranges else found
    return exp.Case(ifs=[exp.If(this=_call("regexp_like", value.copy(), text(pattern)), true=inner)])


def _row(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    return _call("struct", *arguments)


def _array_to_string(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    return _call("array_join", *arguments)


def _sum(arguments: list[exp.Expr], columns: Columns) -> exp.Expr:
    """A sum that holds more digits than its terms."""
    (value,) = arguments
    column = columns.get(value.name) if isinstance(value, exp.Column) and value.table == ROW else None
    if column is not None and column.kind in ("integer", "decimal"):
        return _call("sum", exp.Cast(this=value, to=exp.DataType.build(f"DECIMAL(38,{column.scale})")))
    return _call("sum", value)


def _unnested(node: exp.Select, columns: Columns) -> exp.Expr:
    """One row for each flag of a row. Spark explodes what an inner query has made: a flag may look other tables up."""
    for part in node.expressions:
        if isinstance(part, exp.Alias) and isinstance(part.this, exp.Anonymous) and part.this.this == "unnest":
            inner = node.copy()
            stars = [other.copy() for other in node.expressions if other is not part]
            inner.set("expressions", [exp.alias_(part.this.expressions[0].copy(), FLAGS, quoted=True), *stars])
            flags = exp.Column(this=identifier(FLAGS), table=identifier(FLAG_ROW))
            index = exp.alias_(_call("explode", _call("array_compact", flags)), part.alias, quoted=True)
            row = exp.Column(this=exp.Star(), table=identifier(FLAG_ROW))
            named = exp.TableAlias(this=identifier(FLAG_ROW))
            return exp.select(index, row).from_(exp.Subquery(this=inner, alias=named))
    return node


CORRECTIONS: Mapping[type[exp.Expr], Callable[[Any, Columns], exp.Expr]] = {
    exp.Anonymous: _named,
    exp.Cast: _cast,
    exp.Concat: lambda node, columns: _concat(node.expressions, columns),
    exp.Div: _division,
    exp.Escape: _escape,
    exp.ILike: _like,
    exp.Like: _like,
    exp.Median: median,
    exp.Select: _unnested,
    exp.Trim: _trim,
}
NAMED: Mapping[str, Callable[[list[exp.Expr], Columns], exp.Expr]] = {
    "array_to_string": _array_to_string,
    "concat": _concat,
    "isfinite": _is_finite,
    "json_object": _json_object,
    "regexp_matches": _regexp_matches,
    "row": _row,
    "sum": _sum,
    "try_strptime": _try_strptime,
}
FIGURES: Mapping[str, Callable[[exp.Anonymous, exp.Expr | None, Columns, exp.Expr], exp.Expr]] = {
    "arg_min": smallest,
    "fsum": exact_sum,
    "quantile_cont": quantile,
    "quantile_disc": quantile,
}
