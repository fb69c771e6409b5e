"""What Spark cannot be asked is refused before any row is read; without Spark or Java the answer says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from junheng.cli import app
from junheng.errors import UsageError
from junheng.validation import load_suite, load_suites, validate
from junheng.validation.expressions import RuleProblemError
from junheng.validation.spark_linter import problems
from junheng.validation.spark_patterns import java_pattern

ROOT = Path(__file__).resolve().parents[2]
QUERY = "select * from {{batch}} where {} > 1"


def suite(kind: str, **kwargs: Any) -> Any:
    rules = [{"type": kind, "kwargs": kwargs, "meta": {"rule_id": "r"}}]
    return load_suite({"name": "t", "meta": {"table": "t", "keys": ["id"]}, "expectations": rules})


def test_every_committed_suite_can_be_asked_of_spark() -> None:
    suites = load_suites(ROOT / "expectations", None)
    assert sum(len(found.rules) for found in suites) > 300
    assert [problem for found in suites for rule in found.rules for problem in problems(rule)] == []


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ("strftime(day, '%Y')", "STRFTIME"),
        ("hash(id)", "HASH"),
        ("id // 2", "//"),
        ("id % 2", "MOD"),
        ("cast(day as timestamptz)", "CAST"),
        ("try_cast(name as integer)", "TRYCAST"),
        ("list_sum([1, 2])", "LIST_SUM"),
        ("random()", "RAND"),
    ],
)
def test_functions_that_differ_are_refused(told: str, part: str) -> None:
    asked = suite("unexpected_rows_expectation", unexpected_rows_query=QUERY.format(told))
    with pytest.raises(UsageError) as caught:
        validate("nowhere.parquet", asked, engine="spark")
    assert caught.value.message_id == "suite_not_on_spark"
    assert (caught.value.column, part.lower() in (caught.value.found or "").lower()) == ("r", True)


@pytest.mark.parametrize("pattern", [r"(?m)^a$", r"\pN\p{Any}", r"[[:^alpha:]]", r"[\S]", r"(?U)a+"])
def test_patterns_that_differ_are_refused(pattern: str) -> None:
    with pytest.raises(RuleProblemError):
        java_pattern(pattern)


@pytest.mark.parametrize("form", ["%A", "%j", "%Y-%m-%d %Y", "%B %d"])
def test_formats_of_dates_that_differ_are_refused(form: str) -> None:
    (rule,) = suite("expect_column_values_to_match_strftime_format", column="a", strftime_format=form).rules
    assert list(problems(rule))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_java_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "没有 Java"))
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    asked = ["check", "raw.rooms", "--engine", "spark", "--data", "rooms.parquet", "--lang", language]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 3
    assert "Java 17" in answer.output
    assert "Traceback" not in answer.output


def test_without_spark_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("junheng.validation.spark_start.find_spec", lambda name: None)
    answer = CliRunner().invoke(app, ["check", "raw.rooms", "--engine", "spark", "--data", "rooms.parquet"])
    assert (answer.exit_code, "junheng[spark]" in answer.output) == (3, True)
