"""Which school year a build judges, and that there is something to judge in it."""

from __future__ import annotations

import duckdb

from junheng.errors import DataError, UsageError


def judged_year(connection: duckdb.DuckDBPyConnection, asked: int | None) -> int:
    """The school year that was asked for, or the latest of the landed schools.

    Raises DataError without schools, UsageError for a year that they do not have.
    """
    rows = connection.execute("select distinct school_year from raw.schools order by school_year").fetchall()
    years = [int(year) for (year,) in rows]
    if not years:
        raise DataError("no_schools", file="schools.csv")
    if asked is None:
        return years[-1]
    if asked not in years:
        expected = ", ".join(str(year) for year in years)
        raise UsageError("school_year_not_in_data", found=str(asked), expected=expected)
    return asked


def require_schools(connection: duckdb.DuckDBPyConnection, school_year: int) -> None:
    """Raise DataError when every school of the year was set aside."""
    row = connection.execute(f"select count(*) from raw.schools where school_year = {int(school_year)}").fetchone()
    if not row or not row[0]:
        raise DataError("all_schools_quarantined", file="schools.csv", found=str(school_year))
