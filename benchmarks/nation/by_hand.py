"""The hand-written DuckDB script: `by_hand.sql` on the same Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.nation.standard import Standard

RAW = ("schools", "enrolment", "staff", "facilities", "school_funding", "county_finance")
SCRIPT = Path(__file__).with_name("by_hand.sql")
RESULTS = {
    "unit_indicator": "school_year, county, school, stage, indicator_id, is_met, value,"
    " cast(numerator * 100000000 as bigint) as numerator_e8, cast(denominator * 10000 as bigint) as denominator_e4",
    "unit_verdict": "*",
    "county_difference": "*",
    "retention_rate": "*",
    "funding": "*",
}
TABLES = {
    "resources": "school_year int, stage varchar, indicator_id varchar, scale int, threshold decimal(12, 4),"
    " floor_ratio decimal(6, 4), cv_limit decimal(12, 4)",
    "weights": "school_year int, kind varchar, stage varchar, weight decimal(6, 4)",
    "high_degrees": "stage varchar, degree varchar",
    "backbones": "backbone_level varchar",
    "pe_arts": "subject varchar",
    "quotas": "fiscal_year int, region varchar, primary_quota decimal(18, 2), junior_quota decimal(18, 2),"
    " special_quota decimal(18, 2), boarder decimal(18, 2), small_school decimal(18, 0)",
    "regions": "province varchar, region varchar",
    "retention": "graduated_in int, least decimal(12, 4)",
    "formulas": "formula varchar, n_in int, n_out int, n_suspended int, n_resumed int, n_deaths int, d_in int,"
    " d_out int, d_deaths int",
}


def compute(raw: Path, results: Path, standard: Standard) -> None:
    """Run the script and write what it has found."""
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{results / 'spilled'}'")
        connection.execute("set memory_limit = '5GB'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set variable point_pupils = ?", [standard.point_pupils])
        for table in RAW:
            connection.execute(f"create view {table} as from read_parquet('{raw / table}.parquet')")
        for name, rows in handed(standard).items():
            connection.execute(f"create temp table {name} ({TABLES[name]})")
            connection.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)
        connection.execute(SCRIPT.read_text(encoding="utf-8"))
        for table, chosen in RESULTS.items():
            connection.execute(f"copy (select {chosen} from {table}) to '{results / table}.parquet' (format parquet)")


def handed(standard: Standard) -> dict[str, Sequence[Sequence[Any]]]:
    """The numbers of the standard as rows of the tables that the script reads."""
    return {
        "resources": [astuple(row) for row in standard.resources],
        "weights": standard.weights,
        "high_degrees": standard.high_degrees,
        "backbones": [(level,) for level in standard.backbones],
        "pe_arts": [(subject,) for subject in standard.pe_arts],
        "quotas": [astuple(row) for row in standard.quotas],
        "regions": standard.regions,
        "retention": standard.retention,
        "formulas": standard.formulas,
    }
