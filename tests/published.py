"""One published sample, shared by all tests that only read it.

It is built by the installed wheel in an empty directory: the other tests run the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from junheng.compiled_project import CACHE
from tests.end_to_end.command_line import ROOT, SAMPLE, Outcome, junheng


@dataclass(frozen=True)
class Published:
    """What `junheng build --raw seeds/raw --json` of the wheel gave; where the wheel is and where it was run."""

    out: Path
    outcome: Outcome
    installed: Path
    working_directory: Path

    @property
    def compiled(self) -> Path:
        """What was kept of the project."""
        (file,) = (self.out.parent / "缓存").iterdir()
        return file

    @property
    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.outcome.stdout)
        return content


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


def publish(place: Path) -> None:
    """Publish the sample county through dbt, with a wheel that cannot be written meanwhile."""
    (place / "empty").mkdir()
    installed = install(place)
    for path in (*installed.rglob("*"), installed):
        path.chmod(0o555 if path.is_dir() else 0o444)
    outcome = junheng(
        *("build", "--raw", SAMPLE, "--out", place / "输出", "--json"),
        cwd=place / "empty",
        environment={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", CACHE: str(place / "缓存")},
    )
    for path in (installed, *installed.rglob("*")):
        path.chmod(0o755)
    keep(outcome, place)


def published_in(place: Path) -> Published:
    """What `publish` made there."""
    return kept(place, place / "site packages", place / "empty", place / "输出")


def keep(outcome: Outcome, place: Path) -> None:
    """Keep what a command said for the processes that did not run it."""
    assert outcome.code == 0, outcome.stderr
    (place / "outcome.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def kept(place: Path, installed: Path, working_directory: Path, out: Path) -> Published:
    """What was built in a place."""
    outcome = Outcome(**json.loads((place / "outcome.json").read_text(encoding="utf-8")))
    return Published(out, outcome, installed, working_directory)
