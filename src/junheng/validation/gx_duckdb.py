"""DuckDB for Great Expectations 1.24, which has no datasource for it.

Import this module only inside a function: it imports Great Expectations, which takes seconds.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import duckdb
import sqlalchemy as sa
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import StaticPool

# Connections by the name in the connection string of a datasource, which is a document and can hold only text.
CONNECTIONS: dict[str, duckdb.DuckDBPyConnection] = {}


class BorrowedConnection(ConnectionWrapper):
    """A DuckDB connection that belongs to somebody else: no transaction of it is touched, and it is never closed."""

    autocommit = True

    def commit(self) -> None:
        """Every statement is its own transaction."""

    def rollback(self) -> None:
        """Nothing of ours is to be rolled back; DuckDB would drop the owner's changes."""

    def close(self) -> None:
        """The owner closes it."""


class JunhengExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps its connection between execute and fetch.

    The stock engine closes the connection first, and DuckDB drops a result with its connection. Metrics are registered
    by the name of the class: it must not be that of the DuckDB engine that Great Expectations may one day ship.
    """

    def close(self) -> None:
        """Close the kept connection too: the stock engine forgets it, and a file would stay locked."""
        if self._connection:
            self._connection.close()
            self._connection = None
        super().close()

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        """The one connection; SQLAlchemy's own transaction, in which DuckDB takes no part, is ended after an error."""
        if not self._connection:
            self._connection = self.engine.connect()
        try:
            yield self._connection
        except Exception:
            self._connection.rollback()
            raise

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> Any:
        """The rows of a row condition as a subquery: SQLAlchemy 2.1 joins no bare select, as compound keys need."""
        records = super().get_domain_records(domain_kwargs)
        return records.subquery() if isinstance(records, sa.Select) else records


class JunhengDatasource(SQLDatasource):
    """DuckDB as a datasource (`context.data_sources.add_junheng_duckdb`).

    Its connection string is a URL, `duckdb:///warehouse.duckdb`, or the name of an open connection in CONNECTIONS.
    """

    type: Literal["junheng_duckdb"] = "junheng_duckdb"  # type: ignore[assignment]
    connection_string: str

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that runs the metrics."""
        return JunhengExecutionEngine

    def get_engine(self) -> sa.Engine:
        """SQLAlchemy on the connection or on the file."""
        if self.connection_string not in CONNECTIONS:
            opened: sa.Engine = super().get_engine()
            return opened
        engine: sa.Engine | None = self._engine
        if engine is None:
            borrowed = BorrowedConnection(CONNECTIONS[self.connection_string])
            engine = self._engine = sa.create_engine("duckdb://", creator=lambda: borrowed, poolclass=StaticPool)
        return engine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        """The one engine of this datasource."""
        if self.connection_string not in CONNECTIONS:
            return super().get_execution_engine()
        if self._execution_engine is None:
            self._execution_engine = JunhengExecutionEngine(engine=self.get_engine(), create_temp_table=False)
        return self._execution_engine
