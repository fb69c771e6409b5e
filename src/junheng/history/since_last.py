"""`quality.last_build` and `quality.verdict_change`: what a build judges otherwise than the one published before it.

They stand in the warehouse, so that its report tells the same whenever it is written. The public report has neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from junheng.build_file import open_build_file
from junheng.errors import JunhengError, UsageError
from junheng.history.causes import Differences, causes, differences
from junheng.history.changes import Changes, VerdictChange, changes_between
from junheng.history.choosing import CURRENT, run_named
from junheng.history.record import RunRecord, read_record
from junheng.history.results import KINDS
from junheng.publish import RUN

# What the comparison came to for a county.
FIRST, COMPARED, YEAR_NEW, COUNTY_NEW, UNREADABLE = "first", "compared", "year_new", "county_new", "unreadable"
_CREATE = f"""
create or replace table quality.last_build (
    school_year integer, county_code varchar, standing varchar, build_id varchar, started_at timestamp,
    changed_inputs varchar, {", ".join(f"{kind}_changes integer" for kind in KINDS)}
);
create or replace table quality.verdict_change (
    position integer, school_year integer, county_code varchar, kind varchar, school_code varchar, stage varchar,
    id varchar, name varchar, verdict_before varchar, verdict_after varchar, causes varchar
)
"""


@dataclass(frozen=True)
class Former:
    """The build that this one is compared with: the record of its run, and the folder of what it found."""

    record: RunRecord
    folder: Path


def last_build(out: Path) -> Former | None:
    """The published build of an output folder; None when nothing was published yet.

    Raises UsageError for one of which nothing is known any more.
    """
    try:
        run = run_named(out, CURRENT)
    except UsageError:
        if (out / "warehouse.duckdb").exists():
            raise
        return None
    return Former(run.record, run.folder) if run.record else None


def judged_build(warehouse: Path) -> Former:
    """The kept build whose raw tables are judged again. Raises UsageError when it does not say what it found."""
    folder = warehouse.parent / RUN
    try:
        return Former(read_record(folder), folder)
    except (OSError, ValueError) as error:
        raise UsageError("run_without_results", found=warehouse.parent.name) from error


def write_changes(warehouse: Path, out: Path, record: RunRecord, school_year: int, kept: Path | None = None) -> None:
    """Compare the finished build file with the build published in `out`, or with the `kept` warehouse it is made from.

    `record` is that of the run. A former build that cannot be read is said to be so, and stops nothing.
    Raises duckdb.Error when the tables cannot be written.
    """
    former: Former | None = None
    changes: Changes | None = None
    standing = UNREADABLE
    try:
        former = judged_build(kept) if kept else last_build(out)
        if former is None:
            standing = FIRST
        else:
            changes = changes_between(former.folder, warehouse)
            standing = COMPARED if school_year not in changes.years_new else YEAR_NEW
    except (JunhengError, duckdb.Error, OSError):
        changes = None
    found = differences(former.record, record) if former else Differences(None, None)
    with open_build_file(warehouse) as connection:
        connection.execute(_CREATE)
        verdicts = list(changes.verdicts) if changes else []
        _write_verdicts(connection, verdicts, _causes(verdicts, found, former, record))
        _write_counties(connection, former, standing, found, school_year)


def _causes(
    verdicts: Sequence[VerdictChange], found: Differences, former: Former | None, record: RunRecord
) -> list[tuple[str, ...]]:
    runs = [record, *([former.record] if former else [])]
    return causes(verdicts, found, quarantine=any(run.parameters.get("quarantine") for run in runs))


def _write_verdicts(
    connection: duckdb.DuckDBPyConnection, verdicts: Sequence[VerdictChange], why: Sequence[tuple[str, ...]]
) -> None:
    rows = [
        (
            *(position, one.school_year, one.county_code, one.kind, one.school_code, one.stage, one.id, one.name),
            *(one.before and one.before.verdict, one.after and one.after.verdict, ",".join(of_change)),
        )
        for position, (one, of_change) in enumerate(zip(verdicts, why, strict=True), start=1)
    ]
    if rows:
        connection.execute(
            f"insert into quality.verdict_change select {', '.join(['unnest(?)'] * len(rows[0]))}",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _write_counties(
    connection: duckdb.DuckDBPyConnection, former: Former | None, standing: str, found: Differences, school_year: int
) -> None:
    """One row for each county that this build judges in the year."""
    started = former.record.started_at.removesuffix("Z") if former else None
    inputs = None if found.classes is None else ",".join(found.classes)
    counts = ", ".join(f"count(*) filter (where kind = '{kind}')" for kind in KINDS)
    connection.execute(
        f"""
insert into quality.last_build
select county.school_year, county.county_code,
    case
        when ?::varchar = '{COMPARED}' and bool_or(
            change.kind = 'county' and change.verdict_before is null and change.verdict_after is not null
        ) then '{COUNTY_NEW}'
        else ?
    end, ?, ?::timestamp, ?, {counts}
from marts.fct_county_verdict as county
left join quality.verdict_change as change
    on county.school_year = change.school_year and county.county_code = change.county_code
where county.school_year = ?
group by all order by county.county_code""",
        [standing, standing, former and former.record.build_id, started, inputs, school_year],
    )
