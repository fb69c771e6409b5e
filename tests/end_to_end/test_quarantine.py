"""Wrong rows set aside: every row accounted for, and exactly what rests on them is no_data."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.command_line import SAMPLE, Outcome, Rows, junheng, rewrite, sample_copy
from tests.published import Published

YEAR = "2024"
EARLIER = "2022"
REASON = "row_quarantined"
TEACHERS = {"high_degree_teachers_per_100", "backbone_teachers_per_100", "pe_arts_teachers_per_100"}
FACILITIES = {
    "teaching_area_per_pupil",
    "sports_area_per_pupil",
    "equipment_value_per_pupil",
    "multimedia_rooms_per_100",
}
TABLES = (
    *("schools", "enrolment", "classes", "staff", "facilities", "rooms"),
    *("school_funding", "county_finance", "county_facts"),
)
Row = dict[str, Any]


def sample_rows(table: str) -> Rows:
    with (SAMPLE / f"{table}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def independent_schools() -> list[str]:
    """Schools of the judged year that are nobody's campus and have none, in the order of their codes."""
    rows = [row for row in sample_rows("schools") if row["school_year"] == YEAR]
    parents = {row["parent_code"] for row in rows}
    kinds = ("primary", "nine_year")
    return sorted(
        row["school_code"]
        for row in rows
        if row["school_kind"] in kinds and not row["parent_code"] and row["school_code"] not in parents
    )


@dataclass(frozen=True)
class Spoilt:
    """Which school (or fact) each wrong row belongs to, and the build that set the rows aside."""

    staff: str
    facilities: str
    classes: str
    rooms: str
    money: str
    junior: str
    unregistered: str
    out: Path
    outcome: Outcome

    @property
    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.outcome.stdout)
        return content


def spoil(raw: Path, table: str, column: str, value: str, **cells: str) -> None:
    """Spoil one cell of the first row that has these cells."""

    def change(_header: list[str], rows: Rows) -> None:
        row = next(row for row in rows if all(row[name] == cell for name, cell in cells.items()))
        row[column] = value

    rewrite(raw / f"{table}.csv", change)


