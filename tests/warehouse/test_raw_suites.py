"""The raw suites on small warehouses: every rule has a row that passes and a row that fails."""

from __future__ import annotations

import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.checks import refuse_errors
from junheng.errors import MachineError, UsageError
from junheng.validation import run_suites
from junheng.validation.results import RuleResult
from tests.warehouse import raw_county

RULE_IDS = sorted(raw_county.raw_rule_ids())

Results = dict[str, RuleResult]


def run(database: Path, suites: Path = raw_county.RAW_SUITES) -> Results:
    results = run_suites(database, suites, parameters={})
    assert max(Counter(result.rule_id for result in results).values()) == 1
    return {result.rule_id: result for result in results}


@pytest.fixture(scope="module")
def broken() -> raw_county.County:
    return raw_county.broken_county()


@pytest.fixture(scope="module")
def results_of_good(tmp_path_factory: pytest.TempPathFactory) -> Results:
    path = tmp_path_factory.mktemp("good county 好") / "warehouse.duckdb"
    return run(raw_county.write_warehouse(path, raw_county.good_county().tables, with_source=False))


@pytest.fixture(scope="module")
def results_of_broken(broken: raw_county.County, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(raw_county.write_warehouse(tmp_path_factory.mktemp("broken") / "w.duckdb", broken.tables))


def keys_of(result: RuleResult) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.keys.values()) for row in result.sample), key=str)


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_good_rows_pass(rule_id: str, results_of_good: Results) -> None:
    result = results_of_good[rule_id]
    assert (result.status, result.reason, result.rows_failed) == ("pass", None, 0)
    assert result.rows_checked > 0


@pytest.mark.parametrize("rule_id", [rule_id for rule_id in RULE_IDS if not rule_id.endswith(".not_empty")])
def test_exactly_the_rows_that_break_a_rule_are_found(
    rule_id: str, broken: raw_county.County, results_of_broken: Results
) -> None:
    expected = sorted(broken.broken[rule_id], key=str)
    assert expected, f"no row breaks {rule_id}"
    result = results_of_broken[rule_id]
    assert keys_of(result) == expected
    assert result.rows_failed == len(expected)
    assert result.status == ("fail" if result.severity == "critical" else "warn")


def test_a_failing_row_leads_back_to_its_cell(broken: raw_county.County, results_of_broken: Results) -> None:
    (row,) = results_of_broken["raw.facilities.teaching_area_m2.not_negative"].sample
    written = next(row for row in broken.tables["facilities"] if row["teaching_area_m2"] == -1)
    assert (row.source_file, row.source_sheet, row.source_row) == ("facilities.xlsx", "表1", written["_source_row"])
    assert (row.actual, row.required) == ("-1.0000", ">= 0")
    (row,) = results_of_broken["raw.staff.subject.known_subject"].sample
    assert row.source_file == "staff.xlsx"
    assert row.actual == "炼金术"


def test_a_repeated_key_says_how_often_it_comes(results_of_broken: Results) -> None:
    rows = results_of_broken["raw.schools.key.unique"].sample
    assert {row.required for row in rows} == {"1 × (school_year, school_code)"}
    twice = [row for row in rows if None not in row.keys.values()]
    assert [row.actual for row in twice] == ["2 ×"] * 2


def test_seeded_rows_have_no_source_but_are_found(tmp_path: Path) -> None:
    county = raw_county.good_county()
    county.add("rooms", area_m2=-1, room_id="negative")
    only_rooms = copy_suites(tmp_path / "raw", "rooms")
    results = run(raw_county.write_warehouse(tmp_path / "w.duckdb", county.tables, with_source=False), only_rooms)
    (row,) = results["raw.rooms.area_m2.not_negative"].sample
    assert row.keys["room_id"] == "negative"
    assert (row.source_file, row.source_sheet, row.source_row) == (None, None, None)


def copy_suites(folder: Path, *tables: str) -> Path:
    folder.mkdir()
    for table in tables:
        name = f"{table}.json"
        (folder / name).write_bytes((raw_county.RAW_SUITES / name).read_bytes())
    return folder


def test_empty_and_missing_tables_are_no_data(tmp_path: Path) -> None:
    tables = {**{table: [] for table in raw_county.contract()}}
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table raw.rooms")
    results = run(database)
    not_empty = results.pop("raw.schools.table.not_empty")
    assert not_empty.status == "fail"
    assert not_empty.observed == "0"
    assert {result.status for result in results.values()} == {"no_data"}
    assert {result.reason for result in results.values() if result.table == "raw.rooms"} == {"table_missing"}
    assert {result.reason for result in results.values() if result.table != "raw.rooms"} == {"table_empty"}


