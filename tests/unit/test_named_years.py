"""A table whose name or title says another year than its rows is reported; one that holds the year is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.accounting import Accounts, record_of_block
from junheng.landing.model import Block, Constant, GridRows, HandedFile, Line, Reading
from junheng.landing.named_years import NamedYears
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)
Handed = tuple[str, str | None, tuple[str, ...], tuple[int, ...]]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("attach ':memory:' as scratch")
        yield opened


def report(
    connection: duckdb.DuckDBPyConnection,
    *handed: Handed,
    table: str = "rooms",
    constants: tuple[Constant, ...] = (),
) -> list[Finding]:
    findings, accounts, named = Findings(connection), Accounts(connection), NamedYears()
    for name, sheet, titles, years in handed:
        lines = tuple(Line(row, text) for row, text in enumerate(titles, start=1))
        file = HandedFile(name, Path(name), 1, name)
        block = Block(file, sheet, False, 1, None, None, lines, (3,), (), GridRows([], []))
        reading = Reading(table, constants=constants)
        named.note(block, reading, CONTRACT)
        accounts.add(record_of_block(block, reading, school_years=years, rows_read=4, rows_landed=4))
    named.report(accounts, findings)
    return [*findings.first(CRITICAL, 9), *findings.first(WARNING, 9)]


def test_last_years_table_under_this_years_name_is_critical_when_the_year_is_nowhere(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    (finding,) = report(connection, ("rooms_2024.csv", None, (), (2023,)))
    assert finding == Finding(
        "file_name_year_differs",
        CRITICAL,
        "rooms",
        "rooms_2024.csv",
        found="2023",
        expected="2024 (rooms_2024)",
    )


def test_it_is_a_warning_when_another_file_has_the_year(connection: duckdb.DuckDBPyConnection) -> None:
    (finding,) = report(connection, ("rooms_2024.csv", None, (), (2023,)), ("new.csv", None, (), (2024,)))
    assert (finding.severity, finding.file) == (WARNING, "rooms_2024.csv")


@pytest.mark.parametrize(
    ("name", "sheet", "titles", "years"),
    [
        ("rooms.csv", None, (), (2023,)),
        ("2024-2025学年教室.xlsx", "教室", (), (2024,)),
        ("rooms_2024.csv", None, (), (2021, 2022, 2023, 2024)),
        # The title agrees with the rows: the file is named after the year of the evaluation.
        ("2025年评估.xlsx", "教室", ("2024学年音乐美术教室",), (2024,)),
        # The day of the export names no year.
        ("rooms 20250310.csv", None, (), (2024,)),
        # A name nearer than the folder decides.
        ("2025/2024学年教室.xlsx", None, (), (2024,)),
    ],
)
def test_names_that_do_not_differ(
    connection: duckdb.DuckDBPyConnection, name: str, sheet: str | None, titles: tuple[str, ...], years: tuple[int, ...]
) -> None:
    assert report(connection, (name, sheet, titles, years)) == []


@pytest.mark.parametrize(
    ("name", "sheet", "titles"),
    [
        ("教室.xlsx", "2024学年", ()),
        ("教室.xlsx", "教室", ("潼南区2024-2025学年专用教室",)),
        ("2024学年.zip/教室2024.csv", None, ()),
    ],
)
def test_sheet_title_and_member_of_an_archive_name_a_year(
    connection: duckdb.DuckDBPyConnection, name: str, sheet: str | None, titles: tuple[str, ...]
) -> None:
    (finding,) = report(connection, (name, sheet, titles, (2023,)))
    assert (finding.severity, finding.found) == (CRITICAL, "2023")


def test_a_folder_is_only_a_warning(connection: duckdb.DuckDBPyConnection) -> None:
    (finding,) = report(connection, ("2025年上报/教室.xlsx", None, (), (2024,)))
    assert (finding.severity, finding.expected) == (WARNING, "2025 (2025年上报)")


def test_a_year_that_is_taken_from_the_name_cannot_differ_from_it(connection: duckdb.DuckDBPyConnection) -> None:
    constant = Constant("school_year", "2024", "title", "2024")
    assert report(connection, ("rooms_2023.csv", None, (), (2024,)), constants=(constant,)) == []


def test_a_school_year_says_nothing_of_a_fiscal_year(connection: duckdb.DuckDBPyConnection) -> None:
    assert report(connection, ("2024-2025学年经费.csv", None, (), (2023,)), table="school_funding") == []
    (finding,) = report(connection, ("2024年经费.csv", None, (), (2023,)), table="school_funding")
    assert finding.severity == CRITICAL
