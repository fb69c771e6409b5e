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

from tests.end_to_end.command_line import ROOT, SAMPLE, Outcome, junheng


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
    return Published(place / "输出", outcome, installed, place / "empty")
