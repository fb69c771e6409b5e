"""One published sample, shared by all tests that only read it or must not change it.

It is built by the installed wheel in an empty directory: the other tests run the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command_line import ROOT, SAMPLE, Outcome, junheng, sample_copy


@dataclass(frozen=True)
class Published:
    """What `junheng build --raw seeds/raw --json` of the wheel gave; where the wheel is and where it was run.

    `parts` are the names in the output folder right after it: later tests are refused there, and that is kept.
    """

    out: Path
    outcome: Outcome
    installed: Path
    working_directory: Path
    parts: frozenset[str]

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
def partial(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample county without two of its tables and with a target of its own, built by the checkout."""
    place = tmp_path_factory.mktemp("partial")
    raw = sample_copy(place / "raw")
    for table in ("staff", "county_facts"):
        (raw / f"{table}.csv").unlink()
    (place / "own").mkdir()
    for name, content in OWN_FILES.items():
        (place / "own" / name).write_text(content, encoding="utf-8")
    arguments = ("--raw", raw, "--standards", place / "own", "--out", place / "out", "--json")
    outcome = junheng("build", "--no-report", *arguments, cwd=place)
    assert outcome.code == 0, outcome.stderr
    return Published(place / "out", outcome, ROOT / "src", place, names_in(place / "out"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed without its dependencies into a directory of its own."""
    folder = tmp_path_factory.mktemp("wheel")
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
def published(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample county, landed from its folder and published into a path with Chinese characters and spaces."""
    place = tmp_path_factory.mktemp("发布 目录 [1]")
    (place / "empty").mkdir()
    for path in (*installed.rglob("*"), installed):
        path.chmod(0o555 if path.is_dir() else 0o444)
    outcome = junheng(
        *("build", "--raw", SAMPLE, "--out", place / "输出", "--json"),
        cwd=place / "empty",
        environment={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    for path in (installed, *installed.rglob("*")):
        path.chmod(0o755)
    assert outcome.code == 0, outcome.stderr
    return Published(place / "输出", outcome, installed, place / "empty", names_in(place / "输出"))


def names_in(folder: Path) -> frozenset[str]:
    """What stands in a folder."""
    return frozenset(path.name for path in folder.iterdir())
