"""Where the rows come from: a DuckDB file or connection, Parquet, CSV, Arrow, pandas, Polars.

All become a relation of one connection.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

import duckdb
from sqlglot import exp

from junheng.errors import DataError, MachineError, UsageError
from junheng.validation.columns import Column, columns_of
from junheng.validation.expressions import ROW, call, identifier, sql, text, whole

WAREHOUSE, COPY = "warehouse", "copy of the stream"
FAILING_ROWS = "failing_row"
READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}
DATABASES = (".duckdb", ".db", ".ddb")


@dataclass(frozen=True)
class Limits:
    """What a connection of our own may use; None leaves DuckDB's own setting. `memory` as in `1GB`.

    What does not fit is written to `temporary_folder`, which is made when it is needed and removed afterwards. Failing
    rows are read in the order of their keys, so that the order of the table is kept only where a file is written.
    """

    memory: str | None = "750MB"
    threads: int | None = None
    temporary_folder: Path | None = field(default_factory=lambda: Path(gettempdir()) / f"junheng-{uuid4().hex}")
    keep_order: bool = False

    def settings(self) -> dict[str, Any]:
        """The limits as settings of DuckDB."""
        found = {
            "memory_limit": self.memory,
            "threads": self.threads,
            "temp_directory": str(self.temporary_folder) if self.temporary_folder else None,
            "preserve_insertion_order": self.keep_order,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Source:
    """The rows to judge: `relation` is None when there is no such table.

    `failing` is the table that takes failing rows. `is_alone`: no other table can be looked up beside it.
    `has_guessed_types`: the type of a column without any value says nothing.
    """

    connection: duckdb.DuckDBPyConnection
    relation: exp.Expr | None
    failing: exp.Table
    temporary: bool
    detach: Callable[[], None]
    close: Callable[[], None]
    is_alone: bool = False
    has_guessed_types: bool = False

    def columns(self) -> dict[str, Column]:
        """The columns of the table."""
        if self.relation is None:
            return {}
        return described(self.connection, self.relation)

    def narrowed(self, column: str, value: int) -> exp.Expr | None:
        """The rows of one year."""
        if self.relation is None:
            return None
        return narrowed(self.relation, column, value)


def described(connection: duckdb.DuckDBPyConnection, relation: exp.Expr) -> dict[str, Column]:
    """The columns of a relation."""
    rows = connection.execute(f"describe {sql(exp.select('*').from_(relation.copy()))}").fetchall()
    return dict(columns_of((row[0], row[1]) for row in rows))


def narrowed(relation: exp.Expr, column: str, value: int) -> exp.Expr:
    """The rows of a relation in which a column holds a whole number."""
    name = exp.Column(this=identifier(column), table=identifier(ROW))
    query = exp.select(exp.Star()).from_(relation.copy()).where(exp.EQ(this=name, expression=whole(value)))
    return exp.Subquery(this=query, alias=row_alias())


def row_alias() -> exp.TableAlias:
    """The alias of the judged rows."""
    return exp.TableAlias(this=identifier(ROW))


def table_named(name: str, catalog: str | None = None) -> exp.Table:
    """`table`, `schema.table` or `catalog.schema.table` as a table expression with the alias of the judged rows."""
    *above, last = name.split(".")
    database = identifier(above[-1]) if above else None
    found = identifier(above[-2]) if len(above) > 1 else identifier(catalog) if catalog and above else None
    return exp.Table(this=identifier(last), db=database, catalog=found, alias=row_alias())


def exists(connection: duckdb.DuckDBPyConnection, table: exp.Expr) -> bool:
    """Whether a table or view is there. A view that is broken raises duckdb.Error."""
    try:
        connection.execute(f"describe {sql(exp.select('*').from_(table.copy()))}")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        named = table.args.get("catalog") if isinstance(error, duckdb.BinderException) else table.this
        if named is not None and "does not exist" in str(error) and str(named.name) in str(error):
            return False
        raise
    return True


def own_connection(limits: Limits) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory within the limits. No name in a query finds a variable of a Python program."""
    return duckdb.connect(":memory:", config={**limits.settings(), "python_enable_replacements": False})


def open_source(data: Any, table: str | None, limits: Limits) -> Source:
    """The rows of a suite in a connection.

    `data` is the path of a DuckDB file, Parquet or CSV, a DuckDB connection (with `table`, a name or a relation of that
    connection), an Arrow table, or a data frame of pandas or Polars.

    Raises UsageError for data of another kind or a missing table name, MachineError for a file that cannot be opened.
    """
    if isinstance(data, duckdb.DuckDBPyConnection):
        return _of_connection(data, table)
    if isinstance(data, str | Path):
        path = Path(data)
        if path.suffix.lower() in READERS:
            return _of_file(path, limits)
        if path.suffix.lower() in DATABASES:
            return _of_database(path, _needed(table), limits)
        raise UsageError("data_unknown", found=path.name, expected=", ".join([*READERS, *DATABASES]))
    return _of_frame(data, limits)


