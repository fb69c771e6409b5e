"""Warehouses that are built once per test run and only read by the tests."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.end_to_end.command_line import junheng
from tests.warehouse.counties import all_tables
from tests.warehouse.harness import build_counties, run_dbt


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of the warehouse of the sample county, seeds loaded by dbt, unit tests and data tests passed."""
    work = tmp_path_factory.mktemp("sample")
    warehouse = work / "sample.duckdb"
    run_dbt(warehouse, work, "build")
    return warehouse


@pytest.fixture(scope="session")
def built_counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a warehouse with the small counties of tests/warehouse/counties.py, built from landed rows."""
    return build_counties(tmp_path_factory.mktemp("counties"), all_tables())


@pytest.fixture(scope="session")
def published_sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The output folder of `junheng build` for the sample county, built once for all workers: copy it to change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    out = shared / "published-sample"
    with (shared / "published-sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "warehouse.duckdb").exists():
            outcome = junheng("build", "--out", out)
            assert outcome.code == 0, outcome.stderr
    return out
