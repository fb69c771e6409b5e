"""Before a build: room and rights. After many: logs do not pile up."""

from __future__ import annotations

import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from junheng.errors import MachineError
from junheng.messages import Messages
from junheng.old_logs import forget_old
from junheng.preflight import FIRST_BUILD, TEMPORARY, folder_size, in_words, needs, require_room

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "原始 数据"
    folder.mkdir()
    (folder / "schools.csv").write_bytes(b"x" * 1000)
    return folder


def disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**12, 0, free))


def test_a_disk_that_is_too_full_refuses_with_what_there_is_and_what_is_needed(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (need,) = needs(tmp_path, raw)
    disk(monkeypatch, need.needed)
    require_room(tmp_path, raw)
    disk(monkeypatch, need.needed - 1)
    with pytest.raises(MachineError) as raised:
        require_room(tmp_path, raw)
    error = raised.value
    assert (error.message_id, error.exit_code) == ("disk_too_full", 3)
    words = Messages("zh").error(error)
    assert f"≥ {in_words(need.needed)}" in words
    assert "--keep" in words


def test_more_and_packed_input_needs_more(tmp_path: Path, raw: Path) -> None:
    small = needs(tmp_path, raw)[0].needed
    (raw / "pupils.csv").write_bytes(b"x" * 1_000_000)
    larger = needs(tmp_path, raw)[0].needed
    shutil.move(raw / "pupils.csv", raw / "pupils.xlsx")
    packed = needs(tmp_path, raw)[0].needed
    assert FIRST_BUILD < small < larger < packed
    assert small < needs(tmp_path, raw, with_report=False)[0].needed < packed


def test_the_last_build_is_the_measure_for_the_next(published_sample: Path, tmp_path: Path) -> None:
    from tests.end_to_end.command_line import SAMPLE

    published = folder_size((published_sample / "current").resolve())
    (same,) = needs(published_sample, SAMPLE)
    # It holds the next build and what lies beside it, with a margin, and less than a second copy on top.
    assert 1.4 * published < same.needed < 2 * published + 100_000_000
    twice = tmp_path / "twice"
    for number in (1, 2):
        shutil.copytree(SAMPLE, twice / str(number))
    (double,) = needs(published_sample, twice)
    assert double.needed > 1.5 * same.needed


@pytest.mark.skipif(sys.platform != "linux", reason="a file system that is always there is known on Linux only")
def test_another_file_system_for_temporary_files_is_looked_at_too(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path("/proc")
    monkeypatch.setattr("junheng.preflight.gettempdir", lambda: str(other))
    (raw / "pupils.csv").write_bytes(b"x" * 1_000_000)
    build, temporary = needs(tmp_path, raw)
    assert (build.folder, temporary.folder) == (tmp_path, other)
    # What does not fit in memory goes into the output folder.
    assert temporary.needed == TEMPORARY < build.needed


@pytest.mark.parametrize(
    ("place", "mode"), [("logs", os.W_OK), ("builds", os.W_OK), ("原始 数据/schools.csv", os.R_OK)]
)
def test_rights_that_are_missing_are_named(
    place: str, mode: int, tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("logs", "builds"):
        (tmp_path / name).mkdir()
    require_room(tmp_path, raw)
    # The administrator may do everything: what the system answers others is put in its place.
    ask = os.access
    monkeypatch.setattr(os, "access", lambda path, wish: Path(path) != tmp_path / place and ask(path, wish))
    with pytest.raises(MachineError) as raised:
        require_room(tmp_path, raw)
    assert raised.value.file == str(tmp_path / place)
    assert raised.value.message_id == ("not_readable" if mode == os.R_OK else "not_writable")


def test_a_missing_input_is_for_others_to_say(tmp_path: Path) -> None:
    require_room(tmp_path, tmp_path / "nowhere")


def test_old_logs_go_and_those_of_kept_builds_and_other_files_stay(tmp_path: Path) -> None:
    kept = "20250101T000000Z-aaaaaa"
    (tmp_path / "builds" / f"000001-{kept}").mkdir(parents=True)
    (tmp_path / "builds" / f"000001-{kept}" / "warehouse.duckdb").touch()
    others = [f"20260101T0000{number:02d}Z-bbbbbb" for number in range(5)]
    for place in ("logs", "rejected"):
        for name in (kept, *others, "mine"):
            (tmp_path / place / name).mkdir(parents=True)
            (tmp_path / place / name / "file").write_text("x", encoding="utf-8")
    (tmp_path / "logs" / "deliveries.jsonl").touch()
    removed = forget_old(tmp_path, keep=2)
    assert len(removed) == 6
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == [
        kept,
        *others[3:],
        "deliveries.jsonl",
        "mine",
    ]
    assert sorted(path.name for path in (tmp_path / "rejected").iterdir()) == [kept, *others[3:], "mine"]
    assert forget_old(tmp_path, keep=2) == []


def test_nothing_is_removed_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    (tmp_path / "out" / "logs").mkdir(parents=True)
    (tmp_path / "out" / "logs" / "20260101T000000Z-bbbbbb").symlink_to(elsewhere)
    forget_old(tmp_path / "out", keep=0)
    assert (elsewhere / "file").exists()
