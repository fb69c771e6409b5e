"""The marts against the same verdicts written by hand, which share neither SQL nor thought with the models."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from benchmarks.measuring import Run
from benchmarks.nation import by_hand, by_pandas, by_polars
from benchmarks.nation.compared import differences
from benchmarks.nation.report import BEGIN, END, Case, Line, Step, page, text
from benchmarks.nation.standard import read_standard
from benchmarks.nation.watched import watched

YEARS = (2021, 2022, 2023, 2024)
SEVEN = {"unit_indicator": 2212, "unit_verdict": 316, "county_difference": 56}


@pytest.fixture(scope="module")
def raw(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw tables of the sample county as Parquet."""
    folder = tmp_path_factory.mktemp("raw")
    with duckdb.connect(str(published_sample / "warehouse.duckdb"), read_only=True) as connection:
        for table in by_hand.RAW:
            connection.execute(f"copy (from raw.{table}) to '{folder / table}.parquet'")
    return folder


def test_the_marts_of_the_sample_are_what_three_others_compute(
    published_sample: Path, raw: Path, tmp_path: Path
) -> None:
    warehouse = published_sample / "warehouse.duckdb"
    expected = {
        by_hand: SEVEN | {"retention_rate": 132, "funding": 908},
        by_polars: SEVEN,
        by_pandas: SEVEN,
    }
    for contender, rows in expected.items():
        results = tmp_path / contender.__name__
        results.mkdir()
        contender.compute(raw, results, read_standard(YEARS))
        found = [*differences(warehouse, results)]
        assert [(name, wrong) for name, _, wrong in found if wrong] == []
        assert {name: count for name, count, _ in found} == rows


def test_a_mart_that_is_wrong_in_one_place_is_found(published_sample: Path, raw: Path, tmp_path: Path) -> None:
    by_polars.compute(raw, tmp_path, read_standard(YEARS))
    wrong = tmp_path / "warehouse.duckdb"
    shutil.copy(published_sample / "warehouse.duckdb", wrong)
    school = "school_code = (select min(school_code) from marts.fct_unit_verdict where status = 'pass')"
    for table, change, where in (
        ("unit_indicator", "update marts.fct_unit_indicator set numerator = numerator + 0.00000001", school),
        ("unit_verdict", "delete from marts.fct_unit_verdict", school),
        ("county_difference", "update marts.fct_county_difference set cv = cv * (1 + 1e-11)", "stage = 'junior'"),
    ):
        with duckdb.connect(str(wrong)) as connection:
            connection.execute(f"{change} where {where}")
        assert table in {name for name, _, different in differences(wrong, tmp_path) if different}


def test_memory_is_that_of_a_process_and_its_children_together(tmp_path: Path) -> None:
    hold = "held = bytearray(b'1') * 80_000_000; import time; time.sleep(0.6)"
    start = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; child.wait()"
    assert watched([sys.executable, "-c", start], tmp_path, 60).peak > 150


def test_the_page_says_what_differs_and_which_goal_is_missed(tmp_path: Path) -> None:
    case = Case(2, 1, raw_rows=100)
    fast = Run(wall=4, cpu=4, peak=100, counts=None)
    steps = [Step("land", 1.0, 100)]
    case.lines = {
        "with_dbt": Line(replace(fast, wall=15.5, peak=6000), 1, steps),
        "kept": Line(replace(fast, wall=15.0), 1, steps),
        "by_hand": Line(fast, 1, compared=[{"table": "unit_verdict", "rows": 7, "different": []}]),
        "by_polars": Line(fast, 1, compared=[{"table": "unit_verdict", "rows": 7, "different": ["row"]}]),
    }
    found = text([case], (0, 0, 0))
    assert [line.rsplit("| ", 1)[1] for line in found.splitlines() if line.startswith("| 2 × 1")] == [
        "missed |",
        "missed |",
        "met |",
        "met |",
    ]
    assert "equal: unit_verdict 7" in found
    assert case.problems() == ["by_polars: unit_verdict: row"]
    path = tmp_path / "page.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    page(path, "new")
    assert path.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
