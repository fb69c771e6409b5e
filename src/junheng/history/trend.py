"""`quality.run_history`: the last builds in the warehouse of the newest, so that its report can show trends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from junheng.build_file import open_build_file
from junheng.history.recording import FINDINGS
from junheng.history.store import History

SHOWN = 30
_CREATE = """
create or replace table quality.run_history (
    position integer, run_number bigint, build_id varchar, started_at timestamp, school_year integer,
    county_code varchar, county_name varchar, verdict varchar, status varchar, units integer, units_compliant integer,
    units_no_data integer, coefficients integer, coefficients_met integer, findings_critical bigint,
    findings_warning bigint, findings_standard bigint, rows_landed bigint
)
"""
_COUNTY = (
    *("county_code", "county_name", "verdict", "status", "units", "units_compliant", "units_no_data", "coefficients"),
    "coefficients_met",
)


def write_run_history(warehouse: Path, out: Path, school_year: int, rows_landed: int) -> None:
    """Write the last published builds of `out` and, as the last one, this build, whose id stands in `quality.run`.

    One row for each county of the year that a build judged. Raises duckdb.Error.
    """
    former = [
        run
        for run in History(out).runs()
        if run.record is not None and run.record.status == "published" and run.record.counties
    ][-(SHOWN - 1) :]
    with open_build_file(warehouse) as connection:
        connection.execute(_CREATE)
        for position, run in enumerate(former, start=1):
            record = run.record
            if record is None:
                continue
            started = record.started_at.removesuffix("Z")
            about = [position, run.number, record.build_id, started, record.school_year]
            found = [record.findings.get(kind) for kind in FINDINGS]
            for county in _of_year(record.counties, record.school_year):
                values = [*about, *(county.get(name) for name in _COUNTY), *found, record.landing.get("rows")]
                connection.execute(f"insert into quality.run_history values ({', '.join('?' * len(values))})", values)
        counts = ", ".join(f"count(*) filter (where {where})" for where in FINDINGS.values())
        connection.execute(
            f"insert into quality.run_history select {len(former) + 1}, null, null, null, {int(school_year)},"
            f" {', '.join(_COUNTY)}, found.*, {int(rows_landed)} from marts.fct_county_verdict"
            f" cross join (select {counts} from quality.failing_row) as found"
            f" where school_year = {int(school_year)} order by county_code"
        )


def _of_year(counties: tuple[Mapping[str, Any], ...], year: int | None) -> Iterator[Mapping[str, Any]]:
    return (county for county in counties if county.get("school_year") == year)
