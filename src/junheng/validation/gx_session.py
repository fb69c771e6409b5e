"""One silent, read-only connection of Great Expectations to a warehouse file."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from junheng.errors import MachineError

QUOTE = '"'


class GxSession:
    """Great Expectations on one DuckDB file: batches to validate, and plain queries over the same connection.

    Everything heavy is imported here, on first use. Use `gx_session` to open one: it closes the file again.
    Raises MachineError when there is no such file or another connection holds it open for writing.
    """

    def __init__(self, database: Path) -> None:
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.datasource.fluent.interfaces import TestConnectionError
        from sqlalchemy import URL

        import junheng.validation.gx_duckdb  # noqa: F401 - defining the datasource registers it

        self._gx = gx
        # The mode is explicit: without it, stray environment variables would select a context that uses the network.
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        url = URL.create("duckdb", database=str(database)).render_as_string()
        try:
            self._datasource = context.data_sources.add_junheng_duckdb(
                "warehouse", connection_string=url, kwargs={"connect_args": {"read_only": True}}
            )
        except TestConnectionError as error:
            raise MachineError("warehouse_unreadable", file=database, found=str(error).splitlines()[0]) from error
        self._engine = self._datasource.get_execution_engine()
        self._batches = 0

    def columns(self, table: str) -> list[str]:
        """Column names of `schema.table` in their order; empty when there is no such table."""
        schema, name = table.split(".")
        rows = self.query(
            "select column_name from information_schema.columns where table_catalog = current_database()"
            f" and table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
        )
        return [row["column_name"] for row in rows]

    def query(self, sql: str) -> list[dict[str, Any]]:
        """All rows of a query, as dictionaries. Raises what the database raises."""
        import sqlalchemy

        result = self._engine.execute_query(sqlalchemy.text(sql))
        return [dict(row._mapping) for row in result.fetchall()]

    def validate(
        self, selection: str, suite: Mapping[str, Any], parameters: Mapping[str, Any], result_format: Mapping[str, Any]
    ) -> list[Any]:
        """Run a suite document on the rows of a query; one result of Great Expectations for each rule, in any order."""
        self._batches += 1
        asset = self._datasource.add_query_asset(f"batch_{self._batches}", query=selection)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        outcome = batch.validate(
            self._gx.ExpectationSuite(**suite),
            result_format=dict(result_format),
            expectation_parameters=dict(parameters),
        )
        return list(outcome.results)

    def close(self) -> None:
        """Give the file back: DuckDB keeps it locked for writers until every connection is gone."""
        self._engine.close()
        for engine in (self._engine.engine, self._datasource.get_engine()):
            engine.dispose()


@contextmanager
def gx_session(database: Path) -> Iterator[GxSession]:
    """Open a session in silence: no warnings, no log lines, no progress bars; closed on the way out."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            session = GxSession(database)
            try:
                yield session
            finally:
                session.close()
    finally:
        logger.setLevel(level)


def quoted(identifier: str) -> str:
    """An identifier in SQL, with its dots: `marts.fct` becomes `"marts"."fct"`."""
    return ".".join(f'"{part.replace(QUOTE, QUOTE * 2)}"' for part in identifier.split("."))
