"""The doctor: what is well, what stands in the way of a build, and what to do about it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from junheng import lock
from junheng.doctor import examination, installation, output_folder
from junheng.doctor.check import Check
from junheng.lock import holder, only_one
from junheng.messages import Messages, catalogue
from junheng.preflight import needs
from tests.end_to_end.command_line import SAMPLE, junheng


def found(checks: list[Check]) -> dict[str, Check]:
    return {check.what: check for check in checks}


def folder(out: Path) -> dict[str, Check]:
    return found(list(output_folder.checks(out, SAMPLE)))


def test_a_published_folder_is_well_and_the_answer_says_it_in_json(published_sample: Path) -> None:
    done = junheng("doctor", "--out", published_sample, "--json")
    assert done.code == 0, done.stdout
    content = json.loads(done.stdout)
    checks = {check["what"]: check for check in content["checks"]}
    assert content["well"] is True
    assert set(checks) >= {"junheng", "python", "packages", "project", "out", "room", "lock", "published", "locale"}
    assert checks["published"]["status"] == "ok"
    assert "2024" in checks["published"]["found"]
    # Room is told as what there is and what is needed.
    assert " / " in checks["room"]["found"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_has_its_words_and_what_is_not_well_says_what_to_do(tmp_path: Path, language: str) -> None:
    checks = [Check(what, "bad", "x", next(iter(catalogue()["doctor_actions"]))) for what in catalogue()["doctor"]]
    messages = Messages(language)
    lines = examination.in_lines(checks, messages)
    assert len(lines) == 2 * len(checks)
    assert not examination.is_well(checks)
    assert examination.is_well([Check("lock", "note", "x", "lock")])


def test_a_folder_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    messages = Messages("zh")
    real = examination.examine(tmp_path / "没有 的文件夹", None, None, messages)
    assert examination.as_json(real, messages)["well"]
    named = {check.action for check in real if check.action}
    assert named <= set(catalogue()["doctor_actions"])


def test_a_file_in_place_of_the_folder_ends_with_1_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    done = junheng("doctor", "--out", tmp_path / "out", "--lang", "zh")
    assert done.code == 1
    assert "[问题] 输出文件夹和数据的权限" in done.stdout
    assert "--out 应为文件夹" in done.stdout


def test_a_full_disk_is_no_place_for_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need = needs(tmp_path, SAMPLE)[0].needed
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 0, need - 1))
    assert folder(tmp_path)["room"].status == "bad"


def test_a_broken_warehouse_is_bad(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database")
    check = folder(tmp_path)["published"]
    assert (check.status, check.action) == ("bad", "published_unreadable")


def test_who_builds_is_told_and_is_not_disturbed(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with only_one(tmp_path):
        who = holder(tmp_path)
        assert who is not None
        assert who.startswith("pid ")
        assert folder(tmp_path)["lock"].found == who
    assert holder(tmp_path) is None


def test_a_lock_of_one_that_died_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with only_one(tmp_path):
        written = (tmp_path / lock.NAME).read_text(encoding="utf-8")
    (tmp_path / lock.NAME).write_text(written, encoding="utf-8")
    monkeypatch.setattr(lock, "_try", lambda _: pytest.fail("a lock of one that died need not be tried"))
    dead = json.loads(written) | {"pid": 2**22 + 1}
    (tmp_path / lock.NAME).write_text(json.dumps(dead), encoding="utf-8")
    assert holder(tmp_path) is None


def test_what_was_left_behind_and_what_was_refused_is_noticed(tmp_path: Path) -> None:
    (tmp_path / ".build" / "20260101T000000Z-aaaaaa").mkdir(parents=True)
    (tmp_path / ".link-current").symlink_to("nowhere")
    (tmp_path / "rejected" / "20260101T000000Z-aaaaaa").mkdir(parents=True)
    checks = folder(tmp_path)
    assert checks["left_behind"].status == "note"
    names = {Path(path).name for path in checks["left_behind"].found.split(", ")}
    assert {".link-current", "20260101T000000Z-aaaaaa"} <= names
    assert checks["refused"].found.endswith("20260101T000000Z-aaaaaa")


def test_a_package_of_another_version_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    class Installed:
        requires = ("duckdb<1", "no-such-package>=1", "typst>=0; extra == 'pdf'", "typer")

    monkeypatch.setattr(installation, "distribution", lambda _: Installed)
    check = found(list(installation.checks()))["packages"]
    assert check.status == "bad"
    assert "duckdb" in check.found
    assert "no-such-package -" in check.found
    assert "typ" not in check.found


def test_an_old_python_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert found(list(installation.checks()))["python"].status == "bad"


def test_wrong_notifications_are_bad(tmp_path: Path) -> None:
    (tmp_path / "notify.toml").write_text("channel = 3", encoding="utf-8")
    done = junheng("doctor", "--out", tmp_path, "--notify", tmp_path / "notify.toml")
    assert done.code == 1
    assert "[BAD ] notifications" in done.stdout