def test_an_unreported_column_is_no_data_and_an_empty_scope_not_applicable(tmp_path: Path) -> None:
    county = raw_county.good_county()
    county.tables["schools"] = [row for row in county.tables["schools"] if row["parent_code"] is None]
    for row in county.tables["rooms"]:
        row["area_m2"] = None
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", county.tables)
    results = run(database, copy_suites(tmp_path / "raw", "schools", "rooms"))
    assert (results["raw.rooms.area_m2.not_negative"].status, results["raw.rooms.area_m2.not_negative"].reason) == (
        "no_data",
        "no_values",
    )
    parent = results["raw.schools.parent_code.parent_exists"]
    assert (parent.status, parent.reason) == ("not_applicable", "nothing_in_scope")


def test_a_rule_that_raises_is_an_error_and_hurts_no_other(tmp_path: Path) -> None:
    suites = copy_suites(tmp_path / "raw", "rooms")
    document = json.loads((suites / "rooms.json").read_text(encoding="utf-8"))
    broken_sql = json.loads(json.dumps(document["expectations"][0]))
    broken_sql["type"] = "unexpected_rows_expectation"
    broken_sql["kwargs"] = {"unexpected_rows_query": "select nothing_here from {batch}"}
    broken_sql["meta"]["rule_id"] = "raw.rooms.broken_sql"
    broken_sql["id"] = "00000000-0000-4000-8000-000000000000"
    document["expectations"].insert(0, broken_sql)
    (suites / "rooms.json").write_text(json.dumps(document), encoding="utf-8")
    results = run(raw_county.write_warehouse(tmp_path / "w.duckdb", raw_county.good_county().tables), suites)
    error = results.pop("raw.rooms.broken_sql")
    assert error.status == "error"
    assert "nothing_here" in (error.reason or "")
    assert {result.status for result in results.values()} == {"pass"}


def test_all_failing_rows_come_back_not_only_the_first_200(tmp_path: Path) -> None:
    county = raw_county.good_county()
    for number in range(450):
        county.add(
            "rooms",
            ("area_m2.not_negative", "school_code.known_school"),
            room_id=f"{number:04}",
            area_m2=-number - 1,
            school_code="nowhere",
        )
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", county.tables)
    results = run_suites(database, copy_suites(tmp_path / "raw", "rooms"), parameters={}, store=True)
    failed = {result.rule_id: result.rows_failed for result in results}
    for rule in ("area_m2.not_negative", "school_code.known_school"):
        rule_id = f"raw.rooms.{rule}"
        assert failed[rule_id] == 450
        with duckdb.connect(str(database)) as connection:
            rows = connection.execute(
                "select keys from quality.failing_row where rule_id = $rule_id", {"rule_id": rule_id}
            ).fetchall()
        stored = sorted((tuple(json.loads(keys).values()) for (keys,) in rows), key=str)
        assert stored == sorted(county.broken[rule_id], key=str)


def test_running_is_silent_offline_and_gives_the_file_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError(f"network: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", raw_county.good_county().tables)
    capfd.readouterr()
    assert run(database, copy_suites(tmp_path / "raw", "rooms"))
    assert capfd.readouterr() == ("", "")
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table written_afterwards (i int)")


def test_a_file_that_cannot_be_opened_is_the_fault_of_the_machine(tmp_path: Path) -> None:
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", raw_county.good_county().tables)
    with duckdb.connect(str(database)), pytest.raises(MachineError) as held:
        run(database)
    with pytest.raises(MachineError) as missing:
        run(tmp_path / "none.duckdb")
    assert held.value.message_id == missing.value.message_id == "warehouse_unreadable"
    assert missing.value.file == str(tmp_path / "none.duckdb")


def test_a_rule_about_a_column_that_is_not_there_is_an_error_and_the_others_are_judged(tmp_path: Path) -> None:
    database = raw_county.write_warehouse(tmp_path / "w.duckdb", raw_county.good_county().tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table raw.rooms drop column area_m2")
    results = run(database, copy_suites(tmp_path / "raw", "rooms"))
    missing = {rule_id for rule_id, found in results.items() if found.status == "error"}
    assert missing == {rule_id for rule_id in results if ".area_m2." in rule_id} != set()
    assert {results[rule_id].reason for rule_id in missing} == {"column_missing: area_m2"}
    assert {found.status for rule_id, found in results.items() if rule_id not in missing} == {"pass"}
    # A build is stopped by it: there the tables have all their columns, so the suite is wrong.
    with pytest.raises(UsageError) as caught:
        refuse_errors(list(results.values()))
    assert (caught.value.message_id, caught.value.column) == ("suite_unknown_column", min(missing))
