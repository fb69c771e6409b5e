"""Warehouses that are built once per test run and only read by the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

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
