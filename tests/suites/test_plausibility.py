"""Every plausibility rule finds its fixture's mistake, names exactly its rows, and is silent on the clean county."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from junheng.validation import rule_engine, run_suites, year_by_year
from junheng.validation.parameters import load_bounds
from junheng.validation.plan import Plan
from junheng.validation.results import RuleResult
from junheng.validation.session import Session
from tests.suites.county import ROOT, base_county, changed, plain_key, read_fixtures, write_counties

SUITES = ROOT / "expectations" / "plausibility"
FIXTURES = read_fixtures("plausibility")
RULES = sorted(
    expectation["meta"]["rule_id"]
    for path in SUITES.glob("*.json")
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
)
Keys = set[tuple[Any, ...]]


def judged(path: Path) -> dict[str, RuleResult]:
    """The results of all plausibility suites, every failing row stored in the warehouse."""
    results = run_suites(path, SUITES, parameters=load_bounds(path), store=True)
    return {result.rule_id: result for result in results}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RuleResult]:
    """Results on the clean county alone."""
    return judged(write_counties(tmp_path_factory.mktemp("clean") / "w.duckdb", [(0, base_county())]))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, RuleResult]]:
    """A warehouse with a copy of the county for each fixture, all judged together, and the results."""
    copies = [(number, changed(base_county(), fixture.change)) for number, fixture in enumerate(FIXTURES)]
    path = write_counties(tmp_path_factory.mktemp("wrong") / "w.duckdb", copies)
    return path, judged(path)


@pytest.fixture(scope="module")
def found(wrong: tuple[Path, dict[str, RuleResult]]) -> dict[int, dict[str, Keys]]:
    """Failing keys of each rule in each copy of the county."""
    path, _ = wrong
    keys: dict[int, dict[str, Keys]] = defaultdict(lambda: defaultdict(set))
    with duckdb.connect(str(path), read_only=True) as connection:
        for rule_id, text in connection.execute("select rule_id, keys from quality.failing_row").fetchall():
            number, key = plain_key(json.loads(text))
            keys[number][rule_id].add(key)
    return keys


@pytest.mark.parametrize("rule_id", RULES)
def test_the_clean_county_passes(rule_id: str, clean: dict[str, RuleResult]) -> None:
    result = clean[rule_id]
    assert (result.status, result.rows_failed, result.reason) == ("pass", 0, None)
    assert result.rows_checked > 0


@pytest.mark.parametrize(
    "number", range(len(FIXTURES)), ids=[f"{fixture.rule}: {fixture.wrong}" for fixture in FIXTURES]
)
def test_exactly_the_rows_that_are_wrong_are_named(number: int, found: dict[int, dict[str, Keys]]) -> None:
    fixture = FIXTURES[number]
    assert fixture.fails
    assert dict(found[number]) == fixture.expected()


def test_judged_year_by_year_the_same_rows_fail(
    wrong: tuple[Path, dict[str, RuleResult]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, results = wrong
    again = tmp_path / "w.duckdb"
    copyfile(path, again)
    asked_by_year: list[int] = []
    divided = year_by_year.divided

    def counted(session: Session, plan: Plan, source: exp.Expr) -> Iterator[tuple[Plan, exp.Expr]]:
        for number, part in enumerate(divided(session, plan, source)):
            asked_by_year.append(len(part[0].rules) if number else 0)
            yield part

    monkeypatch.setattr(year_by_year, "ROWS_AT_ONCE", -1)
    monkeypatch.setattr(rule_engine, "divided", counted)
    by_year = judged(again)
    assert sum(asked_by_year) > 100
    assert by_year == results
    with duckdb.connect() as connection:
        for name, file in (("whole", path), ("parts", again)):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        rows = [f"from {name}.quality.failing_row order by all" for name in ("whole", "parts")]
        assert connection.execute(rows[0]).fetchall() == connection.execute(rows[1]).fetchall()


def test_every_rule_has_a_fixture_that_fails() -> None:
    assert sorted({fixture.rule for fixture in FIXTURES}) == RULES


def test_a_county_without_a_table_has_no_data(tmp_path: Path) -> None:
    path = write_counties(tmp_path / "w.duckdb", [(0, base_county())])
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table raw.rooms")
    results = judged(path)
    of_rooms = [result for result in results.values() if result.table == "raw.rooms"]
    assert {(result.status, result.reason) for result in of_rooms} == {("no_data", "table_missing")}
    assert {result.status for result in results.values() if result.table != "raw.rooms"} == {"pass"}
