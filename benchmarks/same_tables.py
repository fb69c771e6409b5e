"""Two published warehouses, table by table and row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

# What differs from run to run: how it is called and how long it took. Other tables of `quality` tell of one run: they
# only have to be there.
OF_ONE_RUN = {"rule_result": ("run_id", "seconds"), "failing_row": ("run_id",), "row_accounting": ()}


def differences(here: Path, there: Path) -> tuple[int, dict[str, str]]:
    """How many tables were compared, and what is different in which: columns, types, rows, or the table is missing."""
    found: dict[str, str] = {}
    with duckdb.connect() as connection:
        for name, out in (("here", here), ("there", there)):
            path = str(out / "warehouse.duckdb").replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = {name: _tables(connection, name) for name in ("here", "there")}
        for schema, table in sorted(tables["here"] ^ tables["there"]):
            found[f"{schema}.{table}"] = "only in one"
        shared = tables["here"] & tables["there"]
        both = sorted((schema, table) for schema, table in shared if schema != "quality" or table in OF_ONE_RUN)
        for schema, table in both:
            if different := _difference(connection, schema, table):
                found[f"{schema}.{table}"] = different
    return len(both), found


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, str]]:
    listed = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    return {(schema, table) for schema, table in listed}


def _difference(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str | None:
    here, there = (f'{name}."{schema}"."{table}"' for name in ("here", "there"))
    columns = connection.execute(f"describe {here}").fetchall()
    if connection.execute(f"describe {there}").fetchall() != columns:
        return "columns or types"
    without = OF_ONE_RUN.get(table, ()) if schema == "quality" else ()
    names = ", ".join(f'"{column[0]}"' for column in columns if column[0] not in without)
    here, there = f"select {names} from {here}", f"select {names} from {there}"
    rows = connection.execute(
        f"select count(*) from (({here} except all {there}) union all ({there} except all {here}))"
    ).fetchone()
    return f"{rows[0]} rows" if rows and rows[0] else None
