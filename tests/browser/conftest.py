"""One published sample, one report of it and one browser; a browser that is missing fails the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright

from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger, ledger_id
from junheng.report.report_command import ReportOptions, write_parts
from tests.browser.hostile_names import spoil
from tests.browser.reader import Reader
from tests.browser.site_folder import Site
from tests.conftest import Once
from tests.end_to_end.command_line import junheng
from tests.warehouse.published import published

# Chromium itself must not ask the network for anything, or a request of a page would go unnoticed among its own.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions"),
]
THREE = ("990001", "990006", "990009")


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
def hostile_site(published_sample: Path, once: Once) -> Site:
    """The site for schools whose names and codes attack the page."""

    def write(out: Path) -> None:
        shutil.copyfile(published_sample / "warehouse.duckdb", out / "warehouse.duckdb")
        spoil(out / "warehouse.duckdb")
        outcome = junheng("report", "--only", "site", "--out", out)
        assert outcome.code == 0, outcome.stderr

    return Site(once("hostile site", write) / "report")


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


@pytest.fixture(scope="session")
def counties_warehouse(built_counties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published warehouse of three small counties: one with few teachers, one on the line, one with holes."""
    warehouse = published(built_counties, tmp_path_factory.mktemp("counties") / built_counties.name)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from display.shown_county_verdict where county_code not in (?, ?, ?)", THREE)
    return warehouse


def written(warehouse: Path, folder: Path, *, public: bool) -> Site:
    """The site of a warehouse, with a ledger that names a person."""
    with Facts(warehouse) as facts:
        gaps = facts.rows("display.shown_remediation", ["school_code"])
    entry = Entry("措施乙", "责任人甲", "2026-08-31", "in_progress")
    options = ReportOptions(folder, ("site",), "zh", public)
    write_parts(warehouse, folder, options, Ledger({ledger_id(gap): entry for gap in gaps}))
    return Site(folder)


@pytest.fixture(scope="session")
def counties_site(counties_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of several counties."""
    return written(counties_warehouse, tmp_path_factory.mktemp("三县 报告"), public=False)


@pytest.fixture(scope="session")
def public_site(counties_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same for the public."""
    return written(counties_warehouse, tmp_path_factory.mktemp("三县 公开"), public=True)


@pytest.fixture
def counties_reader(browser: Browser, counties_site: Site) -> Iterator[Reader]:
    """Reads the site of several counties."""
    found = Reader(browser, counties_site)
    yield found
    assert found.complaints == []


@pytest.fixture
def public_reader(browser: Browser, public_site: Site) -> Iterator[Reader]:
    """Reads the public site."""
    found = Reader(browser, public_site)
    yield found
    assert found.complaints == []
