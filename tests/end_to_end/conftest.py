"""One published sample, shared by all tests that only read it or must not change it.

It is built by the installed wheel in an empty directory: the other tests run the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.conftest import Once
from tests.end_to_end.command_line import ROOT, SAMPLE, Outcome, junheng, sample_copy


@dataclass(frozen=True)
class Published:
    """What `junheng build --raw seeds/raw --json` of the wheel gave; where the wheel is and where it was run."""

    out: Path
    outcome: Outcome
    installed: Path
    working_directory: Path

    @property
    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.outcome.stdout)
        return content


OWN_STANDARD = "own_2024"
OWN_FILES = {
    "standards.csv": "standard_id,name_zh,name_en,jurisdiction,document,valid_from,source,status\n"
    f"{OWN_STANDARD},本区目标,Own targets,500152,区政府文件,2024-01-01,区政府文件,LOCAL\n",
    "thresholds.csv": "threshold_id,standard_id,jurisdiction,indicator_id,stage,case_id,operator,value,unit,"
    "valid_from,source,status,evidence\n"
    f"own_size,{OWN_STANDARD},500152,class_size_primary,primary,ordinary,<=,48,人,2024-01-01,区政府文件,LOCAL,"
    "「小学班额48人以内」\n",
}


@pytest.fixture(scope="session")
def partial(once: Once) -> Published:
    """The sample county without two of its tables and with a target of its own, built by the checkout."""

    def build(place: Path) -> None:
        raw = sample_copy(place / "raw")
        for table in ("staff", "county_facts"):
            (raw / f"{table}.csv").unlink()
        (place / "own").mkdir()
        for name, content in OWN_FILES.items():
            (place / "own" / name).write_text(content, encoding="utf-8")
        arguments = ("--raw", raw, "--standards", place / "own", "--out", place / "out", "--json")
        keep(junheng("build", "--no-report", *arguments, cwd=place), place)

    place = once("partial", build)
    return found(place, ROOT / "src", place, place / "out")


def install(folder: Path) -> Path:
    """The wheel, installed without its dependencies into a directory of its own."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    offline = ["--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True, cwd=folder
    )
    (wheel,) = folder.glob("junheng-*.whl")
    site = folder / "site packages"
    subprocess.run([*pip, "install", *offline, "--no-compile", "--target", site, wheel], check=True, cwd=folder)
    return site


@pytest.fixture(scope="session")
def published(once: Once) -> Published:
    """The sample county, landed from its folder and published into a path with Chinese characters and spaces.

    The wheel cannot be written while it builds.
    """

    def build(place: Path) -> None:
        (place / "empty").mkdir()
        installed = install(place)
        for path in (*installed.rglob("*"), installed):
            path.chmod(0o555 if path.is_dir() else 0o444)
        outcome = junheng(
            *("build", "--raw", SAMPLE, "--out", place / "输出", "--json"),
            cwd=place / "empty",
            environment={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        for path in (installed, *installed.rglob("*")):
            path.chmod(0o755)
        keep(outcome, place)

    place = once("发布 目录 [1]", build)
    return found(place, place / "site packages", place / "empty", place / "输出")


@pytest.fixture
def published_copy(published: Published, tmp_path: Path) -> Path:
    """The output folder of `published` once more, to be built into."""
    return Path(copytree(published.out, tmp_path / "输出", symlinks=True))


def keep(outcome: Outcome, place: Path) -> None:
    """Keep what a command said for the processes that did not run it."""
    assert outcome.code == 0, outcome.stderr
    (place / "outcome.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def found(place: Path, installed: Path, working_directory: Path, out: Path) -> Published:
    """What was built in a place."""
    outcome = Outcome(**json.loads((place / "outcome.json").read_text(encoding="utf-8")))
    return Published(out, outcome, installed, working_directory)
