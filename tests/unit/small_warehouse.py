"""A warehouse with the tables that the history reads, filled by hand: two schools, three rules."""

from __future__ import annotations

from pathlib import Path

import duckdb

MARTS = """
create schema marts;
create schema raw;
create schema quality;
create table raw.schools as select * from range(2);
create table marts.fct_county_verdict (
    school_year int, county_code varchar, county_name varchar, verdict varchar, status varchar, reason varchar,
    units int, units_compliant int, units_no_data int, coefficients int, coefficients_met int
);
create table marts.fct_county_item (
    school_year int, county_code varchar, item_id varchar, status varchar, reason varchar, value decimal(18, 4),
    threshold decimal(18, 4)
);
create table marts.fct_county_indicator (
    school_year int, county_code varchar, item_id varchar, stage varchar, indicator_id varchar, status varchar,
    reason varchar, value decimal(18, 4), threshold decimal(18, 4), numerator decimal(18, 4), denominator decimal(18, 4)
);
create table marts.fct_county_difference (
    school_year int, county_code varchar, stage varchar, indicator_id varchar, status varchar, reason varchar,
    cv double, threshold decimal(12, 4), std_dev double, mean double
);
create table marts.dim_school (school_year int, school_code varchar, school_name varchar);
create table marts.fct_unit_verdict (
    school_year int, county_code varchar, school_code varchar, stage varchar, verdict_class varchar, status varchar,
    is_compliant boolean, reason varchar, other_ratio decimal(6, 4), met_count int
);
create table marts.fct_unit_indicator (
    school_year int, county_code varchar, school_code varchar, stage varchar, indicator_id varchar, status varchar,
    reason varchar, value decimal(18, 4), threshold decimal(18, 4), numerator decimal(18, 4), denominator decimal(18, 4)
);
create table quality.rule_result (
    rule_id varchar, suite varchar, table_name varchar, severity varchar, status varchar, rows_checked bigint,
    rows_failed bigint
);
"""


def small_warehouse(
    path: Path,
    *,
    verdict: str = "not_met",
    area: str = "5.0000",
    limit: str = "4.5000",
    rule: str = "pass",
    failed: int = 0,
) -> Path:
    """Write a warehouse; `area` against `limit` decides the first school's indicator and class."""
    met = float(area) >= float(limit)
    status, unit = ("pass", "all_met") if met else ("fail", "six_met_other_below_floor")
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
        connection.execute(
            "insert into marts.fct_county_verdict values (2024, '500152', '样例', ?, 'fail', null, 2, ?, 0, 14, 14)",
            [verdict, 2 if met else 1],
        )
        connection.execute(
            "insert into marts.dim_school values (2024, '0500152001', '第一小学'), (2024, '0500152002', '第二小学')"
        )
        for school, kept in (("0500152001", unit), ("0500152002", "all_met")):
            passed = kept == "all_met"
            connection.execute(
                "insert into marts.fct_unit_verdict values (2024, '500152', ?, 'primary', ?, ?, ?, null, 1.0, 7)",
                [school, kept, "pass" if passed else "fail", passed],
            )
        for school, value, found in (("0500152001", area, status), ("0500152002", "6.0000", "pass")):
            connection.execute(
                "insert into marts.fct_unit_indicator values"
                " (2024, '500152', ?, 'primary', 'teaching_area_per_pupil', ?, null, ?, ?, 10, 2)",
                [school, found, value, limit],
            )
        connection.execute(
            "insert into quality.rule_result values"
            " ('raw.schools.key', 'raw.schools', 'raw.schools', 'critical', ?, 2, ?),"
            " ('raw.staff.age', 'raw.staff', 'raw.staff', 'warning', 'pass', 9, 0)",
            [rule, failed],
        )
    return path
