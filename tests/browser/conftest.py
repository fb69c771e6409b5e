"""One published sample, one report of it and one browser; a browser that is missing fails the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.hostile_names import spoil
from tests.browser.reader import Reader
from tests.browser.site_folder import Site
from tests.end_to_end.command_line import junheng

# Chromium itself must not ask the network for anything, or a request of a page would go unnoticed among its own.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one that JUNHENG_CHROMIUM names, or the system's."""
    path = os.environ.get("JUNHENG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "the browser tests need Chromium: install it, or name it in JUNHENG_CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The report of the sample county, in a path with Chinese characters, spaces and signs of addresses."""
    folder = tmp_path_factory.mktemp("潼南区 报告 #1 50%") / "report"
    shutil.copytree(published_sample / "report", folder)
    return Site(folder)


@pytest.fixture(scope="session")
def hostile_site(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site for schools whose names and codes attack the page."""
    out = tmp_path_factory.mktemp("hostile")
    shutil.copyfile(published_sample / "warehouse.duckdb", out / "warehouse.duckdb")
    spoil(out / "warehouse.duckdb")
    outcome = junheng("report", "--only", "site", "--out", out)
    assert outcome.code == 0, outcome.stderr
    return Site(out / "report")


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Reader]:
    """Reads the sample's site; the test fails when a page has complained or asked for something outside."""
    found = Reader(browser, site)
    yield found
    assert found.complaints == []


@pytest.fixture
def hostile_reader(browser: Browser, hostile_site: Site) -> Iterator[Reader]:
    """The same for the site with hostile names."""
    found = Reader(browser, hostile_site)
    yield found
    assert found.complaints == []
