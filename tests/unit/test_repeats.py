"""What is handed in twice is taken once; two different rows for one key are reported with both places, never chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.accounting import LANDED, REPEATED, Accounts, SourceRecord, record_of_block
from junheng.landing.model import Block, Constant, GridRows, HandedFile, Reading
from junheng.landing.places import Place, comparable
from junheng.landing.repeats import SeenBlocks, take_repeats_out
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

TABLE = read_contract(packaged_project().standards)["rooms"]
CONTRACT = {"rooms": TABLE}
COLUMNS = "school_year, school_code, room_id, room_kind, area_m2, _source_file, _source_sheet, _source_row"
Row = tuple[int, str, str | None, str, float | None]


READING = Reading("rooms")


def block(file: str, sheet: str | None = None) -> Block:
    handed = HandedFile(file, Path(file), 1, "the same bytes")
    return Block(handed, sheet, False, 1, None, None, (), (1,), (), GridRows([], []))


class County:
    """Raw rooms from several places, each with its record."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.findings = Findings(connection)
        self.accounts = Accounts(connection)
        self.seen = SeenBlocks(self.findings, self.accounts)

    def hand_in(self, file: str, sheet: str | None, *rows: Row, rejected: int = 0) -> SourceRecord:
        record = record_of_block(
            block(file, sheet),
            READING,
            school_years=tuple(sorted({row[0] for row in rows})),
            rows_read=len(rows) + 1 + rejected,
            rows_landed=len(rows),
            rows_rejected=rejected,
            rows_header=1,
        )
        self.accounts.add(record)
        for number, row in enumerate(rows, start=2):
            self.connection.execute(
                f"insert into raw.rooms ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)", [*row, file, sheet, number]
            )
        return record

    def compare(self) -> None:
        take_repeats_out(self.connection, CONTRACT, self.accounts, self.findings, Messages("en"))
        self.accounts.write(CONTRACT)

    def record(self, file: str) -> SourceRecord:
        return next(record for record in self.accounts.records if record.file == file)

    def left(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(
            "select _source_file, _source_sheet, _source_row from raw.rooms order by all"
        ).fetchall()

    def found(self, severity: str) -> list[Finding]:
        return self.findings.first(severity, 100)


@pytest.fixture
def county() -> Iterator[County]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as scratch")
        connection.execute("create schema raw")
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in TABLE.columns)
        connection.execute(
            f"create table raw.rooms ({columns}, _source_file varchar, _source_sheet varchar, _source_row bigint)"
        )
        yield County(connection)


MUSIC: Row = (2024, "0001", "M01", "music", 96)
ART: Row = (2024, "0001", "A01", "art", None)
OTHER: Row = (2024, "0002", "M01", "music", 96)


def test_rows_of_another_file_are_taken_once_and_counted(county: County) -> None:
    county.hand_in("一校.xlsx", "教室", MUSIC, ART)
    county.hand_in("汇总.xlsx", "教室", OTHER, ART, MUSIC)
    county.compare()
    first, second = county.record("一校.xlsx"), county.record("汇总.xlsx")
    assert county.left() == [("一校.xlsx", "教室", 2), ("一校.xlsx", "教室", 3), ("汇总.xlsx", "教室", 2)]
    assert (first.rows_landed, first.rows_repeated) == (2, 0)
    assert (second.rows_landed, second.rows_repeated, second.status) == (1, 2, LANDED)
    assert county.found(CRITICAL) == []
    (warning,) = county.found(WARNING)
    assert (warning.rule_id, warning.file, warning.sheet, warning.found) == (
        "rows_repeated",
        "汇总.xlsx",
        "教室",
        "一校.xlsx / 教室: 2",
    )


def test_a_file_whose_rows_are_all_in_another_one_is_repeated_under_any_name(county: County) -> None:
    county.hand_in("rooms.csv", None, MUSIC, ART)
    county.hand_in("rooms 最终版.csv", None, ART, MUSIC)
    county.compare()
    second = county.record("rooms 最终版.csv")
    assert (second.status, second.reason, second.rows_landed, second.rows_repeated) == (
        REPEATED,
        "file_repeated",
        0,
        2,
    )
    assert [warning.rule_id for warning in county.found(WARNING)] == ["file_repeated"]
    assert {file for file, _, _ in county.left()} == {"rooms.csv"}


def test_one_key_with_two_values_names_both_places_and_both_stay(county: County) -> None:
    county.hand_in("a.csv", None, OTHER, MUSIC)
    county.hand_in("b.xlsx", "S1", replace_row(MUSIC, area=78, kind="art"))
    county.compare()
    (finding,) = county.found(CRITICAL)
    assert finding == Finding(
        "key_in_two_files",
        CRITICAL,
        table="rooms",
        file="b.xlsx",
        sheet="S1",
        row=2,
        column="room_kind, area_m2",
        found="art, 78.0000",
        expected="the same as in a.csv / 3: music, 96.0000",
        keys='{"school_year":2024,"school_code":"0001","room_id":"M01"}',
    )
    assert county.found(WARNING) == []
    assert len(county.left()) == 3
    assert county.record("b.xlsx").rows_landed == 1


