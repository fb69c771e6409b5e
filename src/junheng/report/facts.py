"""The only reader of the published warehouse: rows with names, in an order that is always given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.landing.cells import quoted
from junheng.query import open_published

# Without these a warehouse is none that this version has published.
NEEDED = ("display.shown_county_verdict", "quality.run")


@dataclass(frozen=True)
class Row:
    """One row of a table: columns are attributes. `word("standing")` is `standing_zh` or `standing_en`."""

    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Facts:
    """The published warehouse of one build, opened for reading only."""

    is_public = False

    def __init__(self, warehouse: Path) -> None:
        """Raises UsageError when there is no warehouse or an older one, MachineError when it cannot be opened."""
        self.warehouse = warehouse
        self.connection = open_published(warehouse)
        for name in NEEDED:
            if not self.exists(name):
                self.close()
                raise UsageError("warehouse_too_old", file=warehouse, expected=name)

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

    def __enter__(self) -> Facts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exists(self, table: str) -> bool:
        """Whether a table `schema.name` is there."""
        schema, name = table.split(".")
        found = self.connection.execute(
            "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
        ).fetchone()
        return bool(found and found[0])

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table `schema.name`; none when it is not there."""
        schema, name = table.split(".")
        found = self.connection.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchall()
        return frozenset(column for (column,) in found)

    def rows(self, table: str, order: Sequence[str], **equal: Any) -> list[Row]:
        """The rows of `schema.name` whose columns equal the given values, sorted by `order` (`-name`: descending).

        NULL comes last. Raises MachineError when the table cannot be read.
        """
        schema, name = table.split(".")
        where = " and ".join(f"{quoted(column)} is not distinct from ?" for column in equal)
        by = ", ".join(
            f"{quoted(column.removeprefix('-'))} {'desc' if column.startswith('-') else 'asc'} nulls last"
            for column in order
        )
        query = f"select * from {quoted(schema)}.{quoted(name)}{' where ' + where if where else ''} order by {by}"
        try:
            cursor = self.connection.execute(query, list(equal.values()))
        except duckdb.Error as error:
            raise MachineError("warehouse_unreadable", file=self.warehouse, found=str(error).splitlines()[0]) from error
        names = [column[0] for column in cursor.description or ()]
        return [Row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

    @cached_property
    def run(self) -> Row:
        """The run that published this warehouse."""
        return self.rows("quality.run", ["build_id"])[0]

    @property
    def school_year(self) -> int:
        """The school year that was judged."""
        return int(self.run.school_year)

    @cached_property
    def school_year_shown(self) -> str:
        """The same with both of its years."""
        return str(self.counties[0].school_year_shown)

    @property
    def built_at(self) -> datetime:
        """The time that every file of the report carries."""
        found: datetime = self.run.started_at
        return found

    @cached_property
    def counties(self) -> list[Row]:
        """The verdict of every county of the judged year."""
        return self.rows("display.shown_county_verdict", ["county_code"], school_year=self.school_year)
