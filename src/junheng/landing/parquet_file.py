"""A Parquet file as a block: its columns by name, of whatever type; every value is read as its exact text."""

from __future__ import annotations

import duckdb

from junheng.landing.model import Block, HandedFile, ParquetRows
from junheng.landing.records import parquet_columns
from junheng.landing.refused import refused


def read_parquet_file(connection: duckdb.DuckDBPyConnection, file: HandedFile) -> Block:
    """The block of a Parquet file. Raises FileRefusedError for one whose footer cannot be read."""
    try:
        headers = parquet_columns(connection, file.path)
    except duckdb.Error as error:
        raise refused("parquet_unreadable", file, found=parquet_error(error)) from error
    return Block(file, None, False, 1, None, None, (), (), tuple(headers), ParquetRows(file.path))


def parquet_error(error: duckdb.Error) -> str:
    """What the reader says, without the path of the file."""
    return str(error).splitlines()[0].split("'")[0].split('"')[0].strip()[:200]