def _needed(table: str | None) -> str:
    if not table:
        raise UsageError("data_without_table", expected="table")
    return table


def _of_connection(connection: duckdb.DuckDBPyConnection, table: Any) -> Source:
    if isinstance(table, duckdb.DuckDBPyRelation):
        name = f"judged {uuid4().hex}"
        table.create_view(name)
        relation = table_named(name)
        drop = sql(exp.Drop(tables=[exp.Table(this=identifier(name))], kind="VIEW", exists=True))
        return Source(connection, relation, temporary_table(), True, lambda: None, lambda: execute(connection, drop))
    relation = table_named(_needed(table))
    found = relation if exists(connection, relation) else None
    return Source(connection, found, temporary_table(), True, lambda: None, lambda: None)


def execute(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Run a statement."""
    connection.execute(statement)


def temporary_table() -> exp.Table:
    """The table of failing rows of a session."""
    return exp.Table(this=identifier(FAILING_ROWS), db=identifier("main"), catalog=identifier("temp"))


def _of_database(path: Path, table: str, limits: Limits) -> Source:
    connection = own_connection(limits)
    try:
        connection.execute(f"attach {sql(text(str(path)))} as {sql(identifier(WAREHOUSE))} (read_only)")
        connection.execute(f"use {sql(identifier(WAREHOUSE))}")
    except duckdb.Error as error:
        connection.close()
        raise MachineError("warehouse_unreadable", file=path, detail=str(error)) from error

    def detach() -> None:
        connection.execute("use memory")
        connection.execute(f"detach {sql(identifier(WAREHOUSE))}")

    relation = table_named(table, WAREHOUSE)
    found = relation if exists(connection, relation) else None
    return Source(connection, found, temporary_table(), True, detach, connection.close)


def refuse_other_encodings(path: Path) -> None:
    """Refuse a text file that is not UTF-8: DuckDB would notice only in the columns that a rule reads.

    Raises DataError.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise DataError("data_unreadable", file=path, row=number, found=str(error), expected="UTF-8") from error


def _of_file(path: Path, limits: Limits) -> Source:
    if not path.is_file() and not glob.glob(str(path)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        raise UsageError("data_missing", file=path)
    if path.is_file() and path.stat().st_size == 0:
        raise DataError("data_unreadable", file=path, found="0 bytes")
    if path.is_file() and path.suffix.lower() != ".parquet":
        refuse_other_encodings(path)
    connection = own_connection(limits)
    # A file whose name has brackets or stars is that file and no pattern.
    name = re.sub(r"([*?\[])", r"[\1]", str(path)) if path.is_file() else str(path)
    read = call(READERS[path.suffix.lower()], text(name))
    if path.suffix.lower() != ".parquet":
        # Types are guessed from the whole file: a guess from its head would fail in the middle of a scan.
        read.append("expressions", exp.PropertyEQ(this=exp.to_identifier("sample_size"), expression=whole(-1)))
    view = f"create temp view {sql(identifier(WAREHOUSE))} as {sql(exp.select(exp.Star()).from_(read))}"
    try:
        connection.execute(view)
    except duckdb.Error as error:
        connection.close()
        raise DataError("data_unreadable", file=path, found=str(error).splitlines()[0]) from error
    return alone(connection, WAREHOUSE, has_guessed_types=path.suffix.lower() != ".parquet")


def alone(connection: duckdb.DuckDBPyConnection, name: str, *, has_guessed_types: bool) -> Source:
    """A table that stands in a connection of its own."""
    return Source(
        connection,
        table_named(name),
        temporary_table(),
        True,
        lambda: None,
        connection.close,
        is_alone=True,
        has_guessed_types=has_guessed_types,
    )


class ArrowStream:
    """A table that is handed over as a stream of Arrow batches, each time it is read."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.data.__arrow_c_stream__(requested_schema)


def needs_wrapping(data: Any) -> bool:
    """Whether DuckDB would ask for pyarrow to read what it can read without: a data frame of Polars, for one."""
    return hasattr(data, "__arrow_c_stream__") and not hasattr(data, "iloc") and find_spec("pyarrow") is None


def _of_frame(data: Any, limits: Limits) -> Source:
    connection = own_connection(limits)
    try:
        connection.register(WAREHOUSE, ArrowStream(data) if needs_wrapping(data) else data)
        if type(data).__name__ == "RecordBatchReader":  # it can be read only once
            connection.execute(f"create temp table {sql(identifier(COPY))} as from {sql(identifier(WAREHOUSE))}")
            return alone(connection, COPY, has_guessed_types=False)
    except (duckdb.Error, TypeError) as error:
        connection.close()
        raise UsageError(
            "data_unknown", found=type(data).__name__, expected="Path, DuckDB, Arrow, pandas, Polars"
        ) from error
    # DuckDB takes the type of the Python objects in a frame of pandas from their values.
    return alone(connection, WAREHOUSE, has_guessed_types=hasattr(data, "iloc"))
