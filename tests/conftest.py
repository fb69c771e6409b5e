"""Warehouses that are built once per test run and only read by the tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

from junheng.compiled_project import CACHE
from tests.conformance.spark_session import spark_session
from tests.published import Published, publish, published_in
from tests.warehouse.counties import all_tables
from tests.warehouse.harness import build_counties, run_dbt

Once = Callable[[str, Callable[[Path], None]], Path]
# All of them share the Spark of one process: it takes longer to start than most of the tests to run.
ON_SPARK = (
    "conformance/test_spark_",
    "conformance/test_matrix",
    "conformance/test_plain",
    "spark/test_macros",
    "spark/test_fetch",
)
# The rest begins with what takes longest, so that no process is left alone with it at the end.
SLOWEST = (
    "spark/test_build",
    *ON_SPARK,
    "warehouse/test_public_report",
    "warehouse/test_docs_queries",
    "browser/test_site",
)


class OneSpark(LoadFileScheduling):
    """Every file to one process, and all those that use Spark to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        return "spark" if nodeid.removeprefix("tests/").startswith(ON_SPARK) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSpark | None:
    """Take the place of `--dist loadfile`, and of no other."""
    return OneSpark(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    places = {start: place for place, start in enumerate(SLOWEST)}

    def place(item: pytest.Item) -> int:
        name = item.nodeid.removeprefix("tests/")
        return min((at for start, at in places.items() if name.startswith(start)), default=len(places))

    items.sort(key=place)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Gives the folder of a name, filled once for all processes of the test run by whoever needs it first."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def folder_of(name: str, fill: Callable[[Path], None]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                folder.mkdir()
                fill(folder)
                made.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session", autouse=True)
def one_cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """All builds of all processes share what dbt has made of the project."""
    base = tmp_path_factory.getbasetemp()
    os.environ[CACHE] = str((base if worker_id == "master" else base.parent) / "cache")


@pytest.fixture(scope="session")
def built_sample(once: Once) -> Path:
    """Path of the warehouse of the sample county, seeds loaded by dbt, unit tests and data tests passed.

    dbt's target stands beside it, for `CompiledModel`.
    """
    return once("built-sample", lambda work: run_dbt(work / "sample.duckdb", work, "build")) / "sample.duckdb"


@pytest.fixture(scope="session")
def published(once: Once) -> Published:
    """The sample county, landed from its folder and published into a path with Chinese characters and spaces."""
    return published_in(once("发布 目录 [1]", publish))


@pytest.fixture(scope="session")
def compiled(published: Published) -> None:
    """From here on no build of the test run has to ask dbt: the published one has kept what dbt made of the project."""
    assert Path(os.environ[CACHE], published.compiled.name).samefile(published.compiled)


@pytest.fixture(scope="session")
def built_counties(once: Once, compiled: None) -> Path:
    """Path of a warehouse with the small counties of tests/warehouse/counties.py, built from landed rows."""

    def build(work: Path) -> None:
        build_counties(work, all_tables())

    return once("built-counties", build) / "warehouse.duckdb"


@pytest.fixture(scope="session")
def published_sample(published: Published) -> Path:
    """The output folder of the published sample county: copy it to change it."""
    return published.out


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """The Spark of this process, which listens on the loopback address only."""
    with spark_session() as session:
        yield session
