"""Where the rows of a check on Spark come from: a data frame, a table of the catalog, Parquet in any storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.validation.gx_tables import is_spark
from junheng.validation.spark_tables import SparkTables, parquet


@contextmanager
def spark_source(data: Any, table: str) -> Iterator[tuple[SparkTables, Any | None]]:
    """The tables and the judged rows, None when there is no such table.

    `data`: a data frame of Spark, a session of Spark or tables of one (which have `table`), or the address of a
    Parquet file or folder that Spark reads.

    Raises UsageError for data of another kind and for an address where nothing is.
    """
    if isinstance(data, SparkTables):
        yield data, data.frame(table)
        return
    if is_spark(data):
        tables = SparkTables(data.sparkSession if hasattr(data, "sparkSession") else data)
        frame = data if hasattr(data, "sparkSession") else tables.frame(table)
    elif isinstance(data, str | Path):
        from junheng.validation.spark_start import spark_session

        tables = SparkTables(spark_session())
        frame = parquet(tables.spark, str(data))
        if frame is None:
            raise UsageError("data_missing", file=str(data))
    else:
        raise UsageError("data_unknown", found=type(data).__name__, expected="Spark, Parquet")
    try:
        yield tables, frame
    finally:
        tables.close()
