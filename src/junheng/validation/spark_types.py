"""What kind of value an expression of Spark gives, as far as its text says it; the rest is asked of Spark by `typeof`.

Kinds are those of `columns`: what is known need not be asked once more for each cast around it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from junheng.validation.columns import Column, Kind
from junheng.validation.expressions import ROW

KIND = "junheng kind"
NAMES: Mapping[str, Kind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), "integer"),
    **dict.fromkeys(("VARCHAR", "TEXT"), "text"),
    **dict.fromkeys(("DOUBLE", "FLOAT"), "float"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMPNTZ"), "time"),
    "DECIMAL": "decimal",
    "BOOLEAN": "boolean",
}
TEXTS = (exp.Concat, exp.DPipe, exp.Trim, exp.Replace, exp.Right, exp.Left, exp.Lower, exp.Upper, exp.Substring)
SAME = (exp.Paren, exp.Abs, exp.Neg, exp.Max, exp.Min, exp.Sum, exp.Filter)
TOGETHER = (exp.Add, exp.Sub, exp.Mul, exp.Coalesce, exp.Greatest, exp.Least)


def kind_of(value: exp.Expr, columns: Mapping[str, Column]) -> Kind | None:
    """The kind of a value, None when only Spark can tell. `columns` are those of the judged rows."""
    known: Kind | None = value.meta.get(KIND)
    if known is not None:
        return known
    if isinstance(value, exp.Cast):
        return NAMES.get(value.to.this.name)
    if isinstance(value, exp.Literal):
        return "text" if value.is_string else "integer" if value.is_int else None
    if isinstance(value, exp.Count | exp.Length):
        return "integer"
    if isinstance(value, TEXTS):
        return "text"
    if isinstance(value, exp.Column) and value.table == ROW and value.name in columns:
        kind = columns[value.name].kind
        return None if kind == "other" else kind
    if isinstance(value, SAME):
        return kind_of(value.this, columns)
    if isinstance(value, TOGETHER):
        return _together([value.this, *value.expressions, value.args.get("expression")], columns)
    return None


def _together(parts: list[exp.Expr | None], columns: Mapping[str, Column]) -> Kind | None:
    kinds = {kind_of(part, columns) for part in parts if isinstance(part, exp.Expr) and not isinstance(part, exp.Null)}
    if kinds == {"integer", "decimal"}:
        return "decimal"
    return kinds.pop() if len(kinds) == 1 else None
