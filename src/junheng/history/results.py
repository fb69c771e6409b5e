"""The results of a build in one shape: a row for each verdict, for each rule and for each table.

The history keeps them as Parquet, so that builds which are no longer there can still be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from junheng.errors import MachineError
from junheng.landing.cells import literal, quoted

# What is judged, from the county down to one figure of one school.
KINDS = ("county", "item", "county_indicator", "difference", "unit", "indicator")
TABLES = ("verdict", "rule_result", "row_count")
RULE_COLUMNS = "rule_id, suite, table_name, severity, status, rows_checked, rows_failed"
PUBLIC_SCHEMAS = ("raw", "marts")

_VERDICT_COLUMNS = (
    "kind varchar, school_year integer, county_code varchar, school_code varchar, stage varchar, id varchar,"
    " name varchar, verdict varchar, status varchar, reason varchar, value varchar, threshold varchar,"
    " numerator varchar, denominator varchar"
)
_SHAPES = {
    "verdict": _VERDICT_COLUMNS,
    "rule_result": (
        "rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar, rows_checked bigint,"
        " rows_failed bigint"
    ),
    "row_count": "table_name varchar, row_count bigint",
}
# Texts keep exact decimals exact, whatever their type is in the version that wrote them.
_VERDICTS = {
    "fct_county_verdict": """
select 'county', school_year, county_code, null, null, null, county_name, verdict, status, reason,
    null, null, units_compliant::varchar, units::varchar
from {w}.marts.fct_county_verdict
""",
    "fct_county_item": """
select 'item', school_year, county_code, null, null, item_id, null, status, status, reason,
    value::varchar, threshold::varchar, null, null
from {w}.marts.fct_county_item
""",
    "fct_county_indicator": """
select 'county_indicator', school_year, county_code, null, stage, indicator_id, null, status, status, reason,
    value::varchar, threshold::varchar, numerator::varchar, denominator::varchar
from {w}.marts.fct_county_indicator
""",
    "fct_county_difference": """
select 'difference', school_year, county_code, null, stage, indicator_id, null, status, status, reason,
    cv::varchar, threshold::varchar, std_dev::varchar, mean::varchar
from {w}.marts.fct_county_difference
""",
    "fct_unit_verdict": """
select 'unit', unit.school_year, unit.county_code, unit.school_code, stage, null, school_name,
    coalesce(verdict_class, status), status, reason, other_ratio::varchar, null, met_count::varchar, null
from {w}.marts.fct_unit_verdict as unit
left join {w}.marts.dim_school as school
    on unit.school_year = school.school_year and unit.school_code = school.school_code
""",
    "fct_unit_indicator": """
select 'indicator', unit.school_year, unit.county_code, unit.school_code, stage, indicator_id, school_name,
    status, status, reason, value::varchar, threshold::varchar, numerator::varchar, denominator::varchar
from {w}.marts.fct_unit_indicator as unit
left join {w}.marts.dim_school as school
    on unit.school_year = school.school_year and unit.school_code = school.school_code
""",
}


def results_of_warehouse(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, schema: str, *, is_whole: bool = True
) -> None:
    """Make the tables TABLES of a warehouse in `schema` of an open in-memory database.

    Of a build that did not come to its end (`is_whole` False) what is there. Raises MachineError for a file that is no
    warehouse of this version.
    """
    name = f"{schema}_file"
    try:
        connection.execute(f"attach {literal(str(warehouse))} as {name} (read_only)")
        copy_results(connection, name, schema, is_whole=is_whole)
        connection.execute(f"detach {name}")
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=warehouse, found=str(error).splitlines()[0]) from error


def copy_results(connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, *, is_whole: bool = True) -> None:
    """Make the tables TABLES in `schema` from the warehouse that is open as `catalog`."""
    _create(connection, schema)
    there = row_counts(connection, catalog)
    for mart, verdicts in _VERDICTS.items():
        if is_whole or f"marts.{mart}" in there:
            connection.execute(f"insert into {schema}.verdict {verdicts.format(w=catalog)}")
    if is_whole or _has(connection, catalog, "quality", "rule_result"):
        connection.execute(f"insert into {schema}.rule_result select {RULE_COLUMNS} from {catalog}.quality.rule_result")
    for table, rows in there.items():
        connection.execute(f"insert into {schema}.row_count values (?, ?)", [table, rows])


def _has(connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, table: str) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [catalog, schema, table],
    ).fetchone()
    return bool(found and found[0])


def row_counts(connection: duckdb.DuckDBPyConnection, catalog: str) -> Mapping[str, int]:
    """The rows of the raw tables and the marts of the warehouse that is open as `catalog`, by `schema.table`."""
    schemas = ", ".join(map(literal, PUBLIC_SCHEMAS))
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?"
        f" and schema_name in ({schemas}) order by all",
        [catalog],
    ).fetchall()
    counts = {}
    for schema, table in names:
        row = connection.execute(f"select count(*) from {catalog}.{quoted(schema)}.{quoted(table)}").fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else 0
    return counts


def write_results(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> None:
    """Write the tables TABLES of `schema` as Parquet into a folder, in one order."""
    for table in TABLES:
        target = literal(str(folder / f"{table}.parquet"))
        connection.execute(
            f"copy (select * from {schema}.{table} order by all) to {target} (format parquet, compression zstd)"
        )


def results_of_folder(connection: duckdb.DuckDBPyConnection, folder: Path, schema: str) -> None:
    """Make the tables TABLES from what `write_results` wrote; what was not written is empty.

    Raises MachineError for a file that cannot be read.
    """
    _create(connection, schema)
    for table in TABLES:
        file = folder / f"{table}.parquet"
        if not file.is_file():
            continue
        try:
            add_file(connection, f"{schema}.{table}", file)
        except duckdb.Error as error:
            raise MachineError("history_unreadable", file=file, found=str(error).splitlines()[0]) from error


def add_file(connection: duckdb.DuckDBPyConnection, table: str, file: Path, **constants: int) -> None:
    """Add the rows of one Parquet file, whichever version has written it, with `constants` for some columns.

    A column that this version does not know is left out, one that is not there is NULL.
    """
    rows = f"read_parquet({literal(str(file))})"
    there = {str(row[0]) for row in connection.execute(f"describe select * from {rows}").fetchall()}
    known = [str(row[0]) for row in connection.execute(f"describe {table}").fetchall()]
    columns = [f'"{name}"' for name in known if name in there and name not in constants]
    names, values = ", ".join([*constants, *columns]), ", ".join([*map(str, constants.values()), *columns])
    connection.execute(f"insert into {table} ({names}) select {values} from {rows}")


def create_tables(connection: duckdb.DuckDBPyConnection, prefix: str, columns: str) -> None:
    """Make the tables TABLES, empty, with more `columns` in front of theirs."""
    for table, shape in _SHAPES.items():
        connection.execute(f"create table if not exists {prefix}{table} ({columns}{shape})")


def _create(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    connection.execute(f"create schema {schema}")
    create_tables(connection, f"{schema}.", "")
