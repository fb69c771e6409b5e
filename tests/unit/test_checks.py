"""What the results of the suites mean for a build."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from junheng.checks import refuse_disagreement, refuse_errors
from junheng.errors import MachineError
from junheng.validation.results import FailingRow, RuleResult
from junheng.validation.session import first_line
from junheng.validation.wording import in_language

PASSED = RuleResult(
    rule_id="standard.x.y",
    suite="standard.x",
    table="marts.x",
    expectation_type="unexpected_rows_expectation",
    severity="critical",
    status="pass",
    rows_checked=3,
    rows_failed=0,
    observed=None,
    required="1",
    sample=(),
    reason=None,
    title_zh="甲",
    title_en="a",
    why="因为。 Because.",
    how_to_fix="改正。 Correct it.",
    who_fixes="学校。 The school.",
    source="标准",
)
ROW = FailingRow({"school_code": "0001"}, None, None, None, "suite: fail, mart: not", "suite = mart")
FAILED = replace(PASSED, status="fail", rows_failed=1, sample=(ROW,))


def test_a_rule_that_could_not_be_asked_stops_the_build() -> None:
    refuse_errors([PASSED, FAILED])
    with pytest.raises(MachineError) as stopped:
        refuse_errors([PASSED, replace(PASSED, status="error", reason="no such column")])
    assert (stopped.value.exit_code, stopped.value.column, stopped.value.found) == (3, "standard.x.y", "no such column")


def test_too_little_memory_for_a_rule_is_said_as_such() -> None:
    with duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""}) as connection:
        rows = "create table t as select range as a, range::varchar || repeat('x', 40) as b from range(2000000)"
        with pytest.raises(duckdb.Error) as found:
            connection.execute(rows)
    with pytest.raises(MachineError) as stopped:
        refuse_errors([PASSED, replace(PASSED, status="error", reason=first_line(found.value))])
    assert (stopped.value.exit_code, stopped.value.message_id) == (3, "memory_full")


def test_a_shortfall_does_not_stop_the_build_but_a_disagreement_of_the_two_paths_does() -> None:
    refuse_disagreement([PASSED, FAILED])
    refuse_disagreement([replace(PASSED, rule_id="agreement.standard.x.y")])
    with pytest.raises(MachineError) as stopped:
        refuse_disagreement([FAILED, replace(FAILED, rule_id="agreement.standard.x.y")])
    assert stopped.value.exit_code == 3
    assert stopped.value.column == "agreement.standard.x.y"
    assert "0001" in (stopped.value.found or "")


@pytest.mark.parametrize(("language", "text"), [("zh", "改正。再交。"), ("en", "Correct it. Send it.")])
def test_the_half_of_a_text(language: str, text: str) -> None:
    assert in_language("改正。再交。 Correct it. Send it.", language) == text
