"""The display tables of the sample county: golden figures, every figure against its verdict, every word and unit."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.warehouse.harness import PROJECT
from tests.warehouse.test_shown_figures import OPERATORS

# Marts' columns of words and the vocabulary of display_words that holds them; `pass` and `fail` become met and not_met.
VOCABULARIES = {
    ("fct_county_item", "status"): "standing",
    ("fct_county_indicator", "status"): "standing",
    ("fct_county_target", "status"): "standing",
    ("fct_county_verdict", "verdict"): "county_verdict",
    ("fct_claim_check", "status"): "claim",
}


@pytest.fixture(scope="module")
def sample(built_sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_sample), read_only=True) as connection:
        yield connection


def seed(path: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def words(kind: str) -> set[str]:
    return {row["word"] for row in seed("display/display_words.csv") if row["kind"] == kind}


def half_even(number: Fraction, places: int) -> str:
    scaled = number * 10**places
    return str(Decimal(round(scaled)).scaleb(-places))


def test_golden_figures(sample: duckdb.DuckDBPyConnection) -> None:
    verdict = sample.execute(
        "select units_compliant_shown, units_shown from display.shown_county_verdict where school_year = 2024"
    ).fetchall()
    assert verdict == [("56", "79")]
    classes = sample.execute(
        "select units_shown from display.shown_county_class where school_year = 2024 and stage = 'all'"
        " order by class_position"
    ).fetchall()
    assert [units for (units,) in classes] == ["53", "3", "13", "6", "4"]
    over = sample.execute(
        "select value_shown from display.shown_county_difference where school_year = 2024 and standing = 'not_met'"
        " order by value_shown"
    ).fetchall()
    assert over == [("0.55",), ("0.70",)]
    retention = sample.execute(
        "select value_shown from display.shown_retention"
        " where graduated_in = 2024 and school_code is null and is_chosen"
    ).fetchall()
    assert retention == [("100.87",)]
    special = sample.execute(
        "select value_shown from display.shown_county_indicator where school_year = 2024"
        " and indicator_id = 'special_ed_funding_pp'"
    ).fetchall()
    assert special == [("6002.88",)]


def test_every_unit_figure_is_that_of_numerator_and_denominator(sample: duckdb.DuckDBPyConnection) -> None:
    scales = {row["indicator_id"]: int(row["scale"]) for row in seed("standards/indicators.csv") if row["scale"]}
    rows = sample.execute(
        "select d.indicator_id, m.numerator, m.denominator, m.threshold, d.value_shown, d.threshold_shown,"
        " d.floor_shown, d.standing, w.sign, d.sign, w.zh, d.standing_zh, w.en, d.standing_en"
        " from display.shown_unit_indicator d inner join marts.fct_unit_indicator m"
        " using (school_year, school_code, stage, indicator_id)"
        " inner join display.display_words w on w.kind = 'standing' and w.word = d.standing"
        " where m.status in ('pass', 'fail')"
    ).fetchall()
    assert len(rows) == 2212
    for name, numerator, denominator, threshold, shown, limit, floor, standing, *texts in rows:
        exact = Fraction(numerator) * scales[name] / Fraction(denominator)
        met, at_floor = exact >= Fraction(threshold), exact >= Fraction(threshold) * Fraction("0.85")
        assert standing == ("met" if met else "at_floor" if at_floor else "below_floor")
        assert (Fraction(shown) >= Fraction(limit)) is met, (name, shown, limit)
        assert (Fraction(shown) >= Fraction(floor)) is at_floor, (name, shown, floor)
        assert Decimal(limit) == threshold
        assert shown == half_even(exact, len(shown.partition(".")[2])), (name, shown)
        assert texts[0::2] == texts[1::2]


@pytest.mark.parametrize(
    ("table", "mart", "keys"),
    [
        ("shown_school_item", "fct_school_item", "school_year, school_code, stage, indicator_id"),
        ("shown_county_indicator", "fct_county_indicator", "school_year, county_code, indicator_id, stage"),
    ],
)
def test_every_other_ratio_is_that_of_numerator_and_denominator(
    sample: duckdb.DuckDBPyConnection, table: str, mart: str, keys: str
) -> None:
    rows = sample.execute(
        f"select m.value, m.is_met, d.value_shown, d.threshold_shown, d.limit_zh from display.{table} d"
        f" inner join marts.{mart} m using ({keys}) where d.value_shown is not null and m.is_met is not null"
        " and d.threshold_shown is not null"
    ).fetchall()
    assert rows
    signs = {row["zh"]: row["word"] for row in seed("display/display_words.csv") if row["kind"] == "limit"}
    for value, met, shown, limit, text in rows:
        compared = signs[text.split(" ", 1)[0]]
        assert OPERATORS[compared](Decimal(shown), Decimal(limit)) is met, (shown, text)
        places = Decimal(1).scaleb(-len(shown.partition(".")[2]))
        nine = Decimal(repr(value)).quantize(Decimal("1e-9"))
        assert Decimal(shown) == nine.quantize(places, ROUND_HALF_EVEN)


@pytest.mark.parametrize(("mart", "column"), VOCABULARIES)
def test_every_word_of_the_marts_has_its_words(mart: str, column: str) -> None:
    known = words(VOCABULARIES[mart, column])
    assert accepted(mart, column) <= known


def accepted(mart: str, column: str) -> set[str]:
    """The values that a mart's test accepts in a column."""
    model = yaml.safe_load((PROJECT / f"models/marts/{mart}.yml").read_text(encoding="utf-8"))["models"][0]
    tests: list[Any] = next(found.get("data_tests", []) for found in model["columns"] if found["name"] == column)
    values = [test["accepted_values"]["arguments"]["values"] for test in tests if "accepted_values" in test]
    assert values, (mart, column)
    return set(values[0])


