"""One local Spark session, and the tables of `awkward` as data frames."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.spark_tuned import JAVA, TUNED
from tests.conformance.awkward import COLUMNS, TABLES

TYPES = {
    "INTEGER": "int",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
CODEGEN = "spark.sql.codegen.factoryMode"
SETTINGS = TUNED | {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    # Its memory need not grow bit by bit.
    "spark.driver.extraJavaOptions": f"{JAVA} -Xms700m -Xmn400m",
}


@contextmanager
def spark_session() -> Iterator[Any]:
    """A Spark of this machine that listens on the loopback address only."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("junheng-tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()


def awkward_frame(session: Any, table: str) -> Any:
    """A table of TABLES as a data frame."""
    return frame_of_rows(session, list(zip(*(values[: TABLES[table]] for _, values in COLUMNS.values()), strict=True)))


def frame_of_rows(session: Any, rows: Sequence[tuple[Any, ...]]) -> Any:
    """Rows of the columns of COLUMNS as a data frame."""
    schema = ", ".join(f"`{name}` {TYPES.get(kind, kind.lower())}" for name, (kind, _) in COLUMNS.items())
    kinds = [kind for kind, _ in COLUMNS.values()]
    cells = [tuple(cell(kind, value) for kind, value in zip(kinds, row, strict=True)) for row in rows]
    return session.createDataFrame(cells, schema)


def cell(kind: str, value: Any) -> Any:
    """A value of COLUMNS as Spark takes it."""
    if value is None:
        return None
    if kind == "DATE":
        return dt.date.fromisoformat(value)
    return dt.datetime.fromisoformat(value) if kind == "TIMESTAMP" else value
