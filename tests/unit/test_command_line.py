"""What the command line must not do: load heavy modules before it knows that they are needed."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from junheng.cli import app

SOURCE = Path(__file__).parents[2] / "src"
HEAVY = {"duckdb", "dbt", "pandas", "numpy", "great_expectations", "sqlalchemy", "yaml", "rich"}


def python(code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = json.loads(python("import junheng.cli, json, sys; print(json.dumps(sorted(sys.modules)))"))
    assert "junheng.cli" in loaded
    assert not HEAVY & set(loaded)


def test_importing_the_library_loads_nothing_at_all() -> None:
    loaded = json.loads(python("import junheng, json, sys; print(json.dumps(sorted(sys.modules)))"))
    assert {name for name in loaded if name.startswith("junheng")} == {"junheng"}
    assert not (HEAVY | {"typer"}) & set(loaded)


def test_help_answers_within_four_tenths_of_a_second_of_cpu() -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    seconds = []
    for _ in range(3):  # the first one may have to compile the modules
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "junheng", "--help"], env=environment, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(seconds) < 0.4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build"], "--raw"),
        (["build", "--lang", "zh"], "原始数据表：文件、文件夹或 ZIP"),
        (["--lang", "zh", "build"], "原始数据表：文件、文件夹或 ZIP"),
        (["--lang=zh"], "整改台账"),
        (["ledger", "--lang", "zh"], "读回来"),
    ],
)
def test_help_speaks_both_languages(arguments: list[str], words: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "junheng", *arguments, "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert words in done.stdout


def answer(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        app(arguments)
    told = capfd.readouterr()
    return told.out + told.err


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [("zh", ["--lang", "en"], "relations checked"), ("en", [], "relations checked"), ("zh", [], "项关系")],
)
def test_a_language_before_a_command_is_that_of_its_answer(
    before: str, after: list[str], words: str, published_sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in answer(["--lang", before, "audit", "--out", str(published_sample), *after], capfd)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lang", "fr", "audit"], "fr"),
        (["ledger", "--lang", "zh", "rubbish"], "rubbish"),
        (["ledger", "--lang", "zh", "import", "none.xlsx", "--out", "none"], "文件"),
        (["--lang", "zh", "ledger", "import", "none.xlsx", "--out", "none"], "文件"),
    ],
)
def test_a_language_before_the_command_is_that_of_its_refusal(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in answer(arguments, capfd)
