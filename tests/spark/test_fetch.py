"""`junheng fetch`: files of a storage that only Spark reads lie here byte by byte, or nothing does."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from junheng.cli import app
from junheng.errors import MachineError, UsageError
from junheng.spark import fetch as module
from junheng.spark.fetch import fetch, names_below

MOUNTED = "viewfs://storage/区 县"
# Names that a pattern of Spark's would read as something else.
FILES = {
    "schools.csv": b"school_year,school_code\n2024,0001\n",
    "2024/staff [1].parquet": bytes(random.Random(3).randbytes(3 * 1024 + 1)),  # noqa: S311
    "2024/classes, {a}*.csv": b"x" * 2048,
}
HIDDEN = {"_SUCCESS": b"", "2024/.staff.crc": b"not ours", "2024/空 表.csv": b""}


@pytest.fixture
def storage(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Spark sees as a storage of its own (Hadoop's table of mounts), and small parts."""
    folder = tmp_path / "there"
    for name, content in (FILES | HIDDEN).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    settings = spark.sparkContext._jsc.hadoopConfiguration()
    settings.set("fs.viewfs.impl.disable.cache", "true")
    settings.set("fs.viewfs.mounttable.storage.link./区 县", folder.as_uri())
    monkeypatch.setattr(module, "PART", 1024)
    return folder


def test_every_file_is_here_byte_by_byte(storage: Path, tmp_path: Path) -> None:
    out = tmp_path / "here 这里"
    out.mkdir()
    found = fetch(MOUNTED, out)
    assert {file.relative_to(out).as_posix(): file.read_bytes() for file in found} == FILES
    assert {file: file.stat().st_size for file in found} == found
    assert {path for path in out.rglob("*") if path.is_file()} == set(found)


def test_one_file_into_the_folder_where_one_is_and_what_the_command_says(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "one"
    out.mkdir()
    monkeypatch.chdir(out)
    told = CliRunner().invoke(app, ["fetch", f"{MOUNTED}/schools.csv", "--out", ".", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["files"] == [{"file": "schools.csv", "bytes": len(FILES["schools.csv"])}]
    assert (out / "schools.csv").read_bytes() == FILES["schools.csv"]


@pytest.mark.parametrize("address", [f"{MOUNTED}/2025", "viewfs://storage/elsewhere"])
def test_nothing_at_the_address_leaves_nothing_here(storage: Path, tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="fetch_nothing"):
        fetch(address, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_storage_that_spark_has_no_driver_for_is_told_in_words(spark: Any, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["fetch", "s3a://bucket/2024", "--out", str(tmp_path / "out"), "--lang", "en"])
    assert told.exit_code == 3
    assert "hadoop-aws" in told.output
    assert len(told.output.splitlines()) < 12


def test_a_file_that_does_not_arrive_whole_leaves_nothing_here(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = module._files

    def other_sizes(spark: Any, address: str) -> list[tuple[str, int]]:
        return [(path, size + 1) for path, size in listed(spark, address)]

    monkeypatch.setattr(module, "_files", other_sizes)
    with pytest.raises(MachineError) as stopped:
        fetch(MOUNTED, tmp_path / "out")
    assert stopped.value.message_id == "fetch_incomplete"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        fetch(MOUNTED, tmp_path)
    assert refused.value.message_id == "fetch_folder_in_use"


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["hdfs://n/a/b/x.csv"], ["x.csv"]),
        (["hdfs://n/a/x.csv", "hdfs://n/a/b/y.csv"], ["x.csv", "b/y.csv"]),
        (["hdfs://n/a/b/x", "hdfs://n/a/c/x"], ["b/x", "c/x"]),
        (["hdfs://n/ab/x", "hdfs://n/a/x"], ["ab/x", "a/x"]),
        ([], []),
    ],
)
def test_names_below_the_folder_that_holds_all(paths: list[str], names: list[str]) -> None:
    assert [*names_below(paths).values()] == names
