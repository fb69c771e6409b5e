"""What every way to Spark has to do around a run of dbt, and what all of them agree on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from junheng.spark.handover import given_tables
from junheng.spark.place import Place
from junheng.validation.spark_settings import MEANING

OLDEST = 4


class Way(Protocol):
    """One way to Spark. What it raises is told in words by the build."""

    def begin(self) -> None:
        """Connect, and name the tables that were handed over."""

    def prepare_dbt(self, credentials: Any) -> None:
        """Tell dbt, by its credentials, where Spark is; before it looks at them."""

    def settings(self) -> dict[str, str]:
        """The settings under which dbt runs every statement."""

    def bring(self) -> None:
        """Bring what was made to the folder of the build, where Spark does not write there itself."""

    def end(self) -> None:
        """Leave nothing behind."""


@dataclass(frozen=True)
class Statements:
    """A catalogue that others use too: schemas of our own in it, made and dropped by statements."""

    run: Callable[[str], Any]
    place: Place

    def name_given(self) -> None:
        """Name the files that were handed over, which Spark reads itself, and say where it writes."""
        for schema in self.place.made_schemas():
            folder = named(self.place.made_in(schema))
            self.run(f"create schema if not exists {self.schema(schema)} location {text(folder)}")
        for schema, name, file in given_tables(self.place):
            self.run(f"create schema if not exists {self.schema(schema)}")
            self.run(f"create table {self.schema(schema)}.`{name}` using parquet location {text(named(file))}")

    def schema(self, public: str) -> str:
        """The name of a schema in SQL."""
        return f"`{self.place.schemas}{public}`"

    def schemas(self) -> Iterator[str]:
        """The public names of all schemas that we have made."""
        given = {schema for schema, _, _ in given_tables(self.place)}
        yield from sorted(given.union(self.place.made_schemas()))

    def keep(self) -> None:
        """Put the files of what was made aside: to drop a table deletes them."""
        self.place.made.rename(self.place.kept)

    def drop(self) -> None:
        """Drop our schemas with all that is in them; what was kept is then where it was made."""
        try:
            for schema in self.schemas():
                self.run(f"drop schema if exists {self.schema(schema)} cascade")
        finally:
            if self.place.kept.exists():
                shutil.rmtree(self.place.made, ignore_errors=True)
                self.place.kept.rename(self.place.made)


def named(path: Path) -> str:
    """A path as Spark takes it: of this file system, whatever the default one is, and not percent-encoded."""
    return f"file://{path.as_posix()}"


def text(value: str) -> str:
    """A text as a literal of Spark."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def require_version(version: str) -> None:
    """Raise RuntimeError for a server whose Spark is too old for the models."""
    if int(version.split(".", 1)[0]) < OLDEST:
        raise RuntimeError(f"SPARK_TOO_OLD: Spark {version} < {OLDEST}.0")


def require_settings(found: dict[str, str]) -> None:
    """Raise RuntimeError when a server does not take the settings on which results hang."""
    there = {name: found.get(name, "-") for name in MEANING}
    wrong = [f"{name}={there[name]}" for name, value in MEANING.items() if there[name].lower() != value.lower()]
    if wrong:
        raise RuntimeError("SPARK_SETTINGS: " + ", ".join(wrong))
