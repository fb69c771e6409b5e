"""Warehouses that are built once per test run and only read by the tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from junheng.compiled_project import CACHE
from tests.published import Published, publish, published_in
from tests.warehouse.counties import all_tables
from tests.warehouse.harness import build_counties_by_dbt, run_dbt

Once = Callable[[str, Callable[[Path], None]], Path]


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
    """Path of the warehouse of the sample county, seeds loaded by dbt, unit tests and data tests passed."""
    return once("built-sample", lambda work: run_dbt(work / "sample.duckdb", work, "build")) / "sample.duckdb"


@pytest.fixture(scope="session")
def built_counties(once: Once) -> Path:
    """Path of a warehouse with the small counties of tests/warehouse/counties.py, built from landed rows."""

    def build(work: Path) -> None:
        build_counties_by_dbt(work, all_tables())

    return once("built-counties", build) / "warehouse.duckdb"


@pytest.fixture(scope="session")
def published(once: Once) -> Published:
    """The sample county, landed from its folder and published into a path with Chinese characters and spaces."""
    return published_in(once("发布 目录 [1]", publish))


@pytest.fixture(scope="session")
def published_sample(published: Published) -> Path:
    """The output folder of the published sample county: copy it to change it."""
    return published.out
