"""The examples of docs/library.md run as they are printed, and give what the page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
FIRST, NOTEBOOK, PIPELINE, PYTEST = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(encoding="utf-8"), flags=re.DOTALL
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the examples read: one row of three is wrong."""
    expectations = [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "code"}},
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "pupils", "min_value": 0, "max_value": {"$PARAMETER": "most_pupils"}},
        },
    ]
    content = {"name": "pupils", "meta": {"keys": ["code"]}, "expectations": expectations}
    (tmp_path / "pupils.json").write_text(json.dumps(content), encoding="utf-8")
    with duckdb.connect() as connection:
        rows = connection.sql("select * from (values ('A1', 31), ('A2', 51), ('A3', 45)) as t (code, pupils)")
        rows.write_parquet(str(tmp_path / "pupils.parquet"))
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_the_shortest_example(folder: Path) -> None:
    # Without a value for its parameter the suite is refused.
    done = run(folder, "-c", FIRST)
    assert "suite_missing_parameter" in done.stderr
    text = (folder / "pupils.json").read_text(encoding="utf-8")
    (folder / "pupils.json").write_text(text.replace('{"$PARAMETER": "most_pupils"}', "60"), encoding="utf-8")
    done = run(folder, "-c", f"{FIRST}print(result.success, result.counts['pass'])")
    assert done.stdout == "True 2\n", done.stderr


def test_own_table_in_a_notebook(folder: Path) -> None:
    done = run(folder, "-c", NOTEBOOK)
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "pupils：3 行"
    assert "A2 -4 min_value = 0, max_value = 50" in lines
    assert "共 2 条规则：未通过 2" in lines
    assert sum('{"code":"A2"}' in line for line in lines) == 3


def test_a_step_of_a_pipeline(folder: Path) -> None:
    done = run(folder, "-c", f"{PIPELINE}print(passed)")
    assert done.stdout == "False\n", done.stderr
    with duckdb.connect() as connection:
        query = f"select keys, actual, required from '{folder / 'rejected' / 'rows.parquet'}'"
        assert connection.execute(query).fetchall() == [('{"code":"A2"}', "51", "min_value = 0, max_value = 50")]
    assert "A2" in (folder / "rejected" / "report.txt").read_text(encoding="utf-8")


def test_one_test_for_each_rule(folder: Path) -> None:
    (folder / "test_pupils.py").write_text(PYTEST, encoding="utf-8")
    done = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pupils.py")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "test_rule[expect_column_values_to_be_between.pupils]" in done.stdout
