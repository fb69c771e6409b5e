"""The statements of one run on Spark: the same as on DuckDB, in its own words and under settings of our own."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from pyspark.errors import PySparkException
from sqlglot import exp

from junheng.validation.columns import Column, columns_of
from junheng.validation.expressions import ROW, RuleProblemError, identifier, sql
from junheng.validation.failing_rows import NAMES
from junheng.validation.gx_tables import type_in_duckdb
from junheng.validation.session import Session, first_line
from junheng.validation.spark_casts import MARK
from junheng.validation.spark_figures import PARTS, sum_of_parts
from junheng.validation.spark_lookups import decided, without_lookups
from junheng.validation.spark_settings import MEANING, settings_for_now
from junheng.validation.spark_sql import DIALECT, corrected, spark_sql
from junheng.validation.spark_trouble import trouble_told

if TYPE_CHECKING:
    from junheng.validation.failing_rows import FailingRows

DOUBLE = re.compile(f"{MARK}(double|float) ([^{MARK}]*){MARK}")
BATCH = 10_000


def spark_errors() -> tuple[type[Exception], ...]:
    """What Spark raises: its own errors, and those of the bridge to Java where there is one."""
    if find_spec("py4j") is None:
        return (PySparkException, RuleProblemError)
    return (PySparkException, import_module("py4j.protocol").Py4JError, RuleProblemError)


@contextmanager
def our_settings(spark: Any) -> Iterator[None]:
    """Settings on which results hang, for the time of a run. Spark's log of failed queries is silent meanwhile: what
    went wrong is the result of a rule.
    """
    log = logging.getLogger("SQLQueryContextLogger")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with settings_for_now(spark, MEANING):
            yield
    finally:
        log.setLevel(level)


@dataclass
class SparkStatements(Session):
    """A session of Spark. `columns` are those of the judged rows; `renamed` gives a table the name it has there."""

    spark: Any
    columns: Mapping[str, Column]
    renamed: Callable[[exp.Expr], exp.Expr] = field(default=lambda tree: tree)
    held: list[Any] = field(default_factory=list)
    lookups: dict[str, str] = field(default_factory=dict)
    errors: ClassVar[tuple[type[Exception], ...]] = spark_errors()

    def figure(self, expression: exp.Expr, source: exp.Expr) -> str:
        """The text of an aggregate over the rows of a source."""
        tree = decided(corrected(self.renamed(expression), self.columns, self.renamed(source)))
        return without_lookups(tree, self.lookups).sql(dialect=DIALECT)

    def scan(self, figures: Sequence[str], source: exp.Expr) -> str:
        """The statement that asks for figures in one scan; each look-up in another table is made once for all."""
        wanted = ", ".join(figures)
        used = [f", {text} as `{name}`" for text, name in self.lookups.items() if f"`{name}`" in wanted]
        rows = self.text(source)
        if used:
            rows = f"(select `{ROW}`.*{''.join(used)} from {rows}) as `{ROW}`"
        return f"select {wanted} from {rows}"

    def text(self, expression: exp.Expr) -> str:
        """The text of an expression."""
        return decided(corrected(self.renamed(expression), self.columns)).sql(dialect=DIALECT)

    @trouble_told()
    def frame(self, statement: str) -> Any:
        """The result of a query, not read yet."""
        self.statements.append(statement)
        return self.spark.sql(statement)

    @trouble_told()
    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and read its few rows."""
        return [tuple(map(arrived, row)) for row in self.frame(statement).collect()]

    def tables_with_more_rows(self, rows: int) -> set[str]:
        """None: Spark spreads large tables over its machines itself."""
        return set()

    def cannot_plan(self, query: exp.Query) -> str | None:
        """Why a query cannot be planned, None when it can; nothing is read."""
        source = query.args["from_"].this
        try:
            with trouble_told():
                self.spark.sql(spark_sql(self.renamed(query), self.columns, self.renamed(source))).schema  # noqa: B018
        except self.errors as error:
            return first_line(error)
        return None

    @trouble_told()
    def described(self, query: exp.Query) -> Mapping[str, Column]:
        """The columns of the result of a query."""
        return columns_of((name, type_in_duckdb(kind)) for name, kind in self.spark.sql(self.text(query)).dtypes)

    def stage(self) -> exp.Table:
        """The name of a new view of the session, to be dropped by `drop_staged`."""
        table = exp.Table(this=identifier(f"junheng_{uuid4().hex}_stage"))
        self.staged.append(table)
        return table

    @trouble_told()
    def keep(self, table: exp.Table, query: exp.Query) -> None:
        """Keep the result of a query where Spark keeps what it reads again: in memory, and on disk beyond it."""
        frame = self.frame(self.text(query)).persist()
        self.held.append(frame)
        frame.createOrReplaceTempView(table.name)

    @trouble_told()
    def write(self, store: FailingRows, query: exp.Query) -> None:
        """Add the rows of a query to the failing rows, a partition at a time."""
        columns = [f"c{number}" for number in range(len(NAMES))]
        rows = self.frame(self.text(query)).toDF(*columns).toLocalIterator()
        while batch := [tuple(map(arrived, row)) for row in islice(rows, BATCH)]:
            store.add(batch)

    @contextmanager
    def brought(self, store: FailingRows, query: exp.Query) -> Iterator[exp.Query]:
        """The rows of a query of one column of keys, in a table beside the failing rows."""
        table = exp.Table(this=identifier(f"brought {uuid4().hex}"), db=identifier("main"), catalog=identifier("temp"))
        store.connection.execute(f"create temp table {sql(table)} (keys varchar)")
        try:
            with trouble_told():
                rows = self.frame(self.text(query)).toLocalIterator()
                while batch := [arrived(row[0]) for row in islice(rows, BATCH)]:
                    written = f"insert into {sql(table)} select cast(json(unnest($1)) as varchar)"
                    store.connection.execute(written, [batch])
            yield exp.select("keys").from_(table)
        finally:
            store.connection.execute(f"drop table {sql(table)}")

    def drop_staged(self) -> None:
        """Give the views of the session back."""
        for frame in self.held:
            frame.unpersist()
        for table in self.staged:
            self.spark.catalog.dropTempView(table.name)


def arrived(value: Any) -> Any:
    """A value of Spark as DuckDB gives it: doubles in a text as DuckDB writes them, sums put together."""
    if isinstance(value, str):
        return DOUBLE.sub(lambda found: written(found[1], found[2]), value) if MARK in value else value
    if isinstance(value, list):
        return [arrived(part) for part in value]
    if isinstance(value, tuple) and getattr(value, "__fields__", None) == list(PARTS):
        return sum_of_parts(dict(zip(PARTS, value, strict=True)))
    return value


def written(kind: str, number: str) -> str:
    """A double as DuckDB writes it: the shortest digits that give it back; so does Python."""
    value = float(number.replace("Infinity", "inf"))
    if kind == "double":
        return repr(value)
    import numpy as np

    return str(np.float32(value))
