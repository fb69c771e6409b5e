"""The sample county through the whole warehouse, held against the figures that Tongnan published for 2024."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.harness import PROJECT

UNITS = "from marts.fct_unit_verdict where school_year = 2024 and status in ('pass', 'fail')"
SCHOOLS = "from marts.dim_school where school_year = 2024"
FULL_TIME = "from staging.stg_staff where school_year = 2024 and is_full_time_teacher"
ITEMS = "from marts.fct_county_item where school_year = 2024"
SCHOOL_ITEMS = "from marts.fct_school_item where school_year = 2024"
COUNTY = "from marts.fct_county_indicator where school_year = 2024"
RETENTION = "from marts.fct_retention where graduated_in = 2024 and school_code is null and is_chosen"
CV = "select cv from marts.fct_county_difference where school_year = 2024 and stage = 'primary' and indicator_id ="

# claim of the published report -> what the warehouse answers
PUBLISHED = {
    "schools_total": f"select count(*) {UNITS}",
    "sch_primary": f"select count(*) {UNITS} and stage = 'primary'",
    "sch_junior": f"select count(*) {UNITS} and stage = 'junior'",
    "sch_primary_nine": f"select count(*) {SCHOOLS} and school_kind = 'nine_year'",
    "teaching_points": f"select count(*) {SCHOOLS} and school_kind = 'teaching_point' and units > 0",
    "sch_junior_complete": f"select count(*) {SCHOOLS} and school_kind = 'complete_secondary'",
    "special_schools": f"select count(*) {SCHOOLS} and exclusion_reason = 'special_school'",
    "stu_primary": "select sum(pupils) from intermediate.int_units where school_year = 2024 and stage = 'primary'",
    "stu_junior": "select sum(pupils) from intermediate.int_units where school_year = 2024 and stage = 'junior'",
    "stu_special": f"select sum(pupils) {SCHOOLS} and school_kind = 'special'",
    "ft_primary": f"select count(*) {FULL_TIME} and stage = 'primary'",
    "ft_junior": f"select count(*) {FULL_TIME} and stage = 'junior'",
    "ft_special": f"select count(*) {FULL_TIME} and stage = 'special'",
    "ok_schools": f"select count(*) {UNITS} and is_compliant",
    "todo_schools": f"select count(*) {UNITS} and not is_compliant",
    "ok7": f"select count(*) {UNITS} and verdict_class = 'all_met'",
    "ok6_85": f"select count(*) {UNITS} and verdict_class = 'six_met_other_at_floor'",
    "s6_lt85": f"select count(*) {UNITS} and verdict_class = 'six_met_other_below_floor'",
    "s5": f"select count(*) {UNITS} and verdict_class = 'five_met'",
    "s_lt5": f"select count(*) {UNITS} and verdict_class = 'fewer_than_five'",
    "cv_pri_sport": f"{CV} 'sports_area_per_pupil'",
    "cv_pri_media": f"{CV} 'multimedia_rooms_per_100'",
    "gov_ok": f"select count(*) {ITEMS} and grp = 'government' and status = 'met'",
    "gov_todo": f"select count(*) {ITEMS} and grp = 'government' and status = 'remediation'",
    "q_ok": f"select count(*) {ITEMS} and grp = 'quality' and status = 'met'",
    "classes": """select sum(classes) from marts.fct_class_band
        where school_year = 2024 and school_code is null and stage in ('primary', 'junior')""",
    "std_pri": f"select count(*) {SCHOOL_ITEMS} and indicator_id = 'class_size_primary' and is_met",
    "std_jun": f"select count(*) {SCHOOL_ITEMS} and indicator_id = 'class_size_junior' and is_met",
    "grads": f"select graduates {RETENTION}",
    "intake": f"select entrants {RETENTION}",
    "in": f"select transfers_in {RETENTION}",
    "out": f"select transfers_out {RETENTION}",
    "suspend": f"select suspended {RETENTION}",
    "resume": f"select resumed {RETENTION}",
    "died": f"select deaths {RETENTION}",
    "retention": f"select retention_pct {RETENTION}",
    "rot_elig": f"select denominator {COUNTY} and indicator_id = 'rotation_rate'",
    "rot": f"select numerator {COUNTY} and indicator_id = 'rotation_rate'",
    "rot_pct": f"select value {COUNTY} and indicator_id = 'rotation_rate'",
    "rot_b": f"select numerator {COUNTY} and indicator_id = 'rotation_backbone_share'",
    "rot_b_pct": f"select value {COUNTY} and indicator_id = 'rotation_backbone_share'",
    "hs": f"select denominator {COUNTY} and indicator_id = 'quality_hs_quota_share'",
    "hs_alloc": f"select numerator {COUNTY} and indicator_id = 'quality_hs_quota_share'",
    "hs_pct": f"select value {COUNTY} and indicator_id = 'quality_hs_quota_share'",
    "dis_total": f"select numerator {COUNTY} and indicator_id = 'disabled_enrolment_rate'",
    "sal_t": """select teacher_mean_pay_yuan / 10000 from staging.stg_county_finance
        where fiscal_year = 2024 and stage = 'all'""",
    "pubfund": """select amount_yuan / 10000 from marts.fct_funding_per_pupil where fiscal_year = 2024
        and school_code is null and measure = 'public_funds_budget' and stage = 'all'""",
    "budget_g": """select change_pct from marts.fct_finance_growth
        where fiscal_year = 2024 and indicator_id = 'budget_expenditure_growth'""",
    "pp_pri_g": """select change_pct from marts.fct_finance_growth where fiscal_year = 2024 and stage = 'primary'
        and indicator_id = 'budget_expenditure_per_pupil_growth'""",
    "pp_jun_g": """select change_pct from marts.fct_finance_growth where fiscal_year = 2024 and stage = 'junior'
        and indicator_id = 'budget_expenditure_per_pupil_growth'""",
}


def published() -> dict[str, str]:
    """Claim id -> the figure as printed."""
    with (PROJECT / "seeds/published/claims.csv").open(encoding="utf-8") as file:
        return {
            row["claim_id"]: row["value"]
            for row in csv.DictReader(file)
            if row["document"] == "tongnan_2025_self_assessment"
        }


@pytest.fixture(scope="module")
def query(built_sample: Path) -> Iterator[Any]:
    with duckdb.connect(str(built_sample), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize("claim", PUBLISHED)
def test_published_figure_is_reproduced(query: Any, claim: str) -> None:
    """Equal at the decimals that the report prints."""
    printed = Decimal(published()[claim])
    rows = query(PUBLISHED[claim])
    assert len(rows) == 1
    found = Decimal(str(rows[0][0]))
    decimals = {"cv_pri_media": "0.01", "budget_g": "0.1"}.get(claim) or str(
        Decimal(1).scaleb(printed.as_tuple().exponent)
    )
    assert found.quantize(Decimal(decimals), ROUND_HALF_EVEN) == printed


def test_the_other_twelve_coefficients_are_within_their_limits(query: Any) -> None:
    rows = query("select stage, indicator_id, is_met from marts.fct_county_difference where school_year = 2024")
    assert len(rows) == 14
    over = {(stage, indicator) for stage, indicator, is_met in rows if not is_met}
    assert over == {("primary", "sports_area_per_pupil"), ("primary", "multimedia_rooms_per_100")}


def test_institutions_short_of_rooms(query: Any) -> None:
    """9 opened up to 2016 (6 primary, 3 junior schools) and 3 after it (2 and 1)."""
    rows = query(
        """select s.opened_year <= 2016, s.school_kind, count(distinct i.school_code)
        from marts.fct_school_item i inner join marts.dim_school s using (school_year, school_code)
        where i.school_year = 2024 and i.indicator_id in ('music_room_ratio', 'art_room_ratio') and not i.is_met
        group by all order by all"""
    )
    assert rows == [(False, "junior", 1), (False, "primary", 2), (True, "junior", 3), (True, "primary", 6)]


def test_sites_over_size(query: Any) -> None:
    """Five primary schools, two junior schools, one nine-year school; two more junior schools are exempt."""
    rows = query(
        """select s.school_kind, count(*) from marts.fct_school_item i
        inner join marts.dim_school s using (school_year, school_code)
        where i.school_year = 2024 and i.indicator_id in ('school_size', 'school_size_nine_year') and not i.is_met
        group by all order by all"""
    )
    assert rows == [("junior", 2), ("nine_year", 1), ("primary", 5)]


def test_quota_floor_of_the_county(query: Any) -> None:
    """43408 × 720 + 22382 × 940 + 104 × 6000 = 5291.68 万."""
    rows = query(
        """select required_yuan, is_met from marts.fct_funding_per_pupil where fiscal_year = 2024
        and school_code is null and measure = 'public_funds_budget' and stage = 'all'"""
    )
    assert rows == [(Decimal("52916840.00"), True)]


def test_retention_under_six_formulas(query: Any) -> None:
    rows = query(
        """select formula, round(retention_pct, 4) from marts.fct_retention
        where graduated_in = 2024 and school_code is null"""
    )
    assert dict(rows) == {
        "numerator_adjusted_full": 100.8739,
        "numerator_adjusted": 100.8739,
        "numerator_adjusted_deaths": 100.9243,
        "denominator_adjusted": 100.8597,
        "denominator_adjusted_deaths": 100.9093,
        "raw": 102.5218,
    }


def test_the_county_does_not_pass_yet(query: Any) -> None:
    rows = query(
        """select verdict, units, units_compliant, coefficients_met from marts.fct_county_verdict
        where school_year = 2024"""
    )
    assert rows == [("not_met", 79, 56, 12)]
