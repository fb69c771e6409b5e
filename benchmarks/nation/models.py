"""Where the transformation spends its time: python -m benchmarks.nation.models WAREHOUSE CACHE SCRATCH.

The statements that a build has kept run once more on the raw tables of a published warehouse, each with its seconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

from junheng.compiled_project import CompiledProject
from junheng.project import packaged_project

GIVEN = ("raw", "quality")


def seconds_of_nodes(warehouse: Path, kept: Path, scratch: Path) -> list[tuple[str, float]]:
    """Every model, seed and test with its seconds, the slowest first.

    Raises ValueError when the statements do not run on these raw tables.
    """
    file = scratch / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{warehouse}' as published (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            f" where database_name = 'published' and schema_name in {GIVEN}"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f'create table "{schema}"."{table}" as from published."{schema}"."{table}"')
    found: list[tuple[str, float]] = []
    last = time.perf_counter()

    def on_node(name: str, _place: int, _total: int) -> None:
        nonlocal last
        found.append((name, time.perf_counter() - last))
        last = time.perf_counter()

    if CompiledProject(kept, packaged_project().root).run(file, on_node) is None:
        raise ValueError(f"{kept} does not run on the raw tables of {warehouse}")
    return sorted(found, key=lambda one: -one[1])


def main() -> None:
    """Print the nodes as JSON."""
    warehouse, cache, scratch = (Path(path) for path in sys.argv[1:4])
    (kept,) = cache.glob("*.duckdb")
    print(json.dumps(seconds_of_nodes(warehouse, kept, scratch)))


if __name__ == "__main__":
    main()
