"""The statements of one run on one connection, and what went wrong in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp

from junheng.validation.expressions import identifier, sql


@dataclass
class Session:
    """Runs statements and keeps them. `problems` says for each rule that could not be asked why."""

    connection: duckdb.DuckDBPyConnection
    problems: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    staged: list[exp.Table] = field(default_factory=list)

    def execute(self, statement: str) -> None:
        """Run a statement."""
        self.statements.append(statement)
        self.connection.execute(statement)

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and read its few rows."""
        self.statements.append(statement)
        return self.connection.execute(statement).fetchall()

    def plans(self, rule_id: str, query: exp.Query) -> bool:
        """Whether a query can be planned (nothing is read); if not, that is the rule's problem."""
        try:
            self.connection.execute(f"prepare junheng_rule as {sql(query)}")
            self.connection.execute("deallocate junheng_rule")
        except duckdb.Error as error:
            self.problems[rule_id] = first_line(error)
            return False
        return True

    def stage(self) -> exp.Table:
        """The name of a new table of the session, to be dropped by `drop_staged`."""
        table = exp.Table(
            this=identifier(f"junheng stage {len(self.staged)}"), db=identifier("main"), catalog=identifier("temp")
        )
        self.staged.append(table)
        return table

    def keep(self, table: exp.Table, query: exp.Query) -> None:
        """Keep the result of a query in a table of the session."""
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        self.execute(sql(exp.Create(this=table.copy(), kind="TABLE", expression=query, properties=temporary)))

    def drop_staged(self) -> None:
        """Give the tables of the session back."""
        for table in self.staged:
            self.connection.execute(sql(exp.Drop(tables=[table], kind="TABLE", exists=True)))


def first_line(error: Exception) -> str:
    """An exception in one line."""
    words = str(error.args[0]) if isinstance(error, KeyError) else str(error)
    lines = words.strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
