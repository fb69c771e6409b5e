"""Retention, per-pupil funding and growth: the sample against the published figures, and how a window can break."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.harness import CompiledModel

TONGNAN = "500152"
YEARS = (2021, 2022, 2023, 2024)
GRADE_IN = {2021: 7, 2022: 8, 2023: 9}
Query = Any


@pytest.fixture(scope="module")
def sample(built_sample: Path) -> Iterator[Query]:
    with duckdb.connect(str(built_sample), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_county_components_are_the_sums_of_the_schools(sample: Query) -> None:
    """Published components of 2024; the first cohorts of the sample have no full window."""
    columns = "graduates, entrants, transfers_in, transfers_out, suspended, resumed, deaths"
    sums = ", ".join(f"sum({column.strip()})" for column in columns.split(","))
    where = f"county_code = '{TONGNAN}' and graduated_in = 2024 and formula = 'raw'"
    published = (8212, 8010, 439, 307, 89, 93, 4)
    assert sample(f"select {columns} from marts.fct_retention where {where} and school_code is null") == [published]
    assert sample(f"select {sums} from marts.fct_retention where {where} and school_code is not null") == [published]
    assert sample(
        """select distinct status, reason, retention_pct, is_met from marts.fct_retention
        where graduated_in < 2024"""
    ) == [("no_data", "window_incomplete", None, None)]


def test_tongnan_special_school_is_funded_at_its_quota(sample: Query) -> None:
    """Published: 104 pupils at 6000 元, 62.43 万元."""
    rows = sample(
        f"""select amount_yuan, required_yuan, pupils, status from marts.fct_funding_per_pupil
        where county_code = '{TONGNAN}' and fiscal_year = 2024 and school_code is null
            and measure = 'public_funds_budget' and stage = 'special'"""
    )
    assert rows == [(Decimal("624300.00"), Decimal(104 * 6000), 104, "pass")]


def test_first_year_has_nothing_to_compare(sample: Query) -> None:
    assert sample("select distinct status, reason, is_met from marts.fct_finance_growth where fiscal_year = 2021") == [
        ("no_data", "no_previous_year", None)
    ]


def test_missing_tables_are_no_data(built_counties: Path) -> None:
    """The small counties hand in one year and no table of money: nothing of them passes or fails."""
    with duckdb.connect(str(built_counties), read_only=True) as connection:
        counties = connection.execute("select count(*) from intermediate.int_county_years").fetchone()
        retention = connection.execute(
            """select count(*) filter (where school_code is null and is_chosen), min(status), max(status), min(reason),
                max(reason), count(retention_pct) from marts.fct_retention"""
        ).fetchone()
        money = connection.execute(
            """select measure, count(distinct county_code), count(amount_yuan), count(is_met),
                count(*) filter (where status = 'no_data' or reason in ('no_special_school', 'no_pupils')) = count(*)
            from marts.fct_funding_per_pupil group by measure order by measure"""
        ).fetchall()
        growth = connection.execute("select distinct status, reason, is_met from marts.fct_finance_growth").fetchall()
    assert counties is not None
    (number,) = counties
    assert number > 1
    assert retention == (number, "no_data", "no_data", "window_incomplete", "window_incomplete", 0)
    measures = ("budget_expenditure", "public_funds_budget", "public_funds_spend", "total_spend")
    assert money == [(measure, number, 0, 0, True) for measure in measures]
    assert growth == [("no_data", "no_county_finance", None)]


class Window:
    """Rows of schools and of the cohort that graduates in 2024, for the model of the windows."""

    def __init__(self, *county_codes: str, years: tuple[int, ...] = YEARS) -> None:
        self.county_years = [{"school_year": year, "county_code": code} for code in county_codes for year in years]
        self.sites: list[dict[str, Any]] = []
        self.flows: list[dict[str, Any]] = []

    def site(
        self,
        code: str,
        *years: int,
        school: str | None = None,
        county: str = "1",
        kind: str = "junior",
        is_orphan: bool = False,
    ) -> Window:
        """A row of the register in each of the years."""
        for year in years:
            self.sites.append(
                {
                    "school_year": year,
                    "site_code": code,
                    "county_code": county,
                    "school_code": school or code,
                    "school_kind": kind,
                    "site_kind": kind,
                    "is_orphan": is_orphan,
                }
            )
        return self

    def cohort(
        self,
        code: str,
        *years: int,
        school: str | None = None,
        county: str = "1",
        is_empty: bool = False,
        grade: int | None = None,
    ) -> Window:
        """The grade in which the cohort is in each of the years, or another one."""
        for year in years:
            self.flows.append(
                {
                    "school_year": year,
                    "county_code": county,
                    "school_code": school or code,
                    "site_code": code,
                    "grade": grade or GRADE_IN[year],
                    "is_empty": is_empty,
                }
            )
        return self

    def whole(self, code: str = "whole") -> Window:
        """A school that is there in every year, with its cohort."""
        return self.site(code, *YEARS).cohort(code, *GRADE_IN)


@pytest.fixture(scope="module")
def windows(built_sample: Path) -> CompiledModel:
    return CompiledModel(built_sample, "intermediate", "int_retention_windows")


def reasons(model: CompiledModel, window: Window) -> dict[str, str | None]:
    """ "county" or "county/school" -> reason, for the cohort of 2024."""
    rows = model.run(
        {
            "intermediate.int_county_years": window.county_years,
            "intermediate.int_sites": window.sites,
            "intermediate.int_retention_flows": window.flows,
        }
    )
    of_cohort = [row for row in rows if row["graduated_in"] == 2024]
    found = {"/".join(filter(None, (row["county_code"], row["school_code"]))): row["reason"] for row in of_cohort}
    assert len(found) == len(of_cohort), "a school or county has two rows"
    return found


CHANGED = "institution_changed"
NOT_REPORTED = "cohort_not_reported"
MOVED = "county_changed_in_window"


@pytest.mark.parametrize(
    ("case", "window", "expected"),
    [
        ("nothing changed", Window("1").whole(), {"1/whole": None, "1": None}),
        (
            "closed in the window",
            Window("1").whole().site("B", 2021, 2022).cohort("B", 2021, 2022),
            {"1/whole": None, "1/B": CHANGED, "1": None},
        ),
        (
            "a school that became a campus of another",
            Window("1")
            .whole()
            .site("B", 2021, 2022)
            .site("B", 2023, 2024, school="whole")
            .cohort("B", 2021, 2022)
            .cohort("B", 2023, school="whole"),
            {"1/whole": CHANGED, "1/B": CHANGED, "1": None},
        ),
        (
            "junior school became nine-year school",
            Window("1").site("A", 2021, 2022).site("A", 2023, 2024, kind="nine_year").cohort("A", *GRADE_IN),
            {"1/A": CHANGED, "1": None},
        ),
        (
            "campus whose grade 9 is taught at the main school",
            Window("1")
            .whole()
            .site("B", *YEARS, school="whole")
            .cohort("B", 2021, 2022, school="whole")
            .cohort("B", 2023, school="whole", grade=7),
            {"1/whole": None, "1": None},
        ),
        (
            "campus that reports no grade at all in one year",
            Window("1").whole().site("B", *YEARS, school="whole").cohort("B", 2021, 2022, school="whole"),
            {"1/whole": NOT_REPORTED, "1": NOT_REPORTED},
        ),
        (
            "school that left out its grade 7",
            Window("1").whole().site("B", *YEARS).cohort("B", 2022, 2023),
            {"1/whole": None, "1/B": NOT_REPORTED, "1": NOT_REPORTED},
        ),
        (
            "primary school that took over a junior grade in the last year",
            Window("1")
            .whole()
            .site("B", 2021, 2022, kind="primary")
            .site("B", 2023, kind="nine_year")
            .cohort("B", 2023),
            {"1/whole": None, "1/B": CHANGED, "1": None},
        ),
        (
            "nine-year school whose first grade 7 came after the cohort",
            Window("1")
            .whole()
            .site("B", *YEARS, kind="nine_year")
            .cohort("B", 2023, grade=7)
            .cohort("B", 2024, grade=8),
            {"1/whole": None, "1/B": NOT_REPORTED, "1": None},
        ),
        (
            "school without pupils",
            Window("1").whole().site("B", *YEARS).cohort("B", *GRADE_IN, is_empty=True),
            {"1/whole": None, "1": None},
        ),
        (
            "campus whose parent is not in the table",
            Window("1").whole().site("B", *YEARS, is_orphan=True).cohort("B", *GRADE_IN),
            {"1/whole": None, "1/B": "parent_missing", "1": None},
        ),
        (
            "a year is missing in the folder",
            Window("1", years=(2021, 2023, 2024)).site("A", 2021, 2023, 2024).cohort("A", 2021, 2023),
            {"1/A": "window_incomplete", "1": "window_incomplete"},
        ),
        ("no junior pupils", Window("1").site("A", *YEARS, kind="primary"), {"1": NOT_REPORTED}),
        (
            "a school changes county, the other county is not touched",
            Window("1", "2", "3")
            .site("A", 2021, county="1")
            .cohort("A", 2021, county="1")
            .site("A", 2022, 2023, 2024, county="2")
            .cohort("A", 2022, 2023, county="2")
            .site("C", *YEARS, county="3")
            .cohort("C", *GRADE_IN, county="3"),
            {"1/A": MOVED, "2/A": MOVED, "3/C": None, "1": MOVED, "2": MOVED, "3": None},
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_retention_window(windows: CompiledModel, case: str, window: Window, expected: dict[str, str | None]) -> None:
    assert reasons(windows, window) == expected, case
