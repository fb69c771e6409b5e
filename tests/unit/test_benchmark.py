"""The benchmark asks every contender the same: rules, table and counts agree."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import site
from benchmarks.checks import columns_of, rules
from benchmarks.contenders import dbt_tests, hand_written, hand_written_filter, hand_written_keys, ours, ours_parquet
from benchmarks.contenders.job import Job
from benchmarks.generated import generate
from benchmarks.measuring import Run
from benchmarks.report import BEGIN, END, Beside, Case, Line, goals, page

ROWS = 20_000


def job(folder: Path, shape: str, share: float) -> Job:
    """A small table of the benchmark."""
    checks = rules(shape)
    database, parquet = generate(folder, ROWS, columns_of(checks), share)
    return Job(database, parquet, folder, checks, keys=share > 0)


def test_the_wide_table_has_a_hundred_rules_and_the_narrow_one_eighteen() -> None:
    assert [len({check.name for check in rules(shape)}) for shape in ("wide", "narrow")] == [100, 18]


def test_both_tables_ask_rules_of_every_kind() -> None:
    assert len(Counter(check.kind for check in rules("wide"))) == 9
    assert len(Counter(check.kind for check in rules("narrow"))) == 8


@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_all_rows_of_the_clean_table_pass(tmp_path: Path, shape: str) -> None:
    clean = job(tmp_path, shape, 0)
    assert set(ours.judge(clean).values()) == {0}
    assert set(hand_written.judge(clean).values()) == {0}


@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_every_way_on_duckdb_finds_the_same_failing_rows(tmp_path: Path, shape: str) -> None:
    spoilt = job(tmp_path, shape, 0.01)
    expected = hand_written.judge(spoilt)
    assert sum(expected.values()) >= ROWS / 100
    assert expected["unique.id"] > 0
    assert expected["key.school_code.school_year.grade.class_no"] > 0
    for contender in (hand_written_filter, hand_written_keys, ours, ours_parquet):
        assert contender.judge(spoilt) == expected, contender.__name__


def test_one_dbt_test_for_each_rule_finds_them_too(tmp_path: Path) -> None:
    spoilt = job(tmp_path, "narrow", 0.01)
    assert dbt_tests.judge(spoilt) == hand_written.judge(spoilt)


def test_a_contender_that_was_ended_counts_with_the_time_it_had() -> None:
    limit, mine = Run(1, 1, 100, {}), Run(1.2, 1.2, 100, {})
    ended = Line("gx_duckdb", 10, [Beside(Run(60, 60, 100, None, "> 60 s"), limit, mine)])
    lines = [
        Line("hand_written", 10, [Beside(limit, limit, mine)]),
        Line("ours", 10, [Beside(mine, limit, mine)]),
        ended,
    ]
    found = {goal: (told, met) for goal, told, met in goals([Case("wide", 10, 0.0, lines)])}
    assert [value for goal, value in found.items() if "Great Expectations on DuckDB" in goal] == [(">50.0 ×", True)]
    assert [value for goal, value in found.items() if "1.3 ×" in goal] == [("1.20", True)]
    assert "> 60 s" in ended.row()


def test_only_the_measured_part_of_the_page_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    assert page(path, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_site_is_measured_and_a_goal_that_is_missed_is_said(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "page.html").write_bytes(b"x" * 2_500_000)
    (tmp_path / "data.js").write_bytes(b"x" * 500_000)
    county = site.Written("county", 73, Run(20, 9.9, 300, None), tmp_path)
    province = site.Written("province", 3000, Run(400, 181, 1500, None), tmp_path)
    assert "| county | 73 | 1 | 3.0 | 2.50 | 9.9 | 20.0 | 300 |" in county.row()
    assert [met for *_, met in site.goals(county, province)] == [True, True, False, True, False]