def test_every_word_that_stands_in_a_mart_has_its_words(sample: duckdb.DuckDBPyConnection) -> None:
    for mart, column, kind in (
        ("fct_unit_indicator", "stage", "stage"),
        ("fct_county_indicator", "stage", "stage"),
        ("fct_county_indicator", "operator", "limit"),
        ("fct_county_item", "grp", "group"),
        ("fct_funding_per_pupil", "measure", "measure"),
        ("fct_remediation", "gap_unit", "lacking"),
    ):
        found = {row[0] for row in sample.execute(f"select distinct {column} from marts.{mart}").fetchall()} - {None}
        assert found
        assert found <= words(kind), (mart, column)


def test_every_unit_of_an_indicator_has_its_digits() -> None:
    known = {row["unit_zh"] for row in seed("display/display_digits.csv")}
    assert {row["unit_zh"] for row in seed("standards/indicators.csv")} - {""} <= known


def test_units_in_english_are_those_of_the_indicator(sample: duckdb.DuckDBPyConnection) -> None:
    own = {row["indicator_id"]: row["unit_en"].replace("m2", "m²") for row in seed("standards/indicators.csv")}
    for table in ("shown_unit_indicator", "shown_school_item", "shown_county_target", "shown_county_difference"):
        rows = sample.execute(f"select distinct indicator_id, unit_zh, unit_en from display.{table}").fetchall()
        assert rows
        for indicator, unit_zh, unit_en in rows:
            assert unit_en == (own[indicator] if unit_zh else None), (table, indicator)


def test_every_coefficient_and_every_item_is_counted_once(built_counties: Path) -> None:
    """What lacks data is told beside what is met and what is not: the counts of a county add up to its rows."""
    with duckdb.connect(str(built_counties), read_only=True) as connection:
        told = connection.execute(
            "select county_code, coefficients_met_shown::int, coefficients_over_shown::int,"
            " coefficients_no_data_shown::int from display.shown_county_verdict order by county_code"
        ).fetchall()
        counted = connection.execute(
            "select county_code, count(*) filter (is_met), count(*) filter (not is_met),"
            " count(*) filter (is_met is null) from marts.fct_county_difference"
            " group by county_code order by county_code"
        ).fetchall()
        assert told == counted
        assert any(no_data for *_, no_data in told)
        groups = connection.execute(
            "select county_code, grp, standing, items_shown::int, group_items_shown::int"
            " from display.shown_county_group order by all"
        ).fetchall()
        assert (
            groups
            == connection.execute(
                "select county_code, grp, status, count(*), sum(count(*)) over (partition by county_code, grp)::int"
                " from marts.fct_county_item group by county_code, grp, status order by all"
            ).fetchall()
        )
        assert groups
