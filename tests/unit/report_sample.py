"""The sample county as a published warehouse: what dbt built, and the tables of a run that a report needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from junheng.quality_totals import write_totals

# A school's name that is a formula and markup, and one that is very long.
HOSTILE = '=HYPERLINK("http://x")&<b>"x"</b>'
LONG = "长" * 200

RUN = """
create schema if not exists quality;
create or replace table quality.run as
select 'build-1' as build_id, timestamp '2025-01-01 08:00:00' as started_at,
    timestamp '2025-01-01 08:01:00' as finished_at, 2024 as school_year, date '2025-01-01' as today,
    'critical' as fail_on, false as quarantine, '{}' as versions, '{}' as files;
create or replace table quality.row_accounting as
select * from (values ('schools', 324, 320, 4), ('staff', 19529, 19529, 0))
    as rows (table_name, rows_in, rows_valid, rows_quarantined);
create or replace table quality.rule_result (
    rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar, rows_failed bigint
);
create or replace table quality.source_file as
select 'staff.csv' as file, 'staff' as table_name, 'landed' as status, 19540 as rows_read, 19529 as rows_landed,
    7 as rows_rejected;
"""


def published(built: Path, folder: Path) -> Path:
    """A copy of a warehouse that dbt built, with the tables of its run and two hostile names of schools."""
    target = folder / "warehouse.duckdb"
    shutil.copyfile(built, target)
    with duckdb.connect(str(target)) as connection:
        connection.execute(RUN)
        write_totals(connection)
        for name, school in ((HOSTILE, "0500152001"), (LONG, "0500152002")):
            connection.execute(
                "update display.shown_school set school_name = ? where school_code = ?",
                [name, school],
            )
    return target
