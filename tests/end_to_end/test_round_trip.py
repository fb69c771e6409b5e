"""Sample county → templates → filled workbooks → landed: the same raw tables, cell by cell, without a map."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.land import land
from junheng.landing.outcome import Landing
from junheng.messages import Messages
from junheng.returns import write_returns
from junheng.workspace import workspace
from tests.end_to_end.filled_templates import (
    CONTRACT,
    PROJECT,
    all_schools,
    fill_by_school,
    fill_by_table,
    some_schools,
)

ZH = Messages("zh")
PLACE = "exclude (_source_file, _source_sheet, _source_row)"
Rows = list[tuple[Any, ...]]


@dataclass
class Landed:
    """What landing a folder gave."""

    landing: Landing
    rows: dict[str, Rows]
    errors: list[Finding]
    warnings: list[Finding]
    cpu_seconds: float
    conversions: list[str] = field(default_factory=list)


def landed(folder: Path, out: Path, after: Callable[[Findings], object] = lambda _findings: None) -> Landed:
    """Land a folder into a build file of its own."""
    with workspace(out) as work, work.connect() as connection:
        findings = Findings(connection)
        before = time.process_time()
        landing = land(connection, folder, CONTRACT, findings, ZH, work.landing)
        seconds = time.process_time() - before
        after(findings)
        return Landed(
            landing,
            {name: rows_of(connection, name) for name in CONTRACT},
            findings.first(CRITICAL, 100),
            findings.first(WARNING, 100),
            seconds,
            [name for (name,) in connection.execute("select conversion from quality.landing_conversion").fetchall()],
        )


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> Rows:
    return connection.execute(f"select * {PLACE} from raw.{table} order by all").fetchall()


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The raw tables as the CSV files of the sample county give them."""
    done = landed(PROJECT.sample, tmp_path_factory.mktemp("csv"))
    assert done.errors == []
    assert all(done.rows.values())
    return done.rows


def of_schools(table: str, rows: Rows, schools: Sequence[str]) -> Rows:
    """The rows of these schools; of a table of the county all."""
    position = next((n for n, one in enumerate(CONTRACT[table].columns) if one.name == "school_code"), None)
    return [row for row in rows if position is None or row[position] in schools]


def assert_the_same(done: Landed, expected: dict[str, Rows], schools: Sequence[str]) -> None:
    """What landed is what the CSV files say of these schools."""
    assert done.errors == []
    assert done.warnings == []
    for table, of_all in expected.items():
        rows = of_schools(table, of_all, schools)
        assert rows
        assert len(done.rows[table]) == len(rows), table
        different = [pair for pair in zip(done.rows[table], rows, strict=True) if pair[0] != pair[1]]
        assert different == [], table


@pytest.mark.parametrize(("language", "chosen"), [("zh", all_schools), ("en", some_schools)])
def test_a_workbook_for_each_table(
    language: str, chosen: Callable[[], list[str]], tmp_path: Path, from_csv: dict[str, Rows]
) -> None:
    schools = chosen()
    fill_by_table(tmp_path / "filled", Messages(language), schools)
    assert_the_same(landed(tmp_path / "filled", tmp_path / "out"), from_csv, schools)


def test_a_workbook_for_each_school(tmp_path: Path, from_csv: dict[str, Rows]) -> None:
    chosen = some_schools()
    schools = fill_by_school(tmp_path / "filled", ZH, chosen)
    assert schools == len(chosen) > 10
    done = landed(tmp_path / "filled", tmp_path / "out")
    print(f"{schools} workbooks: {done.cpu_seconds:.1f} s of CPU")
    assert_the_same(done, from_csv, chosen)
    files = {record.file for record in done.landing.records}
    assert len(files) == schools + 2


def test_what_comes_back_corrected_lands_and_takes_the_place_of_the_wrong_rows(
    tmp_path: Path, from_csv: dict[str, Rows]
) -> None:
    school, handed_in = "0500152001", tmp_path / "county"
    handed_in.mkdir()
    for table in CONTRACT:
        text = (PROJECT.sample / f"{table}.csv").read_text(encoding="utf-8")
        if table == "facilities":
            lines = text.splitlines(keepends=True)
            assert lines[1].startswith(f"2021,{school},9734,")
            text = "".join([lines[0], lines[1].replace(",9734,", ",很大,"), *lines[2:]])
        (handed_in / f"{table}.csv").write_text(text, encoding="utf-8")
    returns = tmp_path / "returns"
    first = landed(handed_in, tmp_path / "first", lambda findings: write_returns(findings, returns, ZH))
    assert [(one.table, one.row, one.column) for one in first.errors] == [("facilities", 2, "teaching_area_m2")]

    (path,) = returns.glob(f"{school}*.xlsx")
    book = load_workbook(path)
    cell = next(row[2] for row in book["办学条件"].iter_rows() if row[2].value == "很大")
    cell.value = 9734
    book.save(path)
    again = landed(returns, tmp_path / "again")
    assert again.errors == []
    # The tables of the county are not there: that is all there is to say.
    assert {one.rule_id for one in again.warnings} == {"table_missing"}
    for table, rows in from_csv.items():
        position = next((n for n, one in enumerate(CONTRACT[table].columns) if one.name == "school_code"), None)
        own = [row for row in rows if position is not None and row[position] == school]
        assert again.rows[table] == own, table
