"""Units, splits, indicators, verdicts and coefficients on counties made to show one rule each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

Query = Any


@pytest.fixture(scope="module")
def query(built_counties: Path) -> Iterator[Query]:
    with duckdb.connect(str(built_counties), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def equipment(query: Query, county: str) -> dict[str, tuple[str, str | None]]:
    """School and stage -> status and reason of the equipment indicator."""
    rows = query(
        f"""select school_code, stage, status, reason from marts.fct_unit_indicator
        where county_code = '{county}' and indicator_id = 'equipment_value_per_pupil'"""
    )
    return {f"{school} {stage}": (status, reason) for school, stage, status, reason in rows}


def test_published_example_of_the_coefficient(query: Query) -> None:
    """Five schools, pupils and books: mean 6.33, five terms, S 3.2639, CV 0.51526 (published worked example)."""
    terms = query(
        """select round(squared_term * mean * mean, 4), round(mean, 2) from intermediate.int_unit_difference_terms
        where county_code = '990001' and indicator_id = 'equipment_value_per_pupil'
            and recipe_id = 'weighted_population'
        order by school_code"""
    )
    assert terms == [(0.0027, 6.33), (0.8486, 6.33), (5.1274, 6.33), (4.5011, 6.33), (0.1730, 6.33)]
    recipes = query(
        """select recipe_id, round(cv, 5), is_met from intermediate.int_county_difference_recipes
        where county_code = '990001' and indicator_id = 'equipment_value_per_pupil' and stage = 'primary'
        order by recipe_id"""
    )
    by_recipe = {recipe: (cv, met) for recipe, cv, met in recipes}
    assert by_recipe["weighted_population"] == (0.51526, False)
    assert (round(by_recipe["unweighted_population"][0], 4), by_recipe["unweighted_population"][1]) == (0.4888, True)
    assert (round(by_recipe["unweighted_sample"][0], 4), by_recipe["unweighted_sample"][1]) == (0.5465, False)
    chosen = query(
        """select recipe, round(std_dev, 4), choice_flips_verdict, status from marts.fct_county_difference
        where county_code = '990001' and indicator_id = 'equipment_value_per_pupil' and stage = 'primary'"""
    )
    assert chosen == [("weighted_population", 3.2639, True, "fail")]


def test_coefficient_does_not_depend_on_unit_or_order(query: Query) -> None:
    cvs = query(
        """select county_code, cv from marts.fct_county_difference
        where county_code in ('990001', '990002') and indicator_id = 'equipment_value_per_pupil' and stage = 'primary'
        order by county_code"""
    )
    assert cvs[1][1] == pytest.approx(cvs[0][1], rel=1e-12)


def test_shared_facilities_are_split_by_weighted_pupils(query: Query) -> None:
    """166 and 210 pupils share 23 226: 397 weighted pupils, 58.50 each, 9 711.63 and 13 514.37."""
    rows = query(
        """select school_code, stage, denominator, round(value, 2), round(resource_share, 2)
        from marts.fct_unit_indicator
        where county_code = '990003' and indicator_id = 'equipment_value_per_pupil'
        order by school_code, stage desc"""
    )
    assert [(s, stage, float(d), v, share) for s, stage, d, v, share in rows] == [
        ("301", "primary", 397.0, 58.50, 9711.63),
        ("301", "junior", 397.0, 64.35, 13514.37),
        ("302", "junior", 540.0, 100.0, 30000.0),
        ("303", "primary", 716.0, 100.0, 10000.0),
        ("303", "junior", 716.0, 110.0, 22000.0),
    ]


def test_shares_of_the_stages_add_up_to_the_whole(query: Query) -> None:
    wrong = query(
        """select school_code, indicator_id, sum(resource_share), max(resource) from marts.fct_unit_indicator
        where school_code = '301' and stage_weight is not null
            and indicator_id in ('teaching_area_per_pupil', 'sports_area_per_pupil', 'equipment_value_per_pupil',
                'multimedia_rooms_per_100')
        group by all having abs(sum(resource_share) - max(resource)) > 1e-9 or count(*) <> 2"""
    )
    assert wrong == []


def test_teachers_of_a_shared_school_are_never_split(query: Query) -> None:
    rows = query(
        """select stage, resource, denominator from marts.fct_unit_indicator
        where school_code = '301' and indicator_id = 'high_degree_teachers_per_100' order by stage"""
    )
    assert [(stage, float(n), float(d)) for stage, n, d in rows] == [("junior", 5, 210), ("primary", 5, 166)]


def test_merging_a_teaching_point_equals_entering_it_merged(query: Query) -> None:
    def results(county: str) -> list[Any]:
        indicators = query(
            f"""select indicator_id, numerator, denominator, value, is_met, pupils from marts.fct_unit_indicator
            where county_code = '{county}' order by indicator_id"""
        )
        verdicts = query(
            f"select met_count, verdict_class, status from marts.fct_unit_verdict where county_code = '{county}'"
        )
        return [indicators, verdicts]

    assert len(results("990004")[0]) == 7
    assert results("990004") == results("990005")


def test_classes_at_the_line(query: Query) -> None:
    rows = query(
        """select school_code, met_count, verdict_class, is_compliant from marts.fct_unit_verdict
        where county_code = '990006' order by school_code"""
    )
    assert rows == [
        ("601", 7, "all_met", True),
        ("602", 6, "six_met_other_at_floor", True),
        ("603", 6, "six_met_other_below_floor", False),
        ("604", 5, "five_met", False),
        ("605", 4, "fewer_than_five", False),
    ]


def test_a_school_without_pupils_changes_no_verdict(query: Query) -> None:
    def verdicts(county: str) -> list[Any]:
        return [
            query(
                f"""select right(school_code, 3), verdict_class, status from marts.fct_unit_verdict
                where county_code = '{county}' and status <> 'not_applicable' order by school_code"""
            ),
            query(
                f"""select stage, indicator_id, cv, status, units from marts.fct_county_difference
                where county_code = '{county}' order by all"""
            ),
        ]

    assert verdicts("990007") == verdicts("990006")
    assert query("select status, reason from marts.fct_unit_verdict where school_code = '7699'") == [
        ("not_applicable", "no_pupils")
    ]


def test_the_limit_itself_passes_and_just_above_fails(query: Query) -> None:
    rows = query(
        """select indicator_id, round(cv, 6), is_met from marts.fct_county_difference
        where county_code = '990008' and stage = 'primary'
            and indicator_id in ('sports_area_per_pupil', 'equipment_value_per_pupil')
        order by indicator_id"""
    )
    assert rows == [("equipment_value_per_pupil", 0.501787, False), ("sports_area_per_pupil", 0.5, True)]


def test_a_gap_is_no_data_and_spreads_to_what_rests_on_it(query: Query) -> None:
    assert equipment(query, "990009") == {
        "901 primary": ("no_data", "no_facilities"),
        "902 primary": ("no_data", "facility_not_reported"),
        "903 primary": ("pass", None),
        "904 primary": ("pass", None),
        "905 junior": ("no_data", "no_enrolment"),
        "905 primary": ("no_data", "no_enrolment"),
        "906 primary": ("no_data", "no_enrolment"),
    }
    teachers = query(
        """select school_code, status, reason from marts.fct_unit_indicator
        where school_code in ('903', '904') and indicator_id = 'high_degree_teachers_per_100' order by school_code"""
    )
    assert teachers == [("903", "no_data", "no_staff"), ("904", "no_data", "degree_not_reported")]
    verdicts = query("select distinct status from marts.fct_unit_verdict where county_code = '990009'")
    assert verdicts == [("no_data",)]
    coefficients = query("select distinct status, is_met from marts.fct_county_difference where county_code = '990009'")
    assert coefficients == [("no_data", None)]


def test_what_is_not_judged_is_listed_with_its_reason(query: Query) -> None:
    rows = query(
        """select school_code, units, exclusion_reason from marts.dim_school where county_code = '990010'
        order by school_code"""
    )
    assert rows == [
        ("A01", 1, None),
        ("A02", 0, "special_school"),
        ("A03", 0, "vocational_school"),
        ("A04", 0, "senior_school"),
        ("A05", 0, "small_teaching_point"),
        ("A06", 1, None),
    ]


def test_gaps_are_whole_things(query: Query) -> None:
    """1 000 pupils at 1 999 yuan lack 1 000 yuan; 22 of 23 rooms lack one; 7 499 of 7 500 ㎡ lack one."""
    rows = query(
        """select school_code, indicator_id, gap_to_threshold, gap_to_floor, gap_unit from marts.fct_remediation
        where school_code in ('603', '605') order by school_code, indicator_id"""
    )
    assert rows == [
        ("603", "equipment_value_per_pupil", 300001, 1, "yuan"),
        ("605", "equipment_value_per_pupil", 1000, 0, "yuan"),
        ("605", "multimedia_rooms_per_100", 1, 0, "rooms"),
        ("605", "sports_area_per_pupil", 1, 0, "square_metres"),
    ]


def test_every_reason_has_a_text(query: Query) -> None:
    unknown = query(
        """select distinct reason from (
            select reason from marts.fct_unit_indicator union select reason from marts.fct_county_difference
            union select reason from marts.fct_unit_verdict union select exclusion_reason from marts.dim_school
        ) where reason is not null and reason not in (select reason_id from standards.reasons)"""
    )
    assert unknown == []