def test_a_missing_value_is_another_value(county: County) -> None:
    county.hand_in("a.csv", None, MUSIC)
    county.hand_in("b.csv", None, replace_row(MUSIC, area=None))
    county.compare()
    (finding,) = county.found(CRITICAL)
    assert (finding.column, finding.found, finding.expected) == ("area_m2", "", "the same as in a.csv / 2: 96.0000")


def test_three_files_are_all_held_against_the_first(county: County) -> None:
    for file, area in (("a.csv", 96), ("b.csv", 96), ("c.csv", 78), ("d.csv", 96)):
        county.hand_in(file, None, replace_row(MUSIC, area=area))
    county.compare()
    assert [finding.file for finding in county.found(CRITICAL)] == ["c.csv"]
    assert [file for file, _, _ in county.left()] == ["a.csv", "c.csv"]


def test_a_key_twice_in_one_place_is_left_to_the_raw_suite(county: County) -> None:
    county.hand_in("a.csv", None, MUSIC, MUSIC, replace_row(MUSIC, area=78))
    county.hand_in("b.csv", None, OTHER)
    county.compare()
    assert len(county.left()) == 4
    assert county.found(CRITICAL) == county.found(WARNING) == []


def test_rows_without_a_complete_key_are_not_compared(county: County) -> None:
    broken: Row = (2024, "0001", None, "music", 96)
    county.hand_in("a.csv", None, broken, MUSIC)
    county.hand_in("b.csv", None, broken, ART)
    county.compare()
    assert len(county.left()) == 4
    assert county.found(WARNING) == []


def test_two_sheets_of_one_workbook_are_two_places(county: County) -> None:
    county.hand_in("a.xlsx", "S1", MUSIC)
    county.hand_in("a.xlsx", "S2", MUSIC)
    county.compare()
    assert county.left() == [("a.xlsx", "S1", 2)]


def test_one_file_for_each_year_has_nothing_to_compare(county: County) -> None:
    places = [
        Place("2023.csv", None, (county.hand_in("2023.csv", None, replace_row(MUSIC, year=2023)),)),
        Place("2024.csv", None, (county.hand_in("2024.csv", None, MUSIC),)),
    ]
    assert comparable(places) == []
    places.append(Place("all.csv", None, (county.hand_in("all.csv", None, ART),)))
    assert [place.file for place in comparable(places)] == ["2024.csv", "all.csv"]


def test_one_place_costs_no_query(county: County) -> None:
    county.hand_in("a.csv", None, MUSIC, ART)
    county.connection.execute("drop table raw.rooms")
    take_repeats_out(county.connection, CONTRACT, county.accounts, county.findings, Messages("en"))


def test_the_same_bytes_are_landed_once(county: County) -> None:
    first = county.hand_in("a.csv", None, MUSIC, ART, rejected=1)
    assert not county.seen.is_repeated(block("a.csv"), READING)
    county.seen.add(block("a.csv"), READING, first)
    assert county.seen.is_repeated(block("旧/a (2).csv"), Reading(None, reason="table_in_doubt"))
    county.compare()
    again = county.record("旧/a (2).csv")
    assert (again.table_name, again.status, again.reason) == ("rooms", REPEATED, "file_repeated")
    assert (again.rows_read, again.rows_landed, again.rows_rejected, again.rows_repeated) == (4, 0, 0, 3)
    (warning,) = county.found(WARNING)
    assert (warning.rule_id, warning.file, warning.found) == ("file_repeated", "旧/a (2).csv", "a.csv")


def test_other_bytes_another_sheet_and_another_table_are_not_the_same(county: County) -> None:
    county.seen.add(block("a.xlsx", "S1"), READING, county.hand_in("a.xlsx", "S1", MUSIC))
    same = block("b.xlsx", "S1")
    for other in (
        replace(same, file=replace(same.file, sha256="other")),
        replace(same, sheet="S2"),
        replace(same, number=2),
    ):
        assert not county.seen.is_repeated(other, READING)
    assert not county.seen.is_repeated(same, Reading("classes"))
    assert not county.seen.is_repeated(same, Reading(None, is_skipped=True))
    assert county.found(WARNING) == []
    assert county.seen.is_repeated(same, READING)


def test_last_years_table_under_a_new_name_lands_with_a_warning(county: County) -> None:
    def year(value: str) -> Reading:
        return Reading("rooms", constants=(Constant("school_year", value, "file_name", f"{value}.csv"),))

    county.seen.add(block("2023.csv"), year("2023"), county.hand_in("2023.csv", None, MUSIC))
    assert not county.seen.is_repeated(block("2024.csv"), year("2024"))
    (warning,) = county.found(WARNING)
    assert (warning.rule_id, warning.file, warning.found, warning.expected) == (
        "same_file_read_otherwise",
        "2024.csv",
        "2023.csv: 2023",
        "2024",
    )
    assert county.seen.is_repeated(block("copy.csv"), year("2023"))


def replace_row(row: Row, *, year: int | None = None, kind: str | None = None, area: float | None = 96) -> Row:
    return (year or row[0], row[1], row[2], kind or row[3], area)
