"""Every reconciliation rule passes the sample county's warehouse, and names exactly what was lost, doubled or changed
in it.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from junheng.validation import run_suites
from junheng.validation.results import RuleResult
from tests.suites.county import HERE, ROOT

SUITES = ROOT / "expectations" / "reconciliation"
FIXTURES = yaml.safe_load((HERE / "fixtures" / "reconciliation.yml").read_text(encoding="utf-8"))
RULES = sorted(
    expectation["meta"]["rule_id"].removeprefix("reconciliation.")
    for path in SUITES.glob("*.json")
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
)
# Nothing in the sample county is without data: rules about the reason of that have no row to speak of.
NOTHING_IN_SCOPE = {
    "county_difference.reason.given",
    "unit_indicator.reason.given",
    "units.reason.given",
}
Keys = set[tuple[Any, ...]]


def judged(path: Path) -> tuple[dict[str, RuleResult], dict[str, Keys]]:
    """Results and failing keys by rule."""
    results = run_suites(path, SUITES, parameters={}, store=True)
    keys: dict[str, Keys] = defaultdict(set)
    with duckdb.connect(str(path), read_only=True) as connection:
        for rule_id, text in connection.execute("select rule_id, keys from quality.failing_row").fetchall():
            keys[rule_id.removeprefix("reconciliation.")].add(tuple(json.loads(text).values()))
    return {result.rule_id.removeprefix("reconciliation."): result for result in results}, keys


@pytest.fixture(scope="module")
def sound(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RuleResult]:
    """Results on the warehouse as it was built."""
    path = tmp_path_factory.mktemp("sound") / built_sample.name
    shutil.copy(built_sample, path)
    return judged(path)[0]


@pytest.fixture(scope="module")
def found(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Keys]:
    """Failing keys on a copy of the warehouse in which every mistake was made."""
    path = tmp_path_factory.mktemp("wrong") / built_sample.name
    shutil.copy(built_sample, path)
    with duckdb.connect(str(path)) as connection:
        for fixture in FIXTURES:
            for statement in fixture["sql"]:
                touched = connection.execute(statement).fetchone()
                assert touched is not None
                assert touched[0] > 0, statement
    return judged(path)[1]


def expected() -> dict[str, Keys]:
    """What all mistakes together must bring."""
    keys: dict[str, Keys] = defaultdict(set)
    for fixture in FIXTURES:
        keys[fixture["rule"]] |= {tuple(key) for key in fixture["fails"]}
        for rule, also in fixture.get("also", {}).items():
            keys[rule] |= {tuple(key) for key in also}
    return keys


@pytest.mark.parametrize("rule", RULES)
def test_the_warehouse_of_the_sample_county_is_sound(rule: str, sound: dict[str, RuleResult]) -> None:
    result = sound[rule]
    if rule in NOTHING_IN_SCOPE:
        assert (result.status, result.reason) == ("not_applicable", "nothing_in_scope")
        return
    assert (result.status, result.rows_failed, result.reason) == ("pass", 0, None)
    assert result.rows_checked > 0


@pytest.mark.parametrize("rule", RULES)
def test_exactly_what_was_changed_is_named(rule: str, found: dict[str, Keys]) -> None:
    assert found[rule]
    assert found[rule] == expected()[rule]


def test_every_rule_has_a_fixture_that_fails() -> None:
    assert sorted({fixture["rule"] for fixture in FIXTURES}) == RULES
    assert all(fixture["fails"] for fixture in FIXTURES)