@pytest.fixture(scope="module")
def spoilt(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    work = tmp_path_factory.mktemp("quarantine")
    raw = sample_copy(work / "raw")
    schools = independent_schools()
    with_rooms = {row["school_code"] for row in sample_rows("rooms") if row["school_year"] == YEAR}
    rooms = next(code for code in schools[10:] if code in with_rooms)
    junior = next(
        row["school_code"]
        for row in sample_rows("enrolment")
        if row["school_year"] == EARLIER and row["stage"] == "junior" and int(row["pupils"]) > 0
    )
    spoil(raw, "staff", "training_hours_5y", "-1", school_year=YEAR, school_code=schools[0])
    spoil(raw, "facilities", "sports_ground_area_m2", "-1", school_year=YEAR, school_code=schools[1])
    spoil(raw, "classes", "pupils", "-1", school_year=YEAR, school_code=schools[2])
    spoil(raw, "rooms", "area_m2", "-1", school_year=YEAR, school_code=rooms)
    spoil(raw, "school_funding", "training_spend_yuan", "-1", fiscal_year=YEAR, school_code=schools[3])
    spoil(raw, "enrolment", "deaths", "-1", school_year=EARLIER, school_code=junior, stage="junior")
    spoil(raw, "schools", "parent_code", "nobody", school_year="2021", school_code=schools[4])
    spoil(raw, "county_finance", "budget_expenditure_yuan", "-1", fiscal_year=YEAR, stage="primary")
    spoil(raw, "county_facts", "value", "150", school_year=YEAR, fact_id="social_recognition")
    out = work / "out"
    outcome = junheng("build", "--no-report", "--raw", raw, "--out", out, "--quarantine", "--json")
    assert outcome.code == 0, outcome.stderr
    return Spoilt(schools[0], schools[1], schools[2], rooms, schools[3], junior, schools[4], out, outcome)


def read(out: Path, query: str) -> list[Row]:
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_every_row_is_accounted_for(spoilt: Spoilt) -> None:
    accounts = {row["table_name"]: row for row in read(spoilt.out, "from quality.row_accounting")}
    assert set(accounts) == set(TABLES)
    for table, account in accounts.items():
        handed_in = len(sample_rows(table))
        assert account["rows_in"] == handed_in
        assert account["rows_valid"] + account["rows_quarantined"] == handed_in
        (valid,) = read(spoilt.out, f"select count(*) as n from raw.{table}")
        (aside,) = read(spoilt.out, f"select count(*) as n from quality.quarantine_{table}")
        assert (valid["n"], aside["n"]) == (account["rows_valid"], account["rows_quarantined"])
        assert account["rows_quarantined"] == 1, table
    assert spoilt.summary["quarantined"] == dict.fromkeys(TABLES, 1)


def test_a_row_set_aside_keeps_its_cells_its_place_and_its_rules(spoilt: Spoilt) -> None:
    (row,) = read(spoilt.out, "from quality.quarantine_facilities")
    assert (row["school_code"], int(row["sports_ground_area_m2"])) == (spoilt.facilities, -1)
    assert row["_source_file"] == "facilities.csv"
    place = next(
        number
        for number, given in enumerate(sample_rows("facilities"), start=2)
        if given["school_code"] == spoilt.facilities and given["school_year"] == YEAR
    )
    assert row["_source_row"] == place
    assert "raw.facilities.sports_ground_area_m2.not_negative" in row["rule_ids"]


def changed(mart: str, keys: tuple[str, ...], published: Published, spoilt: Spoilt) -> Iterator[tuple[Row, Row]]:
    """Rows of a mart before and after that differ; a row that is only in one of the two is an error."""
    before, after = (
        {tuple(row[key] for key in keys): row for row in read(out, f"from marts.{mart}")}
        for out in (published.out, spoilt.out)
    )
    assert set(before) == set(after)
    for key, row in before.items():
        if row != after[key]:
            yield row, after[key]


def test_only_the_indicators_that_rest_on_the_rows_change(published: Published, spoilt: Spoilt) -> None:
    keys = ("school_year", "school_code", "stage", "indicator_id")
    found: dict[tuple[int, str], set[str]] = {}
    for _, row in changed("fct_unit_indicator", keys, published, spoilt):
        assert (row["status"], row["reason"]) == ("no_data", REASON)
        assert row["is_met"] is row["value"] is None
        found.setdefault((row["school_year"], row["school_code"]), set()).add(row["indicator_id"])
    assert found == {
        (2024, spoilt.staff): TEACHERS,
        (2024, spoilt.facilities): FACILITIES,
        (2022, spoilt.junior): TEACHERS | FACILITIES,
        (2021, spoilt.unregistered): TEACHERS | FACILITIES,
    }


def test_only_the_verdicts_that_rest_on_the_rows_change(published: Published, spoilt: Spoilt) -> None:
    keys = ("school_year", "school_code", "stage")
    rows = [row for _, row in changed("fct_unit_verdict", keys, published, spoilt)]
    assert {(row["status"], row["reason"]) for row in rows} == {("no_data", REASON)}
    assert {(row["school_year"], row["school_code"]) for row in rows} == {
        (2024, spoilt.staff),
        (2024, spoilt.facilities),
        (2022, spoilt.junior),
        (2021, spoilt.unregistered),
    }


def test_only_the_coefficients_that_rest_on_the_rows_change(published: Published, spoilt: Spoilt) -> None:
    keys = ("school_year", "county_code", "stage", "indicator_id")
    found = set()
    for _, row in changed("fct_county_difference", keys, published, spoilt):
        assert (row["status"], row["reason"]) == ("no_data", REASON)
        assert row["cv"] is None
        found.add((row["school_year"], row["stage"], row["indicator_id"]))
    stages = {
        (row["school_code"], row["stage"])
        for row in read(published.out, "select school_code, stage from marts.fct_unit_verdict where school_year = 2024")
    }
    expected = {
        (2024, stage, indicator)
        for school, indicators in ((spoilt.staff, TEACHERS), (spoilt.facilities, FACILITIES))
        for code, stage in stages
        if code == school
        for indicator in indicators
    }
    assert {row for row in found if row[0] == 2024} == expected
    # A school that is not registered may have any stage.
    assert len({row for row in found if row[0] == 2021}) == 14
    assert not {row for row in found if row[0] == 2023}


def test_items_of_schools_and_counties(published: Published, spoilt: Spoilt) -> None:
    keys = ("school_year", "school_code", "stage", "indicator_id")
    items = [
        row
        for before, row in changed("fct_school_item", keys, published, spoilt)
        if row["school_year"] == 2024 and row["status"] != before["status"]
    ]
    assert {row["reason"] for row in items} == {REASON}
    assert {(row["school_code"], row["indicator_id"].rpartition("_")[0]) for row in items} == {
        (spoilt.classes, "class_size"),
        (spoilt.classes, "music_room"),
        (spoilt.classes, "art_room"),
        (spoilt.rooms, "music_room"),
        (spoilt.rooms, "art_room"),
        (spoilt.money, "training_fund"),
    } | {(row["school_code"], "small_school") for row in items if row["indicator_id"] == "small_school_funding"}
    county = changed("fct_county_indicator", ("school_year", "county_code", "indicator_id", "stage"), published, spoilt)
    touched = {row["indicator_id"] for _, row in county if row["school_year"] == 2024}
    assert touched >= {"teacher_360h_rate", "teacher_cert_rate", "rotation_rate", "social_recognition"}
    assert "junior_retention_3y" in touched  # grade 7 to 9 of 2022 lie in its window
    assert not touched & {"teacher_pay_ratio", "special_ed_funding_pp", "nearby_rate_primary", "naea_level"}


def test_nothing_becomes_better(published: Published, spoilt: Spoilt) -> None:
    good = {"pass", "met", "remediation", "not_applicable"}
    marts: dict[str, tuple[str, ...]] = {
        "fct_unit_indicator": ("school_year", "school_code", "stage", "indicator_id"),
        "fct_unit_verdict": ("school_year", "school_code", "stage"),
        "fct_county_difference": ("school_year", "county_code", "stage", "indicator_id"),
        "fct_school_item": ("school_year", "school_code", "stage", "indicator_id"),
        "fct_county_indicator": ("school_year", "county_code", "indicator_id", "stage"),
        "fct_county_item": ("school_year", "county_code", "item_id"),
        "fct_retention": ("graduated_in", "county_code", "school_code", "formula"),
        "fct_funding_per_pupil": ("fiscal_year", "county_code", "school_code", "stage", "measure"),
        "fct_finance_growth": ("fiscal_year", "county_code", "stage", "indicator_id"),
        "fct_county_target": ("school_year", "county_code", "standard_id", "indicator_id", "stage"),
    }
    for mart, keys in marts.items():
        for before, after in changed(mart, keys, published, spoilt):
            if before["status"] == after["status"]:  # only a figure is gone, of what did not apply or was not judged
                continue
            assert after["status"] not in good, (mart, before, after)
            assert after["reason"] == REASON or mart == "fct_county_item", (mart, before, after)


def test_the_county_is_not_judged_from_a_part(published: Published, spoilt: Spoilt) -> None:
    verdicts = {row["school_year"]: row for row in read(spoilt.out, "from marts.fct_county_verdict")}
    before = {row["school_year"]: row for row in read(published.out, "from marts.fct_county_verdict")}
    assert verdicts[2024]["verdict"] in ("no_data", "not_met")
    assert verdicts[2024]["status"] == "no_data"
    assert verdicts[2024]["reason"] == REASON
    assert verdicts[2024]["units_no_data"] > before[2024]["units_no_data"]


def test_a_table_that_is_missing_as_a_whole_is_still_refused(tmp_path: Path) -> None:
    raw = sample_copy(tmp_path / "raw")
    change: Callable[[list[str], Rows], None] = lambda _header, rows: rows.clear()  # noqa: E731
    rewrite(raw / "schools.csv", change)
    assert junheng("build", "--no-report", "--raw", raw, "--out", tmp_path / "out", "--quarantine").code == 1
    assert not (tmp_path / "out" / "warehouse.duckdb").exists()


def test_a_cell_that_cannot_be_read_is_set_aside_and_never_a_pass(published: Published, tmp_path: Path) -> None:
    raw = sample_copy(tmp_path / "raw")
    school = independent_schools()[0]
    spoil(raw, "facilities", "sports_ground_area_m2", "about ten", school_year=YEAR, school_code=school)
    spoil(raw, "county_facts", "fact_id", "", school_year=YEAR, fact_id="social_recognition")
    assert junheng("build", "--no-report", "--raw", raw, "--out", tmp_path / "refused").code == 1
    outcome = junheng("build", "--no-report", "--raw", raw, "--out", tmp_path / "out", "--quarantine", "--json")
    assert outcome.code == 0, outcome.stderr
    assert json.loads(outcome.stdout)["quarantined"] == {"facilities": 1, "county_facts": 1}
    units = f"from marts.fct_unit_indicator where school_year = {YEAR} and school_code = '{school}'"
    without = {row["indicator_id"] for row in read(tmp_path / "out", units) if row["status"] == "no_data"}
    assert without == FACILITIES
    # Which fact the row was about is not known: no fact of the year is taken from those that are left.
    facts = f"from marts.fct_county_indicator where school_year = {YEAR} and indicator_id in ('social_recognition')"
    assert {(row["status"], row["reason"]) for row in read(tmp_path / "out", facts)} == {("no_data", REASON)}
    (verdict,) = read(tmp_path / "out", f"from marts.fct_county_verdict where school_year = {YEAR}")
    assert verdict["status"] == "no_data"
    good = {"pass", "met", "remediation"}
    before = {row["item_id"]: row["status"] for row in read(published.out, _items())}
    after = {row["item_id"]: row["status"] for row in read(tmp_path / "out", _items())}
    assert not [item for item, status in after.items() if status in good and before[item] not in good]


def _items() -> str:
    return f"from marts.fct_county_item where school_year = {YEAR}"
