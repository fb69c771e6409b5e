"""Which reader a failure of dbt belongs to, and that the message names model, SQL file and the database's words."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from junheng import dbt_runner
from junheng.errors import DataError, JunhengError, MachineError, UsageError

PROJECT = {
    "dbt_project.yml": "name: small\nprofile: p\nversion: '1.0.0'\nseeds: {small: {standards: {+schema: standards}}}\n",
    "profiles.yml": """
p: {target: duckdb, outputs: {duckdb: {type: duckdb, path: "{{ env_var('JUNHENG_WAREHOUSE') }}"}}}
""",
    "seeds/standards/limits.csv": "id,value\na,1\n",
    "models/good.sql": "select id, value from {{ ref('limits') }}\n",
}
FAILING_TEST = """[{
  name: limits, columns: [{name: id, data_tests: [accepted_values: {arguments: {values: [b]}}]}]
}]"""


def run(tmp_path: Path, files: dict[str, str]) -> JunhengError | int:
    for name, content in (PROJECT | files).items():
        path = tmp_path / "项目 1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    project = tmp_path / "项目 1"
    before = {path.relative_to(project) for path in project.rglob("*")}
    seen: list[str] = []
    work = tmp_path / "work"
    work.mkdir()
    arguments = dbt_runner.DbtRun(project, work / "warehouse.duckdb", work / "target", tmp_path / "logs")
    try:
        nodes = dbt_runner.build(arguments, (), lambda name, _index, _total: seen.append(name))
    except JunhengError as error:
        return error
    finally:
        # A project in a read-only place must do: nothing is written beside it.
        assert {path.relative_to(project) for path in project.rglob("*")} == before
    assert len(seen) == nodes
    return nodes


def test_a_good_project_runs(tmp_path: Path) -> None:
    assert run(tmp_path, {}) == 2


@pytest.mark.parametrize(
    ("files", "kind", "file", "words"),
    [
        ({"seeds/standards/limits.csv": "id,value\na,1,2\n"}, UsageError, None, ""),
        (
            {"seeds/standards/_.yml": f"seeds: {FAILING_TEST}"},
            UsageError, "seeds/standards/_.yml", '"value_field": "a"',
        ),
        ({"models/good.sql": "select nothing from {{ ref('limits') }}"}, DataError, "models/good.sql", "nothing"),
        (
            {"models/_.yml": f"models: {FAILING_TEST.replace('limits', 'good')}"},
            DataError, "models/_.yml", "1 result",
        ),
        ({"models/good.sql": "select * from {{ ref('no_such_model') }}"}, MachineError, None, "no_such_model"),
    ],
    ids=["seed unreadable", "seed's test", "model", "model's test", "project does not compile"],
)  # fmt: skip
def test_a_failure_names_what_failed_and_who_has_to_act(
    files: dict[str, str], kind: type[JunhengError], file: str | None, words: str, tmp_path: Path
) -> None:
    error = run(tmp_path, files)
    assert type(error) is kind
    assert file is None or error.file == file
    assert words in (error.found or "")
    log = Path(str(error.params["log"]))
    assert log.is_file()


def test_a_full_disk_is_called_so_and_not_a_traceback(tmp_path: Path) -> None:
    arguments = dbt_runner.DbtRun(tmp_path, tmp_path / "warehouse.duckdb", tmp_path / "target", tmp_path / "logs")
    said = [
        "Traceback (most recent call last):",
        '  File "x.py", line 1',
        "OSError: [Errno 28] No space left on device",
    ]
    error = dbt_runner._failure(arguments, [*said, "--- Logging error ---"])
    assert isinstance(error, MachineError)
    assert error.message_id == "disk_full"
    assert error.found == said[-1]
    assert dbt_runner._failure(arguments, said[:2]).message_id == "dbt_failed"


STARTER = """
import subprocess, sys, time
from junheng.dbt_runner import NEVER_ALONE
code = NEVER_ALONE + "import time; print('alive', flush=True); time.sleep(60); print('late', flush=True)"
subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
time.sleep(60)
"""


def test_dbt_does_not_outlive_a_build_that_is_killed() -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "alive\n"
    begun = time.monotonic()
    starter.kill()
    # The pipe is open until the last process that has it ends.
    assert starter.stdout.read() == ""
    starter.wait()
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(("wrong", "tries"), [("memory_full", 2), ("disk_full", 1)])
def test_what_does_not_fit_beside_another_is_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, tries: int
) -> None:
    asked: list[tuple[str, ...]] = []

    def built(_run: dbt_runner.DbtRun, selection: tuple[str, ...], *_rest: object) -> int:
        asked.append(selection)
        if "--threads" not in selection:
            raise MachineError(wrong)
        return 7

    monkeypatch.setattr(dbt_runner, "_built", built)
    arguments = dbt_runner.DbtRun(tmp_path, tmp_path / "warehouse.duckdb", tmp_path / "target", tmp_path / "logs")
    if tries == 2:
        assert dbt_runner.build(arguments, ("--select", "x"), lambda *_word: None) == 7
        assert asked[1] == ("--select", "x", "--threads", "1")
    else:
        with pytest.raises(MachineError):
            dbt_runner.build(arguments, (), lambda *_word: None)
    assert len(asked) == tries
