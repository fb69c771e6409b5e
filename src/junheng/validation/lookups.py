"""Look-ups in other tables (`… in (select …)`), which DuckDB would make once for each time that they are written.

A rule names its look-up in its scope and again in what breaks it, and many rules of a suite share one. Each stands once
in a query around the judged rows, as a column. It is computed for all rows either way: a join knows no short cut.
"""

from __future__ import annotations

from sqlglot import exp

from junheng.validation.expressions import DIALECT, ROW, identifier, sql

# A table has it, a query around the table does not.
ROW_ID = "rowid"


def without_lookups(expression: exp.Expr, lookups: dict[str, str]) -> str:
    """The text of an expression on the judged row, with a column for each look-up; `lookups` names them by their text.

    The expression itself stays as it is.
    """
    if expression.find(exp.In) is None:
        return sql(expression)
    tree = expression.copy()
    for node in list(tree.find_all(exp.In)):
        # A look-up within a look-up is part of its text.
        if node.args.get("query") is None or node.find_ancestor(exp.Select) is not None:
            continue
        text = sql(node)
        column = exp.Column(this=identifier(lookups.setdefault(text, f"look-up {len(lookups)}")), table=identifier(ROW))
        if node is tree:
            return sql(column)
        node.replace(column)
    return tree.sql(dialect=DIALECT, copy=False)


def scan_with(lookups: dict[str, str], figures: str, source: str) -> str:
    """The statement that asks for figures of a source, with those of the look-ups that they name."""
    columns = {f'"{ROW}"."{name}"': (text, f'"{name}"') for text, name in lookups.items()}
    used = {column: found for column, found in columns.items() if column in figures}
    if used and ROW_ID in f"{figures} {' '.join(text for text, _ in used.values())}".lower():
        for column, (text, _) in used.items():
            figures = figures.replace(column, text)
        used = {}
    if used:
        made = ", ".join(f"{text} as {name}" for text, name in used.values())
        source = f'(select "{ROW}".*, {made} from {source}) as "{ROW}"'
    return f"select {figures} from {source}"
