"""Rows with cells that cannot be read, set aside: what is known of them is kept, what is not known counts for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.findings import CRITICAL, WARNING, Findings
from junheng.landing.land import land
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.quarantine import account, prepare, set_rejected_aside
from junheng.raw_contract import read_contract
from junheng.workspace import workspace

CONTRACT = read_contract(packaged_project().standards)
SCHOOLS = "school_year,school_code,school_name,county_code,county_name,school_kind,ownership,area_kind\n"
OF_SCHOOL = "甲,500152,潼南区,primary,public,town\n"
GOOD = f"2023,0001,{OF_SCHOOL}2024,0001,{OF_SCHOOL}"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with workspace(tmp_path / "out") as work, work.connect() as opened:
        yield opened


def set_aside(connection: duckdb.DuckDBPyConnection, folder: Path, **files: str) -> tuple[Findings, list[Any]]:
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    findings = Findings(connection)
    landing = land(connection, folder, CONTRACT, findings, Messages("en"), folder.parent)
    prepare(connection, CONTRACT)
    set_rejected_aside(connection, CONTRACT)
    accounts = {one.table: one for one in account(connection, landing.tables)}
    assert all(one.rows_in == one.rows_valid + one.rows_quarantined for one in accounts.values())
    return findings, connection.execute("from quality.quarantined_row order by all").fetchall()


def test_a_row_keeps_the_places_that_can_be_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    content = "school_year,school_code,teaching_area_m2\n2024,0001,about ten\n2024,0002,12\n"
    findings, rows = set_aside(connection, tmp_path / "raw", schools=SCHOOLS + GOOD, facilities=content)
    assert rows == [("facilities", 2024, "0001", None, None, None, None, None, None)]
    assert findings.count(CRITICAL) == 0
    assert "text_in_number" in {finding.rule_id for finding in findings.first(WARNING, 100)}
    assert connection.execute("select school_code from raw.facilities").fetchall() == [("0002",)]


def test_a_year_that_cannot_be_read_counts_for_every_year(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    wrong = f"soon,0002,{OF_SCHOOL}"
    _, rows = set_aside(connection, tmp_path / "raw", schools=SCHOOLS + GOOD + wrong)
    assert [row[:3] for row in rows] == [("schools", year, "0002") for year in (2022, 2023, 2024)]


def test_a_line_that_is_no_record_counts_for_every_year_county_and_fact(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    facts = "school_year,county_code,fact_id,value,status\n2024,500152,social_recognition,90,met,more\n"
    _, rows = set_aside(connection, tmp_path / "raw", schools=SCHOOLS + GOOD, county_facts=facts)
    assert {(row[1], row[5]) for row in rows} == {(year, "500152") for year in (2022, 2023, 2024)}
    ids = {row[8] for row in rows}
    assert {"social_recognition", "social_recognition_numerator", "nearby_rate_primary", "naea_level"} <= ids
    assert None not in ids


def test_what_is_not_about_a_row_still_stops(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    findings, _ = set_aside(
        connection, tmp_path / "raw", schools=SCHOOLS + GOOD, facilities="school_year,teaching_area_m2\n2024,1\n"
    )
    assert [finding.rule_id for finding in findings.first(CRITICAL, 10) if finding.table == "facilities"] == [
        "missing_column"
    ]
