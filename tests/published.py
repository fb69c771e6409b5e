"""One published sample, shared by all tests that only read it.

It is built by the installed wheel in an empty directory: the other tests run the checkout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from junheng.compiled_project import CACHE, NODES, CompiledProject
from junheng.dbt_nodes import Node
from tests.end_to_end.command_line import ROOT, SAMPLE, Outcome, junheng

FAILS = "select 1"
MADE = "create table marts.fct_county_verdict as select 1 as wrong"
WRONG = (
    Node("seed", "standards", "thresholds", "", [], is_first=True, file="seeds/standards/thresholds.csv"),
    Node("model", "marts", "fct_county_verdict", MADE, [0], is_first=False),
    Node("test", "x", "x", FAILS, [1], is_first=False),
)


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
        (file,) = cache_in(self.out.parent).iterdir()
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


def cache_in(place: Path) -> Path:
    """Where the published build keeps what dbt has made of the project."""
    return place / "缓存"


def keep_what_fails(folder: Path) -> None:
    """Keep of the project a seed, a wrong mart and a test of data that fails: dbt has to do it all after them."""
    folder.mkdir()
    seeds = ROOT / "seeds" / "standards"
    described = yaml.safe_load((seeds / "_standards.yml").read_text(encoding="utf-8"))["seeds"]
    (types,) = (seed["config"]["column_types"] for seed in described if seed["name"] == "thresholds")
    file = folder / CompiledProject.of(ROOT, folder).file.name
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema standards")
        connection.execute(f"create table standards.thresholds ({', '.join(map(' '.join, types.items()))})")
        connection.execute(NODES)
        rows = [[place, *astuple(node)] for place, node in enumerate(WRONG)]
        connection.executemany("insert into plan values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    file.chmod(0o644)


def share(place: Path) -> None:
    """Let every later build of the test run use what dbt has made of the project for the published one."""
    folder = Path(os.environ[CACHE])
    folder.mkdir(exist_ok=True)
    for file in cache_in(place).iterdir():
        (folder / file.name).unlink(missing_ok=True)
        (folder / file.name).hardlink_to(file)


def publish(place: Path) -> None:
    """Publish the sample county through dbt, with a wheel that cannot be written meanwhile."""
    (place / "empty").mkdir()
    keep_what_fails(cache_in(place))
    installed = install(place)
    for path in (*installed.rglob("*"), installed):
        path.chmod(0o555 if path.is_dir() else 0o444)
    outcome = junheng(
        *("build", "--raw", SAMPLE, "--out", place / "输出", "--json"),
        cwd=place / "empty",
        environment={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", CACHE: str(cache_in(place))},
    )
    for path in (installed, *installed.rglob("*")):
        path.chmod(0o755)
    keep(outcome, place)
    share(place)


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
