"""Publishing is one switch: whatever step it is stopped at, readers see the former build whole or the new one whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from junheng.errors import UsageError
from junheng.published import PARTS, Output


class PowerCutError(Exception):
    """Stops a publisher before one step."""


def staged(place: Path, word: str) -> Path:
    """A finished build whose every part says which build it is."""
    folder = place / f"staged-{word}"
    folder.mkdir()
    (folder / "warehouse.duckdb").write_text(word, encoding="utf-8")
    for part in PARTS[1:]:
        (folder / part).mkdir()
        (folder / part / "file").write_text(word, encoding="utf-8")
    return folder


def seen(out: Path) -> set[str]:
    """What readers see in the parts; empty while nothing was ever published."""
    files = [out / "warehouse.duckdb", *(out / part / "file" for part in PARTS[1:])]
    return {file.read_text(encoding="utf-8") if file.exists() else "nothing" for file in files}


def test_a_build_is_published_and_the_former_ones_are_kept(tmp_path: Path) -> None:
    output = Output(tmp_path)
    for number in range(4):
        output.publish(staged(tmp_path, f"b{number}"), f"b{number}", keep=3)
        assert seen(tmp_path) == {f"b{number}"}
    assert [build.build_id for build in output.kept()] == ["b1", "b2", "b3"]
    published = output.published()
    assert published is not None
    assert published.build_id == "b3"


def steps_of_a_publisher(tmp_path: Path) -> list[str]:
    """The steps of a second build, in their order."""
    names: list[str] = []
    Output(tmp_path).publish(staged(tmp_path, "counted"), "counted", 2, names.append)
    return names


@pytest.mark.parametrize("former", [0, 1, 3])
def test_a_power_cut_before_any_step_leaves_one_whole_build(tmp_path: Path, former: int) -> None:
    place = tmp_path / "counting"
    place.mkdir()
    for number in range(former):
        Output(place).publish(staged(place, f"x{number}"), f"x{number}", keep=2)
    names = steps_of_a_publisher(place)
    assert "switch" in names
    for stop in range(len(names)):
        out = tmp_path / f"out-{stop}"
        out.mkdir()
        for number in range(former):
            Output(out).publish(staged(out, f"old{number}"), f"old{number}", keep=2)
        old = {f"old{former - 1}"} if former else {"nothing"}
        done: list[str] = []

        def cut(name: str, done: list[str] = done, stop: int = stop) -> None:
            if len(done) == stop:
                raise PowerCutError(name)
            done.append(name)

        with pytest.raises(PowerCutError):
            Output(out).publish(staged(out, "new"), "new", 2, cut)
        assert seen(out) == ({"new"} if "switch" in done else old), names[stop]
        Output(out).publish(staged(out, "next"), "next", keep=2)
        assert seen(out) == {"next"}


def test_files_of_an_earlier_version_become_a_build(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("plain", encoding="utf-8")
    for part in PARTS[1:]:
        (tmp_path / part).mkdir()
        (tmp_path / part / "file").write_text("plain", encoding="utf-8")
    output = Output(tmp_path)
    output.publish(staged(tmp_path, "new"), "new", keep=5)
    assert seen(tmp_path) == {"new"}
    output.roll_back()
    assert seen(tmp_path) == {"plain"}


def test_roll_back_goes_to_the_build_before_or_to_the_one_named(tmp_path: Path) -> None:
    output = Output(tmp_path)
    with pytest.raises(UsageError):
        output.roll_back()
    for word in ("one", "two", "three"):
        output.publish(staged(tmp_path, word), word, keep=5)
    assert output.roll_back().build_id == "two"
    assert output.roll_back().build_id == "one"
    assert seen(tmp_path) == {"one"}
    with pytest.raises(UsageError) as caught:
        output.roll_back()
    assert caught.value.message_id == "no_such_build"
    assert output.roll_back("three").build_id == "three"
    assert seen(tmp_path) == {"three"}
    with pytest.raises(UsageError):
        output.roll_back("four")
    output.publish(staged(tmp_path, "four"), "four", keep=5)
    assert seen(tmp_path) == {"four"}


def test_a_reader_keeps_the_file_it_has_open(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.publish(staged(tmp_path, "old"), "old", keep=1)
    with (tmp_path / "warehouse.duckdb").open(encoding="utf-8") as reader:
        output.publish(staged(tmp_path, "new"), "new", keep=1)
        assert reader.read() == "old"
    assert seen(tmp_path) == {"new"}
    assert [build.build_id for build in output.kept()] == ["new"]


def test_without_links_every_part_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    output = Output(tmp_path)
    for word in ("one", "two"):
        output.publish(staged(tmp_path, word), word, keep=5)
        assert seen(tmp_path) == {word}
    assert not (tmp_path / "warehouse.duckdb").is_symlink()
