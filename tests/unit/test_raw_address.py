"""`--raw` takes paths; an address of another storage is refused in words, never taken for a missing folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from junheng.cli import app
from junheng.errors import UsageError
from junheng.raw_address import raw_path


def test_paths_and_file_addresses_are_folders(tmp_path: Path) -> None:
    folder = tmp_path / "原始 表"
    assert raw_path(None) is None
    assert raw_path(str(folder)) == raw_path(f"file://{folder}") == raw_path(folder.as_uri()) == folder
    assert raw_path("C:/表") == Path("C:/表")


@pytest.mark.parametrize("told", ["s3a://bucket/表", "hdfs://node:8020/raw", "https://host/raw.zip", "file://other/x"])
def test_other_storages_are_refused(told: str) -> None:
    with pytest.raises(UsageError) as raised:
        raw_path(told)
    assert (raised.value.message_id, raised.value.found) == ("raw_elsewhere", told)


@pytest.mark.parametrize("target", ["duckdb", "spark"])
def test_the_command_says_what_to_do(target: str, tmp_path: Path) -> None:
    asked = ["build", "--raw", "s3a://bucket/raw", "--target", target, "--out", str(tmp_path / "out"), "--lang", "en"]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 2
    assert "s3a://bucket/raw" in answer.output
    assert "--engine spark" in answer.output
    assert not (tmp_path / "out").exists()
