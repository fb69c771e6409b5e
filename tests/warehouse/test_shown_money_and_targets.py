"""Funding, growth, retention and targets as they are shown, computed once more from their parts, row by row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.harness import CompiledModel
from tests.warehouse.test_shown_figures import OPERATORS
from tests.warehouse.test_shown_tables import half_even, seed

COMPONENTS = ("transfers_in", "transfers_out", "suspended", "resumed", "deaths")
WAN = 10_000


@pytest.fixture(scope="module", params=["sample", "counties"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(request.getfixturevalue(f"built_{request.param}")), read_only=True) as connection:
        yield connection


def joined(connection: duckdb.DuckDBPyConnection, shown: str, mart: str, keys: str) -> list[dict[str, Any]]:
    """Rows of a display table with those of its mart; the mart's columns begin with `m_`. Empty keys are alike."""
    names = keys.split(", ")
    equal = " and ".join(f"d.{name} is not distinct from m.{name}" for name in names)
    columns = [row[0] for row in connection.execute(f"describe marts.{mart}").fetchall()]
    listed = ", ".join(f"m.{name} as m_{name}" for name in columns)
    cursor = connection.execute(
        f"select d.*, {listed} from display.{shown} d inner join marts.{mart} m on {equal} order by all"
    )
    heads = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(heads, row, strict=True)) for row in cursor.fetchall()]
    for table in (f"marts.{mart}", f"display.{shown}"):
        assert connection.execute(f"select count(*) from {table}").fetchone() == (len(rows),)
    return rows


