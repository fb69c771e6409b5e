"""The thresholds of the national standard as parameters of the suites, from the seeds that the warehouse holds."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from junheng.errors import MachineError, UsageError

NATION = "CN"
# The same half-open validity as in the models: valid_from is included, valid_to is not, and an open end is NULL.
THRESHOLDS = """
    select indicator_id, stage, value, floor_ratio
    from standards.thresholds
    where jurisdiction = $jurisdiction
      and case_id = 'ordinary'
      and value is not null
      and (valid_from is null or valid_from <= make_date($school_year, 9, 1))
      and (valid_to is null or make_date($school_year, 9, 1) < valid_to)
"""
# Numbers inside a definition, such as 360 training hours: the same validity.
DEFINITIONS = """
    select parameter_id, stage, value
    from standards.parameters
    where jurisdiction = $jurisdiction
      and value is not null
      and (valid_from is null or valid_from <= make_date($school_year, 9, 1))
      and (valid_to is null or make_date($school_year, 9, 1) < valid_to)
"""
# A DuckDB file, or a connection that has the seeds.
Database = Path | duckdb.DuckDBPyConnection
BOUNDS = "select bound_id, cast(value as decimal(18, 6)) from standards.plausibility_bounds order by bound_id"


def load_bounds(database: Database) -> dict[str, Decimal]:
    """The bounds of the plausibility suites, as `plausible__<bound>`: judgement, of no year and no jurisdiction.

    Raises UsageError when the seed is not in the file; MachineError when the file cannot be opened.
    """
    return {f"plausible__{bound}": Decimal(value) for bound, value in _read(database, BOUNDS, {})}


def packaged_bounds() -> dict[str, Decimal]:
    """The same bounds from the packaged seed, for a table that is judged without a warehouse."""
    from junheng.project import packaged_project

    with (packaged_project().standards / "plausibility_bounds.csv").open(encoding="utf-8", newline="") as lines:
        return {f"plausible__{row['bound_id']}": Decimal(row["value"]) for row in csv.DictReader(lines)}


def load_parameters(database: Database, school_year: int, *, jurisdiction: str = NATION) -> dict[str, Decimal]:
    """The thresholds valid on 1 September of a school year, in the units of the seed.

    Names are `<indicator>__<stage>`, and `<indicator>__<stage>__floor` for the share of the threshold that the last
    indicator must reach. Exemptions (a `case_id` other than `ordinary`) are left out: a suite judges the ordinary case.
    Numbers inside a definition (`training_hours__all`) come along.

    Raises UsageError when no threshold is valid in that year, when two are valid at once or when the seed is not in the
    file; MachineError when the file cannot be opened.
    """
    valid = {"jurisdiction": jurisdiction, "school_year": school_year}
    rows = _read(database, THRESHOLDS, valid)
    parameters: dict[str, Decimal] = {}
    for indicator, stage, value, floor in rows:
        name = f"{indicator}__{stage}"
        if name in parameters:
            raise UsageError(
                "threshold_twice", file=file_of(database), column=name, found=f"{parameters[name]}, {value}"
            )
        parameters[name] = Decimal(value)
        if floor is not None:
            parameters[f"{name}__floor"] = Decimal(floor)
    if not parameters:
        raise UsageError("no_thresholds", file=file_of(database), found=str(school_year), expected=jurisdiction)
    for definition, stage, value in _read(database, DEFINITIONS, valid):
        parameters.setdefault(f"{definition}__{stage}", Decimal(value))
    return parameters


def file_of(database: Database) -> Path | None:
    """The file of a database that has one."""
    return database if isinstance(database, Path) else None


def _read(database: Database, query: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    try:
        if isinstance(database, duckdb.DuckDBPyConnection):
            return database.execute(query, values).fetchall()
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(query, values).fetchall()
    except duckdb.CatalogException as error:
        raise UsageError("standards_missing", file=file_of(database), found=str(error).splitlines()[0]) from error
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        raise MachineError("warehouse_unreadable", file=file_of(database), found=str(error).splitlines()[0]) from error
