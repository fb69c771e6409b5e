"""Property: setting any single row aside makes nothing better, and changes nothing that does not rest on it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.complete_county import Row, Tables, complete
from tests.warehouse.harness import build_counties

YEAR = 2024
REASON = "row_quarantined"
ROWS_PER_TABLE = 5
UNTOUCHED = "981101"
PLACES = ("school_code", "school_kind", "parent_code", "county_code", "stage", "grade", "fact_id")
GOOD = {"pass", "met", "remediation", "met_after_remediation", "not_applicable"}
# Columns that name a row of a mart, without the county.
MARTS = {
    "fct_unit_indicator": ("school_year", "school_code", "stage", "indicator_id"),
    "fct_unit_verdict": ("school_year", "school_code", "stage"),
    "fct_county_difference": ("school_year", "stage", "indicator_id"),
    "fct_school_item": ("school_year", "school_code", "stage", "indicator_id"),
    "fct_county_indicator": ("school_year", "indicator_id", "stage"),
    "fct_county_item": ("school_year", "item_id"),
    "fct_retention": ("graduated_in", "school_code", "formula"),
    "fct_funding_per_pupil": ("fiscal_year", "school_code", "stage", "measure"),
    "fct_finance_growth": ("fiscal_year", "stage", "indicator_id"),
    "fct_county_target": ("school_year", "standard_id", "indicator_id", "stage"),
    "fct_county_verdict": ("school_year",),
}
Case = tuple[str, str, Row]


def cases() -> Iterator[Case]:
    """County, table and row that is set aside in it: sampled rows of every table, each in a county of its own."""
    chosen = random.Random(3)  # noqa: S311
    number = 981101
    for table, rows in complete(UNTOUCHED).items():
        for position in sorted(chosen.sample(range(len(rows)), min(ROWS_PER_TABLE, len(rows)))):
            number += 1
            yield str(number), table, complete(str(number))[table][position]


CASES = list(cases())


def place_of(table: str, row: Row) -> Row:
    """What the models are told of a row that was set aside."""
    place = {name: row.get(name) for name in PLACES}
    return {"table_name": table, "row_year": row.get("school_year", row.get("fiscal_year")), **place}


@pytest.fixture(scope="module")
def warehouse(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One warehouse of many complete counties, each but the first with one row set aside."""
    tables: Tables = complete(UNTOUCHED)
    for county, table, aside in CASES:
        for name, rows in complete(county).items():
            tables[name] += [row for row in rows if name != table or row != aside]
    return build_counties(
        tmp_path_factory.mktemp("quarantined"), tables, [place_of(table, row) for _, table, row in CASES]
    )


def rows_of(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, dict[tuple[Any, ...], Row]]:
    """County -> key without the county -> row."""
    result = connection.execute(f"from marts.{mart}")
    names = [column[0] for column in result.description]
    found: dict[str, dict[tuple[Any, ...], Row]] = {}
    for cells in result.fetchall():
        row = dict(zip(names, cells, strict=True))
        county = row.pop("county_code")
        if row.get("school_code"):
            row["school_code"] = row["school_code"].removeprefix(county)
        found.setdefault(county, {})[tuple(row[key] for key in MARTS[mart])] = row
    return found


@pytest.fixture(scope="module")
def marts(warehouse: Path) -> dict[str, dict[str, dict[tuple[Any, ...], Row]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {mart: rows_of(connection, mart) for mart in MARTS}


Marts = dict[str, dict[str, dict[tuple[Any, ...], Row]]]


def test_the_untouched_county_meets_everything(marts: Marts) -> None:
    assert marts["fct_county_verdict"][UNTOUCHED][(YEAR,)]["verdict"] == "met"


@pytest.mark.parametrize(("county", "table", "aside"), CASES, ids=[f"{table}-{county}" for county, table, _ in CASES])
def test_what_rests_on_the_row_is_not_judged_and_nothing_becomes_better(
    county: str, table: str, aside: Row, marts: Marts
) -> None:
    changes = 0
    for mart, counties in marts.items():
        before, after = counties.get(UNTOUCHED, {}), counties.get(county, {})
        assert set(after) <= set(before), mart
        # a school that reported nothing else of its cohort has no cohort that could be judged
        lost = [before[key]["status"] for key in set(before) - set(after)]
        assert lost == [] or (mart == "fct_retention" and set(lost) == {"no_data"}), mart
        for key, row in before.items():
            if key not in after:
                continue
            changes += row["status"] != after[key]["status"]
            if after[key]["status"] in GOOD:
                assert row["status"] == after[key]["status"], (mart, key)
            if row["status"] != after[key]["status"]:
                assert after[key]["status"] == "no_data", (mart, key)
                assert after[key]["reason"] == REASON, (mart, key, after[key]["reason"])
    if table in ("facilities", "rooms", "classes") and aside["school_code"] == f"{county}4":
        return  # nothing is judged by these of a special school
    if aside.get("school_year", YEAR) < YEAR and table == "schools":
        return  # earlier years lack everything else in this county
    assert changes, f"nothing rests on {table} {aside}"
    if aside.get("school_year", aside.get("fiscal_year")) == YEAR:
        assert marts["fct_county_verdict"][county][(YEAR,)]["verdict"] == "no_data"


SCHOOL_TABLES = {
    "enrolment": 7,
    "staff": 3,
    "facilities": 4,
}


@pytest.mark.parametrize(
    ("county", "table", "aside"),
    [case for case in CASES if case[1] in SCHOOL_TABLES and case[2]["school_year"] == YEAR],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_exactly_the_indicators_of_the_school_change(county: str, table: str, aside: Row, marts: Marts) -> None:
    before, after = marts["fct_unit_indicator"][UNTOUCHED], marts["fct_unit_indicator"][county]
    changed = [key for key in before if before[key] != after[key]]
    school = aside["school_code"].removeprefix(county)
    if school == "4":  # the special school is no unit
        assert changed == []
    else:
        assert {key[1] for key in changed} == {school}
        assert len(changed) == SCHOOL_TABLES[table]
