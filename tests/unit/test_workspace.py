"""The work directory leaves nothing behind: after success, after an error, after a crash of an earlier build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from junheng.errors import MachineError, UsageError
from junheng.lock import only_one
from junheng.workspace import workspace

HOLD = """
import sys, time
from pathlib import Path
from junheng.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_nothing_is_left_after_success_or_error(tmp_path: Path) -> None:
    with workspace(tmp_path) as work:
        work.warehouse.write_bytes(b"x")
        assert work.folder.is_dir()
    with pytest.raises(ValueError, match="stop"), workspace(tmp_path) as work:
        raise ValueError("stop")
    assert list((tmp_path / ".build").iterdir()) == []


def test_what_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".build" / "killed").mkdir(parents=True)
    (tmp_path / ".build" / "killed" / "warehouse.duckdb").write_bytes(b"x")
    with workspace(tmp_path) as work:
        assert [path.name for path in (tmp_path / ".build").iterdir()] == [work.folder.name]


def test_a_second_build_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(MachineError) as caught, workspace(tmp_path):
            pass
        assert caught.value.message_id == "locked"
        assert f"pid {holder.pid} @ " in str(caught.value.facts()["found"])
        told: list[str] = []
        with pytest.raises(MachineError), workspace(tmp_path, 0.5, told.append):
            pass
        assert len(told) == 1
    finally:
        holder.kill()
        holder.wait()
    # The lock dies with its process.
    with workspace(tmp_path):
        pass


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    code = HOLD.replace("time.sleep(60)", "time.sleep(1)")
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with only_one(tmp_path, wait=30):
        pass
    assert holder.wait() == 0


def test_an_output_folder_that_is_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError), workspace(tmp_path / "out"):
        pass
