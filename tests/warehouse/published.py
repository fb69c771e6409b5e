"""A warehouse that dbt built, with what publishing adds to it: the run, and findings, one of them on a person."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from junheng.quality_totals import write_totals

PSEUDONYM = "T-of-one-person-4711"
EVIDENCE = "佐证丙：找某某老师"
TABLES = {
    "run": "build_id varchar, started_at timestamp, finished_at timestamp, school_year int, today date,"
    " fail_on varchar, quarantine boolean, versions varchar, input_hashes varchar",
    "rule_result": "rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar,"
    " rows_checked bigint, rows_failed bigint, reason varchar, title_zh varchar, title_en varchar,"
    " how_to_fix varchar, known_issue varchar, owner varchar, expires_on date, expectation_type varchar,"
    " observed varchar, required varchar, why varchar, who_fixes varchar, source varchar, definition varchar",
    "row_accounting": "table_name varchar, rows_in bigint, rows_valid bigint, rows_quarantined bigint",
    "known_issue": "rule_id varchar, scope varchar, at_most bigint, rows_found bigint, state varchar, reason varchar,"
    " owner varchar, expires_on date",
    "failing_row": "suite varchar, rule_id varchar, table_name varchar, severity varchar, keys varchar,"
    " source_file varchar, source_row bigint, actual varchar, required varchar",
    "quarantine_staff": "school_year int, staff_id varchar",
}
FINDINGS = (
    ("raw.staff", f'{{"school_year":2024,"school_code":"1","staff_id":"{PSEUDONYM}"}}', "x", "y"),
    ("raw.classes", '{"school_year":2024,"school_code":"s1","stage":"primary","grade":1,"class_no":"1"}', "7", "<= 5"),
    (
        "raw.classes",
        '{"school_year":2024,"school_code":"s2","stage":"primary","grade":1,"class_no":"1"}',
        "50",
        "<= 45",
    ),
)


def published(built: Path, target: Path) -> Path:
    """A copy of a built warehouse that reports take for a published one."""
    shutil.copyfile(built, target)
    with duckdb.connect(str(target)) as connection:
        connection.execute("create schema if not exists quality")
        for name, columns in TABLES.items():
            connection.execute(f"create or replace table quality.{name} ({columns})")
        connection.execute(
            "insert into quality.run values ('b1', '2024-10-01 08:00:00', '2024-10-01 08:01:00', 2024, '2024-10-01',"
            " 'critical', false, '{}', '{}')"
        )
        connection.execute(f"insert into quality.quarantine_staff values (2024, '{PSEUDONYM}')")
        for table in ("shown_county_indicator", "shown_county_remediation"):
            connection.execute(f"update display.{table} set evidence = ?", [EVIDENCE])
        for table, keys, actual, required in FINDINGS:
            connection.execute(
                "insert into quality.failing_row values ('s', 'r', ?, 'error', ?, 'f.csv', 2, ?, ?)",
                [table, keys, actual, required],
            )
        write_totals(connection)
    return target
