"""What Spark needs and what it says when it fails reaches the user in a few words of both languages."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from junheng import dbt_runner
from junheng.errors import MachineError
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.spark import needs
from junheng.spark.failures import in_short, spark_failure
from junheng.spark.handover import take_back
from junheng.spark.place import STORAGE, Place
from tests.end_to_end.command_line import junheng

TRACE = "\n".join(f"\tat org.apache.spark.Deep$Class{number}.run(Deep.scala:{number})" for number in range(300))
SAID = {
    "spark_memory": "java.lang.OutOfMemoryError: Java heap space",
    "disk_full": "java.io.IOException: No space left on device",
    "spark_needs_java": "JAVA_HOME is not set",
    "java_too_old": "java.lang.UnsupportedClassVersionError: org/apache/spark/launcher/Main: class file version 61.0",
    "java_too_new": "java.lang.UnsupportedOperationException: getSubject is not supported",
    "spark_too_old": "RuntimeError: SPARK_TOO_OLD: Spark 3.5.1 < 4.0",
    "spark_settings": "RuntimeError: SPARK_SETTINGS: spark.sql.ansi.enabled=false",
    "spark_no_answer": "Application has been killed. Reason: All masters are unresponsive! Giving up.",
    "spark_storage": "[PATH_NOT_FOUND] Path does not exist: file:/shared/given/raw/staff.parquet. SQLSTATE: 42K03",
    "spark_lost": "Job aborted due to stage failure: ExecutorLostFailure (executor 1 exited)",
    "spark_not_started": "PySparkRuntimeError: [JAVA_GATEWAY_EXITED] Java gateway process exited",
}


def java(folder: Path, said: str, code: int = 0) -> str:
    """A JAVA_HOME whose Java says something."""
    tool = folder / "bin" / "java"
    tool.parent.mkdir(parents=True)
    tool.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {code}\n", encoding="utf-8")
    tool.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("message_id", "said"), SAID.items())
def test_what_spark_says_is_told_in_a_few_lines(message_id: str, said: str, language: str, tmp_path: Path) -> None:
    error = spark_failure(f"An error occurred while calling o1.sql\n{TRACE}\n{said}\n{TRACE}", tmp_path, tmp_path)
    assert error is not None
    assert error.message_id == message_id
    text = Messages(language).error(error)
    assert said in text
    assert "Deep" not in text
    assert len(text.splitlines()) < 8
    assert Messages(language).text("labels", "action") in text


def test_a_wrong_statement_is_no_matter_of_the_machine() -> None:
    said = f"[UNRESOLVED_COLUMN] A column `x` cannot be resolved\n{TRACE}"
    assert spark_failure(said, Path(), Path()) is None
    assert in_short(said) == "[UNRESOLVED_COLUMN] A column `x` cannot be resolved"


def test_the_code_of_a_trace_is_not_told() -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in run\n    raise TTransportException(inner)\n'
    chain = "\nDuring handling of the above exception, another exception occurred:\n\n"
    said = f"{trace}    ^^^^\nTTransportException: read 0 bytes\n{chain}{trace}RuntimeError: Connection lost"
    error = spark_failure(f"Unhandled error\n{said}", None, Path())
    assert error is not None
    assert (error.message_id, error.found) == (
        "spark_no_answer",
        "TTransportException: read 0 bytes\nRuntimeError: Connection lost",
    )


def test_a_failed_model_is_told_without_the_trace(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    result = {"status": "error", "unique_id": "model.x", "message": "Runtime Error\n  bad figure\n\tat a.b(c)"}
    (tmp_path / "target/run_results.json").write_text(json.dumps({"results": [result]}))
    run = dbt_runner.DbtRun(tmp_path, tmp_path / "w.duckdb", tmp_path / "target", tmp_path / "logs", engine="spark")
    error = dbt_runner._failure(run, [])
    assert (error.message_id, error.found) == ("dbt_node_failed", "Runtime Error\nbad figure")


def test_java_is_asked_for_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    for number, (said, expected) in enumerate(
        [
            ('openjdk version "17.0.2" 2022', None),
            ('java version "1.8.0_391"', "java_too_old"),
            ('openjdk version "25" 2025-09-16', "java_too_new"),
            ("no", "spark_needs_java"),
        ]
    ):
        monkeypatch.setenv("JAVA_HOME", java(tmp_path / str(number), said))
        if expected is None:
            needs.require_spark()
            continue
        with pytest.raises(MachineError) as raised:
            needs.require_spark()
        assert raised.value.message_id == expected
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    with pytest.raises(MachineError) as raised:
        needs.require_spark()
    assert raised.value.message_id == "spark_needs_java"


def test_what_cannot_be_used_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    outcome = junheng(
        *("build", "--target", "spark", "--out", tmp_path / "out"),
        environment={"JAVA_HOME": str(tmp_path / "no java"), "SPARK_REMOTE": ""},
    )
    assert outcome.code == 3
    assert "Java 17, 21" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (tmp_path / "out/warehouse.duckdb").exists()


def test_a_table_that_did_not_come_back_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORAGE, str(tmp_path / "shared"))
    place = Place.of_build("b1", tmp_path / "work", tmp_path / "logs")
    assert place.folder == tmp_path / "shared" / "junheng-b1"
    assert Place.told(place.tell()) == place
    with pytest.raises(MachineError) as raised, duckdb.connect() as connection:
        take_back(connection, place, [("marts", "dim_school")])
    assert (raised.value.message_id, raised.value.column) == ("spark_table_missing", "marts.dim_school")


def test_a_spark_that_cannot_start_is_told_and_its_trace_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUNHENG_SPARK_MASTER", "no-such-master")
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    place = Place.of_build("b1", tmp_path / "工作 夹", tmp_path / "日志")
    folder = tmp_path / "target"
    run = dbt_runner.DbtRun(packaged_project().root, tmp_path / "w.duckdb", folder, tmp_path / "日志", engine="spark")
    with pytest.raises(MachineError) as raised:
        dbt_runner.build(run, (), lambda _name, _index, _total: None, place.tell())
    assert raised.value.message_id == "spark_not_started"
    assert "Master must" in str(raised.value.found)
    assert len(str(raised.value.found).splitlines()) < 5
    assert "Traceback" in place.log.read_text(encoding="utf-8")