def is_sample(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the warehouse is that of the sample county, which has figures of every kind."""
    return bool(
        connection.execute("select count(*) from display.shown_school where county_code = '500152'").fetchall()[0][0]
    )


def in_wan(yuan: Decimal | None) -> str | None:
    """Yuan as 万元: exact, two decimals at least."""
    if yuan is None:
        return None
    text = f"{(yuan / WAN).normalize():f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def places(text: str) -> int:
    return len(text.partition(".")[2])


def agrees(row: dict[str, Any], is_met: bool | None) -> None:
    """The word of a row is that of its verdict."""
    expected = {True: "met", False: "not_met"}
    assert row["standing"] == expected.get(is_met, row["m_status"]), row  # type: ignore[arg-type]


def test_funding_is_amount_over_pupils_against_what_is_required(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = joined(
        warehouse,
        "shown_funding",
        "fct_funding_per_pupil",
        "fiscal_year, county_code, school_code, stage, measure",
    )
    judged = 0
    for row in rows:
        amount, pupils, required = row["m_amount_yuan"], row["m_pupils"], row["m_required_yuan"]
        assert row["amount_shown"] == in_wan(amount)
        assert row["required_shown"] == in_wan(required)
        assert row["pupils_shown"] == (None if pupils is None else str(pupils))
        is_met = row["m_is_met"]
        if is_met is not None:
            judged += 1
            assert is_met is (amount >= required)
            assert row["gap_shown"] == in_wan(max(required - amount, Decimal(0)))
        agrees(row, is_met if row["m_status"] in ("pass", "fail") else None)
        if amount is None or not pupils:
            assert row["value_shown"] is None
            continue
        exact = Fraction(amount) / pupils
        assert row["value_shown"] == half_even(exact, places(row["value_shown"])), row
        assert places(row["value_shown"]) == 2 or is_met is not None
        if is_met is not None:
            limit = Fraction(required) / pupils
            assert (Fraction(row["value_shown"]) >= limit) is is_met or exact == limit, row
            assert row["threshold_shown"] == half_even(limit, places(row["threshold_shown"]))
            assert (Fraction(row["value_shown"]) >= Fraction(row["threshold_shown"])) is is_met, row
    assert judged > 10 or not is_sample(warehouse)


@pytest.mark.parametrize(
    ("exact", "required", "is_met", "shown"),
    [
        (1.004, 1.0049, False, ("1.00", "1.005")),
        (1.006, 1.0134, False, ("1.006", "1.01")),
        (1.0134, 1.006, True, ("1.01", "1.01")),
        (1.0049, 1.004, True, ("1.005", "1.00")),
        (1.0151, 1.0149, True, ("1.02", "1.01")),
        (650.0, 650.0, True, ("650.00", "650.00")),
        (649.996, 650.0, False, ("649.996", "650.00")),
    ],
)
def test_what_is_required_never_stands_on_the_other_side(
    exact: float, required: float, is_met: bool, shown: tuple[str, str], built_sample: Path
) -> None:
    model = CompiledModel(built_sample, "display", "shown_funding")
    funding = {
        "fiscal_year": 2024,
        "county_code": "990000",
        "measure": "public_funds_budget",
        "per_pupil_yuan": exact,
        "required_per_pupil": required,
        "is_met": is_met,
        "status": "pass" if is_met else "fail",
    }
    (row,) = model.run({"marts.fct_funding_per_pupil": [funding]})
    assert (row["value_shown"], row["threshold_shown"]) == shown


def test_growth_is_the_change_on_the_year_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = joined(
        warehouse, "shown_finance_growth", "fct_finance_growth", "fiscal_year, county_code, stage, indicator_id"
    )
    told = 0
    for row in rows:
        amount, before = row["m_amount_yuan"], row["m_previous_amount_yuan"]
        assert row["amount_shown"] == in_wan(amount)
        assert row["previous_amount_shown"] == in_wan(before)
        for shown, sum_of, pupils in (
            (row["per_pupil_shown"], amount, row["m_pupils"]),
            (row["previous_per_pupil_shown"], before, row["m_previous_pupils"]),
        ):
            exact = Fraction(sum_of) / pupils if sum_of is not None and pupils else None
            assert shown == (None if exact is None else half_even(exact, places(shown)))
        agrees(row, row["m_is_met"])
        if row["value_shown"] is None:
            assert row["m_is_met"] is None
            continue
        told += 1
        now, then = Fraction(amount), Fraction(before)
        if "per_pupil" in row["indicator_id"]:
            now, then = now / row["m_pupils"], then / row["m_previous_pupils"]
        change = 100 * (now - then) / then
        assert row["value_shown"] == half_even(change, places(row["value_shown"])), row
        assert row["m_is_met"] is (now >= then)
        assert (Fraction(row["value_shown"]) >= Fraction(row["m_threshold"])) is row["m_is_met"], row
    assert told > 3 or not is_sample(warehouse)


def almost_equal() -> list[tuple[Decimal, int, Decimal, int]]:
    """Amounts and pupils of two years whose amounts per pupil are equal or nearly so: by cents, by a pupil, far off."""
    numbers = random.Random(7)  # noqa: S311 - the same cases in every run
    cent = Decimal("0.01")
    found = []
    for pupils in (1, 3, 7, 999, 20_011, 300_007):
        for per_pupil in (Decimal("0.01"), Decimal("12345.67"), Decimal("8000")):
            for former in (pupils, pupils + 1, numbers.randint(1, 10**6)):
                amount = per_pupil * pupils
                same = (amount * former / pupils).quantize(cent)
                found += [(amount + step * cent, pupils, max(same, cent), former) for step in (-1, 0, 1)]
    return [case for case in found if case[0] > 0]


def order(one: Fraction | str, other: Fraction | str) -> int:
    one, other = Fraction(one), Fraction(other)
    return (one > other) - (one < other)


def test_two_years_beside_each_other_never_look_equal_when_they_are_not(built_sample: Path) -> None:
    model = CompiledModel(built_sample, "display", "shown_finance_growth")
    cases = almost_equal()
    growth = []
    for number, (amount, pupils, before, former) in enumerate(cases):
        now, then = Fraction(amount) / pupils, Fraction(before) / former
        growth.append(
            {
                "fiscal_year": number,
                "county_code": "990000",
                "stage": "primary",
                "indicator_id": "budget_expenditure_per_pupil_growth",
                "amount_yuan": amount,
                "previous_amount_yuan": before,
                "pupils": pupils,
                "previous_pupils": former,
                "per_pupil_yuan": float(now),
                "previous_per_pupil_yuan": float(then),
                "change_pct": float(100 * (now - then) / then),
                "threshold": 0,
                "is_met": now >= then,
                "status": "pass" if now >= then else "fail",
            }
        )
    indicator = [{"indicator_id": "budget_expenditure_per_pupil_growth"}]
    found = model.run({"marts.fct_finance_growth": growth, "marts.dim_indicator": indicator})
    rows = sorted(found, key=lambda row: int(row["fiscal_year"]))
    assert len(rows) == len(cases) > 100
    looked_equal = 0
    for row, (amount, pupils, before, former) in zip(rows, cases, strict=True):
        now, then = Fraction(amount) / pupils, Fraction(before) / former
        assert order(row["per_pupil_shown"], row["previous_per_pupil_shown"]) == order(now, then), row
        assert order(row["value_shown"], "0") == order(now, then), row
        looked_equal += half_even(now, 2) == half_even(then, 2) and now != then
        if half_even(now, 2) != half_even(then, 2) or now == then:
            assert places(row["per_pupil_shown"]) == places(row["previous_per_pupil_shown"]) == 2
    assert looked_equal > 10


def test_retention_is_that_of_its_components_under_its_formula(warehouse: duckdb.DuckDBPyConnection) -> None:
    formulas = {row["formula_id"]: row for row in seed("standards/retention_formulas.csv")}
    rows = joined(warehouse, "shown_retention", "fct_retention", "graduated_in, county_code, school_code, formula")
    told = 0
    for row in rows:
        formula = formulas[row["formula"]]
        shown = {name: row[f"{name}_shown"] for name in ("graduates", "entrants", *COMPONENTS)}
        assert shown == {name: None if row[f"m_{name}"] is None else str(row[f"m_{name}"]) for name in shown}
        agrees(row, row["m_is_met"])
        if row["value_shown"] is None:
            assert row["m_retention_pct"] is None
            continue
        told += 1

        def part(name: str, of: str, formula: dict[str, str] = formula, row: dict[str, Any] = row) -> int:
            factors = {one: int(formula.get(f"{of}_{one}") or 0) for one in COMPONENTS}
            return int(row[f"m_{name}"]) + sum(
                factor * int(row[f"m_{one}"]) for one, factor in factors.items() if factor
            )

        numerator, denominator = part("graduates", "numerator"), part("entrants", "denominator")
        assert (row["numerator_shown"], row["denominator_shown"]) == (str(numerator), str(denominator))
        exact = Fraction(100 * numerator, denominator)
        assert row["value_shown"] == half_even(exact, places(row["value_shown"])), row
        assert row["exceeds_100"] is (exact > 100)
        met = exact >= Fraction(row["m_threshold"])
        assert row["m_is_met"] in (met, None)
        assert (Fraction(row["value_shown"]) >= Fraction(row["threshold_shown"])) is met, row
    assert told > 5 or not is_sample(warehouse)


def test_targets_are_held_against_their_limits(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = joined(
        warehouse,
        "shown_county_target",
        "fct_county_target",
        "school_year, county_code, standard_id, indicator_id, stage",
    )
    for row in rows:
        limit = Decimal(row["threshold_shown"])
        assert limit == row["m_threshold"]
        assert row["due_on_shown"] == row["m_due_on"].isoformat()
        assert row["standing"] == row["m_status"]
        if row["m_status"] not in ("met", "not_met"):
            assert row["value_shown"] is None
            continue
        exact = Fraction(Decimal(repr(row["m_value"])).quantize(Decimal("1e-9")))
        met = OPERATORS[row["m_operator"]](row["m_value"], float(limit))
        assert met is (row["m_status"] == "met")
        assert OPERATORS[row["m_operator"]](Decimal(row["value_shown"]), limit) is met, row
        assert row["value_shown"] == half_even(exact, places(row["value_shown"])), row
        words = {one["word"]: one["zh"] for one in seed("display/display_words.csv") if one["kind"] == "limit"}
        assert row["limit_zh"].startswith(f"{words[row['m_operator']]} {row['threshold_shown']}")


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [
        (Decimal("1541000000.00"), "154100.00"),
        (Decimal("856956542.00"), "85695.6542"),
        (Decimal("0.00"), "0.00"),
        (Decimal("0.01"), "0.000001"),
        (Decimal("-100.10"), "-0.01001"),
        (Decimal("50"), "0.005"),
        (Decimal("1000000"), "100.00"),
    ],
)
def test_yuan_as_wan_by_hand(yuan: Decimal, shown: str) -> None:
    assert in_wan(yuan) == shown
