"""The work directory leaves nothing behind: after success, after an error, after a crash of an earlier build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from junheng.errors import UsageError
from junheng.workspace import workspace


def test_nothing_is_left_after_success_or_error(tmp_path: Path) -> None:
    with workspace(tmp_path) as work:
        work.warehouse.write_bytes(b"x")
        assert work.folder.is_dir()
    with pytest.raises(ValueError, match="stop"), workspace(tmp_path) as work:
        raise ValueError("stop")
    assert list((tmp_path / ".build").iterdir()) == []


def test_what_a_killed_build_left_is_removed_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    for name, pid in (("killed", done.stdout.strip()), ("living", str(os.getpid()))):
        (tmp_path / ".build" / name).mkdir(parents=True)
        (tmp_path / ".build" / name / "pid").write_text(pid, encoding="ascii")
    with workspace(tmp_path):
        pass
    assert [path.name for path in (tmp_path / ".build").iterdir()] == ["living"]


def test_two_builds_have_two_places(tmp_path: Path) -> None:
    with workspace(tmp_path) as one, workspace(tmp_path) as other:
        assert one.folder != other.folder


def test_an_output_folder_that_is_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError), workspace(tmp_path / "out"):
        pass
