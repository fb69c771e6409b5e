"""The table of failing rows.

Written by one statement per suite, straight from the judged table, and read back for samples.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import (
    DIALECT,
    ROW,
    any_of,
    as_text,
    call,
    cast,
    col,
    identifier,
    not_null,
    sql,
    text,
    whole,
)
from junheng.validation.results import MASK, SAMPLE, FailingRow, order_of
from junheng.validation.row_rules import RowRule
from junheng.validation.suites import Rule, Suite

# Where a row comes from: the column of the judged table, under which name its value is stored, as which type.
PLACE: Mapping[str, tuple[str, str]] = {
    "_source_file": ("source_file", "VARCHAR"),
    "_source_sheet": ("source_sheet", "VARCHAR"),
    "_source_row": ("source_row", "BIGINT"),
}
PLACE_NAMES = tuple(name for name, _ in PLACE.values())
NAMES = ("suite", "rule_id", "table_name", "severity", "keys", *PLACE_NAMES, "actual", "required")
TYPES = dict(PLACE.values())
INDEX = "failed rule"


class FailingRows:
    """The table `failing_row` of a connection: of the warehouse (`quality`) or of the session."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: exp.Table, *, temporary: bool) -> None:
        self.connection = connection
        self.table = table
        columns = ", ".join(f"{name} {TYPES.get(name, 'VARCHAR')}" for name in NAMES)
        kind = "temp table" if temporary else "table"
        connection.execute(f"create {kind} if not exists {sql(table)} ({columns})")

    def forget(self, suite: str, rule_id: str | None = None) -> None:
        """Drop what an earlier run of a suite, or of one rule of it, found."""
        of_rule = exp.column("rule_id").eq(rule_id) if rule_id is not None else None
        found = exp.and_(exp.column("suite").eq(suite), of_rule)
        self.connection.execute(sql(exp.delete(self.table.copy(), where=found)))

    def write(self, query: exp.Query) -> str:
        """The statement that adds the rows of a query, whose columns are NAMES."""
        columns = [exp.to_identifier(name) for name in NAMES]
        return sql(exp.Insert(this=exp.Schema(this=self.table.copy(), expressions=columns), expression=query))

    def keep(self, suite: Suite, found: Mapping[str, Sequence[FailingRow]]) -> None:
        """Store failing rows that another engine has brought to Python."""
        self.forget(suite.name)
        severities = {rule.rule_id: rule.severity for rule in suite.rules}
        rows = [
            [
                *(suite.name, rule_id, suite.table, severities[rule_id], json_text(row.keys)),
                *(row.source_file, row.source_sheet, row.source_row, row.actual, row.required),
            ]
            for rule_id, failing in found.items()
            for row in failing
        ]
        if rows:
            self.add(rows)

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows in the order of NAMES, with keys as JSON, which is written as DuckDB does."""
        # One list per column: row by row DuckDB takes a millisecond for each.
        columns = [f"unnest(${number})" for number in range(1, len(NAMES) + 1)]
        columns[NAMES.index("keys")] = f"cast(json({columns[NAMES.index('keys')]}) as varchar)"
        lists = [list(column) for column in zip(*rows, strict=True)]
        self.connection.execute(f"insert into {sql(self.table)} select {', '.join(columns)}", lists)

    def sample(
        self, suite: str, rule_ids: Iterable[str], keys: Mapping[str, Column]
    ) -> dict[str, tuple[FailingRow, ...]]:
        """The failing rows of each rule with the smallest keys, in their order."""
        wanted = list(rule_ids)
        if not wanted:
            return {}
        order = call(
            "row",
            *(key_order(column) for column in keys.values()),
            *map(exp.column, (*PLACE_NAMES, "actual")),
        )
        row = call("row", *map(exp.column, ("keys", *PLACE_NAMES, "actual", "required")))
        query = (
            exp.select("rule_id", call("arg_min", row, order, whole(SAMPLE)))
            .from_(self.table.copy())
            .where(exp.column("suite").eq(suite))
            .where(exp.column("rule_id").isin(*wanted))
            .group_by("rule_id")
        )
        found: dict[str, tuple[FailingRow, ...]] = defaultdict(tuple)
        for rule_id, rows in self.connection.execute(sql(query)).fetchall():
            made = [FailingRow(json.loads(row[0]), *row[1:]) for row in map(tuple_of, rows)]
            found[rule_id] = tuple(sorted(made, key=order_of))
        return found


def json_text(keys: Mapping[str, Any]) -> str:
    """Keys as DuckDB writes them."""
    return json.dumps(dict(keys), ensure_ascii=False, separators=(",", ":"))


def tuple_of(row: Any) -> Sequence[Any]:
    """A row value as a tuple: DuckDB gives unnamed structs as tuples or as dictionaries."""
    return tuple(row.values()) if isinstance(row, Mapping) else tuple(row)


def key_order(column: Column) -> exp.Expr:
    """A part of the stored keys as a value that sorts like the column."""
    part = call("json_extract_string", exp.column("keys"), text(f'$."{column.name}"'))
    # A masked key is no number.
    return (
        exp.TryCast(this=part, to=exp.DataType.build("HUGEINT", dialect=DIALECT)) if column.kind == "integer" else part
    )


def keys_json(suite: Suite, columns: Mapping[str, Column], keys: Sequence[str]) -> exp.Expr:
    """The keys of the judged row as JSON text, in the order of the suite.

    Other types than text, whole numbers and booleans as text.
    """
    parts: list[exp.Expr] = []
    for key in keys:
        parts += [text(key), masked(key_value(columns[key]), {key}, suite)]
    return as_text(call("json_object", *parts))


def key_value(column: Column) -> exp.Expr:
    """A part of the key in a type that JSON keeps exactly."""
    plain = (column.kind == "integer" and not column.type.endswith("HUGEINT")) or column.kind in ("text", "boolean")
    return col(column) if plain and not column.type.startswith("ENUM") else as_text(col(column))


def masked(value: exp.Expr, reads: Iterable[str], suite: Suite) -> exp.Expr:
    """A shown value; stars where it comes from a column with personal data."""
    if not suite.personal & set(reads):
        return value
    return exp.Case(ifs=[exp.If(this=not_null(value), true=text(MASK))])


def source_cells(columns: Mapping[str, Column]) -> dict[str, exp.Expr]:
    """File, sheet and row that a judged row comes from, each NULL where the table does not say."""
    return {
        name: cast(col(column) if column in columns else exp.null(), kind) for column, (name, kind) in PLACE.items()
    }


def rows_of_rules(
    suite: Suite,
    columns: Mapping[str, Column],
    source: exp.Expr,
    rules: Sequence[RowRule],
    required: Mapping[str, str],
) -> exp.Query:
    """The failing rows of several row rules in one scan: rows that break any of them, once for each rule they break.

    The cells are turned into text only for the pairs of row and rule that are kept.
    """
    flags = exp.Array(
        expressions=[exp.Case(ifs=[exp.If(this=rule.fails, true=whole(number))]) for number, rule in enumerate(rules)]
    )
    broken = (
        exp.select(
            exp.alias_(call("unnest", flags), INDEX, quoted=True), exp.Column(this=exp.Star(), table=identifier(ROW))
        )
        .from_(source.copy())
        .where(any_of(rule.fails for rule in rules))
    )
    index = col(INDEX)

    def by_rule(values: Sequence[exp.Expr]) -> exp.Expr:
        return exp.Case(
            this=index.copy(),
            ifs=[exp.If(this=whole(number), true=value) for number, value in enumerate(values)],
        )

    told = [text(required[rule.rule.rule_id]) for rule in rules]
    return (
        exp.select(
            text(suite.name),
            by_rule([text(rule.rule.rule_id) for rule in rules]),
            text(suite.table),
            by_rule([text(rule.rule.severity) for rule in rules]),
            keys_json(suite, columns, suite.keys),
            *source_cells(columns).values(),
            by_rule([masked(rule.actual, rule.reads, suite) for rule in rules]),
            by_rule(
                [
                    call("coalesce", masked(rule.required, rule.reads, suite), words)
                    if rule.required is not None
                    else words
                    for rule, words in zip(rules, told, strict=True)
                ]
            ),
        )
        .from_(exp.Subquery(this=broken, alias=exp.TableAlias(this=identifier(ROW))))
        .where(not_null(index))
    )


def rows_of_query(suite: Suite, rule: Rule, staged: exp.Table, required: str) -> exp.Query:
    """The failing rows that a query of its own has found and that stand in a table of the session."""
    return exp.select(
        text(suite.name),
        text(rule.rule_id),
        text(suite.table),
        text(rule.severity),
        "keys",
        *PLACE_NAMES,
        "actual",
        call("coalesce", exp.column("required"), text(required)),
    ).from_(staged)
