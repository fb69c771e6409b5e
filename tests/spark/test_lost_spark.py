"""Spark that dies: in the middle of a build nothing published changes; in a check it is the machine, not a rule."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from shlex import join
from shutil import copytree
from typing import Any

import pytest
from py4j.protocol import Py4JNetworkError
from typer.testing import CliRunner

from benchmarks.spark_tuned import TUNED, as_options
from junheng import dbt_runner
from junheng.build import build
from junheng.build_options import BuildOptions
from junheng.cli import app
from junheng.errors import MachineError
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.spark import needs
from junheng.validation import validate
from junheng.validation.spark_trouble import log_file
from tests.conformance.cases import suite_of

DIED = "Runtime Error in model fct_unit_indicator\n  Answer from Java side is empty\n\tat py4j.Deep.run(Deep.scala:1)"
# A Spark of this machine, whose Java is killed before it is asked.
KILLED = """
import os, signal, sys
from junheng.cli import app
from junheng.validation import spark_start
start = spark_start.spark_session
def killed():
    session = start()
    java = session.sparkContext._gateway.proc
    os.kill(java.pid, signal.SIGKILL)
    java.wait()
    return session
spark_start.spark_session = killed
app(sys.argv[1:])
"""


def hashes(out: Path) -> dict[str, str]:
    """What is published, by name."""
    files = [out / "warehouse.duckdb", *sorted((out / "marts").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_spark_that_dies_in_mid_build_leaves_what_is_published(
    published_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Path(copytree(published_sample, tmp_path / "输出", symlinks=True))
    before = hashes(out)
    places: list[Path] = []

    def run(run: dbt_runner.DbtRun, *_: Any) -> int:
        run.target.mkdir(parents=True, exist_ok=True)
        (run.target / "manifest.json").write_text('{"nodes": {}}')
        if run.engine == "duckdb":
            return 0
        places.append(run.warehouse.parent)
        raise dbt_runner._failure(run, [DIED])

    monkeypatch.setattr(dbt_runner, "build", run)
    monkeypatch.setattr(needs, "require_spark", lambda: None)
    options = BuildOptions(None, out, target="spark", with_suites=False, with_report=False)
    with pytest.raises(MachineError) as raised:
        build(options, Messages("en"), Progress(Messages("en"), quiet=True))
    assert (raised.value.exit_code, raised.value.message_id) == (3, "spark_lost")
    assert "Deep" not in Messages("en").error(raised.value)
    assert places
    assert not places[0].exists()
    assert hashes(out) == before
    told = CliRunner().invoke(app, ["history", "--out", str(out), "--json"])
    assert told.exit_code == 0
    assert [one["exit_code"] for one in json.loads(told.stdout)["runs"]] == [3, 0]


class Dead:
    """A session whose Java is gone: everything that it is asked fails, tidying up too."""

    def __getattr__(self, name: str) -> Any:
        raise Py4JNetworkError("Answer from Java side is empty")


class DeadFrame:
    """A data frame of such a session."""

    sparkSession = Dead()  # noqa: N815
    dtypes = (("a", "int"),)
    columns = ("a",)


def test_a_dead_spark_is_no_result_of_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("junheng.validation.api.is_spark", lambda data: True)
    monkeypatch.setattr("junheng.validation.spark_sources.is_spark", lambda data: True)
    suite = suite_of({"expect_column_values_to_not_be_null": [{"column": "a"}]}, "t")
    with pytest.raises(MachineError) as raised:
        validate(DeadFrame(), suite, engine="spark")
    assert raised.value.message_id == "spark_lost"
    assert "Py4JNetworkError" in log_file().read_text(encoding="utf-8")


def test_a_check_whose_java_is_killed_ends_with_exit_3(tmp_path: Path) -> None:
    submit = join([*as_options(TUNED), "pyspark-shell"])
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "TMPDIR": str(tmp_path), "PYSPARK_SUBMIT_ARGS": submit}
    environment.pop("SPARK_REMOTE", None)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *("check", "raw.rooms", "--engine", "spark", "--lang", "en", "--data", "x")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "was lost" in done.stderr
    assert "what to do" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    (log,) = tmp_path.glob("junheng-spark-*.log")
    assert "Traceback" in log.read_text(encoding="utf-8")
