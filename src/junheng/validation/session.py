"""The statements of one run on one database, and what went wrong in them.

This is where an expression becomes the text of a dialect: `DuckSession` speaks DuckDB's, `spark_session` Spark's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
from sqlglot import exp

from junheng.validation.columns import Column, columns_of
from junheng.validation.expressions import identifier, sql
from junheng.validation.lookups import scan_with, without_lookups

if TYPE_CHECKING:
    from junheng.validation.failing_rows import FailingRows


@dataclass
class Session(ABC):
    """Runs statements and keeps them. `problems` says for each rule that could not be asked why.

    `errors` are what the database raises for a statement that it cannot run.
    """

    problems: dict[str, str] = field(default_factory=dict, kw_only=True)
    statements: list[str] = field(default_factory=list, kw_only=True)
    staged: list[exp.Table] = field(default_factory=list, kw_only=True)
    errors: ClassVar[tuple[type[Exception], ...]] = ()

    @abstractmethod
    def figure(self, expression: exp.Expr, source: exp.Expr) -> str:
        """The text of an aggregate over the rows of a source."""

    @abstractmethod
    def scan(self, figures: Sequence[str], source: exp.Expr) -> str:
        """The statement that asks for figures in one scan."""

    @abstractmethod
    def text(self, expression: exp.Expr) -> str:
        """The text of an expression."""

    @abstractmethod
    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and read its few rows."""

    @abstractmethod
    def tables_with_more_rows(self, rows: int) -> set[str]:
        """The names of the tables that are too large to be looked into at once; of files and frames that is unknown."""

    @abstractmethod
    def cannot_plan(self, query: exp.Query) -> str | None:
        """Why a query cannot be planned, None when it can; nothing is read."""

    @abstractmethod
    def described(self, query: exp.Query) -> Mapping[str, Column]:
        """The columns of the result of a query."""

    @abstractmethod
    def stage(self) -> exp.Table:
        """The name of a new table of the session, to be dropped by `drop_staged`."""

    @abstractmethod
    def keep(self, table: exp.Table, query: exp.Query) -> None:
        """Keep the result of a query in a table of the session."""

    @abstractmethod
    def write(self, store: FailingRows, query: exp.Query) -> None:
        """Add the rows of a query to the failing rows."""

    @abstractmethod
    def brought(self, store: FailingRows, query: exp.Query) -> AbstractContextManager[exp.Query]:
        """The rows of a query of one column of keys, as a query of the connection that holds the failing rows."""

    @abstractmethod
    def drop_staged(self) -> None:
        """Give the tables of the session back."""


@dataclass
class DuckSession(Session):
    """A connection of DuckDB."""

    connection: duckdb.DuckDBPyConnection
    lookups: dict[str, str] = field(default_factory=dict, kw_only=True)
    errors: ClassVar[tuple[type[Exception], ...]] = (duckdb.Error,)

    def figure(self, expression: exp.Expr, source: exp.Expr) -> str:
        """The text of an aggregate over the rows of a source."""
        return without_lookups(expression, self.lookups)

    def scan(self, figures: Sequence[str], source: exp.Expr) -> str:
        """The statement that asks for figures in one scan; each look-up in another table is made once for all."""
        # The texts are joined: to build one tree of them would write each a second time.
        return scan_with(self.lookups, ", ".join(figures), sql(source))

    def text(self, expression: exp.Expr) -> str:
        """The text of an expression."""
        return sql(expression)

    def described(self, query: exp.Query) -> Mapping[str, Column]:
        """The columns of the result of a query."""
        rows = self.connection.execute(f"describe {sql(query)}").fetchall()
        return columns_of((row[0], row[1]) for row in rows)

    def write(self, store: FailingRows, query: exp.Query) -> None:
        """Add the rows of a query to the failing rows."""
        self.execute(store.write(query))

    def brought(self, store: FailingRows, query: exp.Query) -> AbstractContextManager[exp.Query]:
        """The query itself: the failing rows are in the same database."""
        return nullcontext(query)

    def execute(self, statement: str) -> None:
        """Run a statement."""
        self.statements.append(statement)
        self.connection.execute(statement)

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and read its few rows."""
        self.statements.append(statement)
        return self.connection.execute(statement).fetchall()

    def tables_with_more_rows(self, rows: int) -> set[str]:
        """The names of the tables that are too large to be looked into at once; of files and frames that is unknown."""
        large = "select table_name from duckdb_tables() where estimated_size > $1"
        return {name for (name,) in self.connection.execute(large, [rows]).fetchall()}

    def cannot_plan(self, query: exp.Query) -> str | None:
        """Why a query cannot be planned, None when it can; nothing is read."""
        try:
            self.connection.execute(f"prepare junheng_rule as {sql(query)}")
            self.connection.execute("deallocate junheng_rule")
        except duckdb.Error as error:
            return first_line(error)
        return None

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
