"""What a rule asks, written out: its arguments with the parameters in place, and the SQL that finds what breaks it."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlglot import exp

from junheng.validation.expressions import DIALECT, ROW
from junheng.validation.plan import Plan, as_plain
from junheng.validation.queries import META_ALIAS
from junheng.validation.row_rules import RowRule
from junheng.validation.suites import Rule
from junheng.validation.unique import UniqueRule

QUERY = "unexpected_rows_query"
# What the judged table is called where a suite does not name one.
UNNAMED = "batch"
PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def definition_of(plan: Plan, rule: Rule) -> str:
    """The expectation with its arguments, and below it the SQL where one statement finds the failing rows."""
    arguments = dict(plan.arguments.get(rule.rule_id, rule.kwargs))
    written = arguments.pop(QUERY, None)
    year = plan.suite.year_column
    lines = [f"{rule.expectation_type} {json.dumps(arguments, ensure_ascii=False, default=as_plain)}"]
    query = _query(plan, rule, written)
    if query is not None and year is not None:
        lines.append(f"-- {year}: the judged year")
    return "\n".join(lines if query is None else [*lines, query])


def _query(plan: Plan, rule: Rule, written: Any) -> str | None:
    name = plan.suite.table or UNNAMED
    if written is not None:
        return str(written).replace("{batch}", name).replace("{{", "{").replace("}}", "}").strip()
    *above, table = name.split(".")
    schema, database = (*reversed(above), None, None)[:2]
    source = exp.table_(table, schema, database, quoted=True, alias=META_ALIAS)
    match plan.rules.get(rule.rule_id):
        case RowRule() as compiled:
            found = exp.select("*").from_(source).where(compiled.fails)
            return _written(found.where(compiled.present) if compiled.present is not None else found)
        case UniqueRule() as compiled:
            return _written(compiled.repeated(source))
    return None


def _written(query: exp.Select) -> str:
    """A query as people write it: a short name for the judged row, a line for each clause."""

    def renamed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table == ROW:
            node.set("table", exp.to_identifier(META_ALIAS))
        if isinstance(node, exp.Identifier) and PLAIN.fullmatch(node.name):
            node.set("quoted", False)
        return node

    return query.transform(renamed).sql(dialect=DIALECT, pretty=True)
