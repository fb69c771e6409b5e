"""Tables over a Spark Connect connection as Arrow, a part at a time: neither side ever holds a whole large table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from junheng.spark.handover import ROWS

# A server makes rows of a part, three times as large, and hands them to its workers in messages of 128 MB at most.
BYTES_SENT = 16 * 1024 * 1024
# A server collects the result of a query before it sends it, and refuses more than 1 GB (spark.driver.maxResultSize):
# a table is fetched by its files, none of which may be too large for that.
SETTINGS: Mapping[str, str] = {"spark.sql.files.maxRecordsPerFile": str(ROWS)}


def send(session: Any, name: str, file: Path) -> None:
    """Make the table of a Parquet file on the server; `name` as SQL has it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as rows:
        is_empty = True
        for batch in rows.iter_batches(ROWS):
            for part in parts_of(pa.Table.from_batches([batch])):
                session.createDataFrame(part).write.mode("append").saveAsTable(name, format="parquet")
                is_empty = False
        if is_empty:
            # The client takes no table without rows.
            columns = rows.schema_arrow
            nothing = pa.Table.from_arrays([pa.nulls(1, field.type) for field in columns], names=columns.names)
            session.createDataFrame(nothing).where("false").write.saveAsTable(name, format="parquet")


def parts_of(table: Any, limit: int = BYTES_SENT) -> Iterator[Any]:
    """Slices of an Arrow table, of some `limit` bytes each and of one row at least; none of a table without rows."""
    rows = max(1, table.num_rows * limit // max(1, table.nbytes))
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


def fetch(session: Any, name: str, folder: Path) -> None:
    """Write a table of the server, which it keeps as files, into Parquet files of a folder; `name` as SQL has it."""
    import pyarrow.parquet as pq
    from pyspark.sql.functions import col

    folder.mkdir()
    table = session.table(name)
    file = col("_metadata.file_path")
    queries = [table]
    if len(table.inputFiles()) > 1:
        counted = table.groupBy(file.alias("file")).count().collect()
        groups = groups_of((row["file"], row["count"]) for row in counted)
        queries = [table.where(file.isin(group)) for group in groups] or queries
    for number, query in enumerate(queries):
        pq.write_table(query.toArrow(), folder / f"rows-{number}.parquet")


def groups_of(files: Iterable[tuple[str, int]], limit: int = ROWS) -> list[list[str]]:
    """Files with their rows, in groups of at most `limit` rows; a file with more is a group of its own."""
    groups: list[list[str]] = []
    room = 0
    for file, rows in sorted(files):
        if not groups or rows > room:
            groups.append([])
            room = limit
        groups[-1].append(file)
        room -= rows
    return groups
