"""DuckDB for Great Expectations 1.24, which has no datasource for it.

Import this module only inside a function: it imports Great Expectations, which takes seconds.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine


class JunhengExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps its connection between execute and fetch.

    The stock engine closes the connection first, and DuckDB drops a result with its connection. Metrics are registered
    by the name of the class: it must not be that of the DuckDB engine that Great Expectations may one day ship.
    """

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        """The one connection; an error rolls back, or it would abort the transaction of every rule that follows."""
        if not self._connection:
            self._connection = self.engine.connect()
        try:
            yield self._connection
        except Exception:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Close the kept connection too: the stock engine forgets it, and the file would stay locked."""
        if self._connection:
            self._connection.close()
            self._connection = None
        super().close()


class JunhengDatasource(SQLDatasource):
    """A DuckDB file as a datasource (`context.data_sources.add_junheng_duckdb`)."""

    type: Literal["junheng_duckdb"] = "junheng_duckdb"  # type: ignore[assignment]
    connection_string: str

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that runs the metrics."""
        return JunhengExecutionEngine
