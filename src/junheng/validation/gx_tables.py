"""The rows that Great Expectations judges, in DuckDB or Spark; both also answer queries of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from uuid import uuid4

import duckdb
from sqlglot import exp

from junheng.validation.columns import Column, columns_of
from junheng.validation.expressions import identifier, sql
from junheng.validation.gx_session import GxOutcomes, GxRule, judge_frame, judge_query
from junheng.validation.sources import described, row_alias

# The types of Spark as DuckDB names them; decimals are named alike.
TYPES = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP",
}
DECIMAL = re.compile(r"decimal\(\d+,\d+\)")


class GxTable(Protocol):
    """Rows under judgement. `source` is a table expression with the alias ROW."""

    @property
    def source(self) -> exp.Expr:
        """The rows in a query of our own."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns by name."""

    def judge(self, rules: Sequence[GxRule], result_format: Mapping[str, Any]) -> GxOutcomes:
        """Ask Great Expectations."""

    def fetch(self, query: exp.Expr) -> list[dict[str, Any]]:
        """All rows of a query of our own. Raises what the database raises."""


class DuckTable:
    """A relation of a DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: exp.Expr) -> None:
        self.connection = connection
        self.source = relation
        self.columns = described(connection, relation)

    def judge(self, rules: Sequence[GxRule], result_format: Mapping[str, Any]) -> GxOutcomes:
        """Ask Great Expectations."""
        query = sql(exp.select("*").from_(self.source.copy()))
        return judge_query(self.connection, query, rules, result_format)

    def fetch(self, query: exp.Expr) -> list[dict[str, Any]]:
        """All rows of a query."""
        found = self.connection.execute(sql(query))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class SparkTable:
    """A Spark data frame, seen by Spark SQL under a name of its own."""

    def __init__(self, frame: Any, name: str) -> None:
        self.frame = frame
        self.source = exp.Table(this=identifier(name), alias=row_alias())
        self.columns = columns_of((column, type_in_duckdb(kind)) for column, kind in frame.dtypes)

    def judge(self, rules: Sequence[GxRule], result_format: Mapping[str, Any]) -> GxOutcomes:
        """Ask Great Expectations."""
        return judge_frame(self.frame, rules, result_format)

    def fetch(self, query: exp.Expr) -> list[dict[str, Any]]:
        """All rows of a query."""
        found = self.frame.sparkSession.sql(query.sql(dialect="spark"))
        return [dict(zip(found.columns, row, strict=True)) for row in found.collect()]


@contextmanager
def spark_table(frame: Any, year_column: str | None, school_year: int | None) -> Iterator[SparkTable]:
    """A data frame as a table, held in memory for the time of the judgement: every rule reads it several times."""
    if year_column and school_year is not None:
        frame = frame.filter(frame[year_column] == school_year)
    name = f"junheng_{uuid4().hex}"
    held = frame.persist()
    held.createOrReplaceTempView(name)
    try:
        yield SparkTable(held, name)
    finally:
        frame.sparkSession.catalog.dropTempView(name)
        held.unpersist()


def is_spark(data: Any) -> bool:
    """Whether data is a Spark data frame or session, told without importing Spark."""
    return type(data).__module__.startswith("pyspark.sql") and (hasattr(data, "sparkSession") or hasattr(data, "sql"))


def type_in_duckdb(name: str) -> str:
    """A type of Spark under DuckDB's name, or as it is."""
    return name.upper() if DECIMAL.fullmatch(name) else TYPES.get(name, name)
