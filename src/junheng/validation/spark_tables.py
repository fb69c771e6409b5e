"""The tables of Spark that rules read by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import duckdb
from sqlglot import exp

from junheng.validation.expressions import identifier, sql
from junheng.validation.gx_tables import type_in_duckdb
from junheng.validation.sources import table_named

# The seeds that parameters of suites come from.
STANDARDS = ("thresholds", "parameters", "plausibility_bounds")


@dataclass
class SparkTables:
    """The tables that rules can read by name: those of the catalog, and frames given under a name."""

    spark: Any
    frame_of: Callable[[str], Any | None] = field(default=lambda name: None)
    views: dict[str, str | None] = field(default_factory=dict)

    def view(self, table: exp.Table) -> str | None:
        """The view of a table that is given as a frame; None for one of the catalog."""
        name = ".".join(part.name for part in table.parts)
        if name not in self.views:
            frame = self.frame_of(name)
            self.views[name] = None if frame is None else self.register(frame)
        return self.views[name]

    def register(self, frame: Any) -> str:
        """A frame under a name of its own."""
        view = f"junheng_{uuid4().hex}"
        frame.createOrReplaceTempView(view)
        return view

    def renamed(self, tree: exp.Expr) -> exp.Expr:
        """An expression with the views in place of the tables that they show."""

        def rename(node: exp.Expr) -> exp.Expr:
            view = self.view(node) if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) else None
            if view is None:
                return node
            alias = node.args.get("alias") or exp.TableAlias(this=node.this.copy())
            return exp.Table(this=identifier(view), alias=alias.copy())

        return tree.transform(rename)

    def exists(self, table: exp.Table) -> bool:
        """Whether a table or view is there."""
        if self.view(table) is not None:
            return True
        return bool(self.spark.catalog.tableExists(".".join(f"`{part.name}`" for part in table.parts)))

    def frame(self, name: str) -> Any | None:
        """The rows of a table, None when there is none of that name."""
        table = table_named(name)
        if not self.exists(table):
            return None
        view = self.view(table)
        return self.spark.table(view or ".".join(f"`{part.name}`" for part in table.parts))

    def close(self) -> None:
        """Forget the views."""
        for view in self.views.values():
            if view is not None:
                self.spark.catalog.dropTempView(view)
        self.views.clear()


def parquet(spark: Any, address: str) -> Any | None:
    """The rows of a Parquet file or folder, None when there is none."""
    from pyspark.errors import AnalysisException

    try:
        return spark.read.parquet(address)
    except AnalysisException as error:
        if error.getCondition() == "PATH_NOT_FOUND":
            return None
        raise


def folder_tables(spark: Any, folder: str) -> SparkTables:
    """The tables of a folder of Parquet: `schema/table`, `schema.table`, or `table` for the raw tables; each is a file
    that ends in `.parquet` or a folder.
    """

    def frame_of(name: str) -> Any | None:
        schema, _, table = name.rpartition(".")
        places = [f"{schema}/{table}", name] if schema else [name]
        places += [table] if schema == "raw" else []
        addresses = (f"{folder.rstrip('/')}/{place}{ending}" for place in places for ending in (".parquet", ""))
        return next((frame for address in addresses if (frame := parquet(spark, address)) is not None), None)

    return SparkTables(spark, frame_of)


def standards_of(tables: SparkTables) -> duckdb.DuckDBPyConnection:
    """The seeds that parameters of suites come from, in a DuckDB of their own; those that Spark has."""
    connection = duckdb.connect()
    connection.execute("create schema standards")
    for name in STANDARDS:
        frame = tables.frame(f"standards.{name}")
        if frame is None:
            continue
        columns = ", ".join(f"{sql(identifier(column))} {type_in_duckdb(kind)}" for column, kind in frame.dtypes)
        connection.execute(f"create table standards.{name} ({columns})")
        marks = ", ".join("?" for _ in frame.columns)
        rows = [list(row) for row in frame.collect()]
        if rows:
            connection.executemany(f"insert into standards.{name} values ({marks})", rows)
    return connection
