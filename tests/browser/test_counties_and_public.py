"""A site of several counties begins with their comparison; a public one shows nothing that it leaves out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import THREE
from tests.browser.reader import Reader
from tests.browser.site_folder import Site
from tests.browser.test_accessibility import violations
from tests.browser.test_site import open_all
from tests.warehouse.published import EVIDENCE

# Kinds of pages that several counties or the masking make different from those of one county.
CHANGED = ("counties.html", "index.html", "ledger.html", "items.html")
POINTS = ".strip a > .mark"
LEFT_OUT = re.compile(r"(\d+) 个(?:数值不公开|没有数值)，图中没有画出")


def county_pages(site: Site, name: str) -> list[str]:
    return [f"zh/{code}/{name}.html" for code in THREE if (site.folder / f"zh/{code}/{name}.html").is_file()]


def test_the_first_page_compares_the_counties_worst_first_and_leads_to_each(counties_reader: Reader) -> None:
    with counties_reader.window() as page:
        counties_reader.goto(page, "index.html")
        rows = page.locator("section[aria-labelledby=verdicts] tbody tr")
        assert rows.count() == len(THREE)
        standings = [row.get_attribute("data-standing") or "" for row in rows.all()]
        order = ("no_data", "not_met", "pending", "met_after_remediation", "met")
        assert [order.index(one) for one in standings] == sorted(order.index(one) for one in standings)
        for section in ("classes", "coefficients", "items"):
            heads = page.locator(f"section[aria-labelledby={section}] thead th").all_inner_texts()
            assert len(heads) >= len(THREE) + 1, section
        leads = [link.get_attribute("href") or "" for link in rows.locator("th a").all()]
        assert {lead.split("/")[-2] for lead in leads} == set(THREE)
        rows.locator("th a").first.click()
        page.wait_for_url(re.compile(rf"/zh/({'|'.join(THREE)})/index\.html"))
        page.get_by_role("link", name="跨县比较").click()
        page.wait_for_url(re.compile(r"/zh/counties\.html"))


def test_a_row_of_the_comparison_is_the_overview_of_its_county(counties_reader: Reader) -> None:
    with counties_reader.window() as page:
        counties_reader.goto(page, "zh/counties.html")
        shown = {
            row.locator("th a").get_attribute("href"): row.locator("td.number").all_inner_texts()[:2]
            for row in page.locator("section[aria-labelledby=verdicts] tbody tr").all()
        }
        for link, (units, compliant) in shown.items():
            counties_reader.goto(page, f"zh/{(link or '').split('/', 2)[-1]}".replace("zh/zh/", "zh/"))
            assert re.search(rf"参评单元 {units} 个，达标 {compliant} 个", page.locator("h1").inner_text()), link


@pytest.mark.parametrize("kind", ["counties", "public"])
def test_pages_of_every_kind_open_and_axe_finds_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    reader: Reader = request.getfixturevalue(f"{kind}_reader")
    found = {}
    with reader.window(390, 844) as page:
        of_kinds = reader.site.kinds("zh").values()
        few = [path for pages in of_kinds for path in pages[: len(THREE) if kind == "counties" else 1]]
        assert list(open_all(reader, ["index.html", *few], page)) == []
        for path in [one for one in reader.site.one_of_each("zh") if one.endswith(CHANGED)]:
            reader.goto(page, path)
            if broken := violations(page):
                found[path] = broken
    assert found == {}


def test_what_people_wrote_stands_in_the_county_s_own_site_and_not_in_the_public_one(
    counties_site: Site, public_site: Site
) -> None:
    for written in (EVIDENCE, "责任人甲", "措施乙"):
        assert [page for page in counties_site.every_page if written in text_of(counties_site, page)], written
        assert not [page for page in public_site.every_page if written in text_of(public_site, page)], written
    ledgers = [text_of(public_site, page) for page in county_pages(public_site, "ledger")]
    assert any("2026-08-31" in ledger for ledger in ledgers)


def test_a_chart_draws_every_figure_or_says_how_many_it_leaves_out(
    counties_reader: Reader, public_reader: Reader
) -> None:
    for reader, hides in ((counties_reader, False), (public_reader, True)):
        left_out = 0
        with reader.window() as page:
            for path in [one for one in reader.site.pages["zh"] if "/indicator-" in one][::2]:
                reader.goto(page, path)
                for section in page.locator("main > section").all():
                    rows = section.locator("tbody tr").count()
                    drawn = section.locator(POINTS).count()
                    left_out += section.locator("tbody tr[data-standing=withheld]").count()
                    if not drawn:
                        continue
                    told = sum(map(int, LEFT_OUT.findall(section.locator("figure .note").inner_text())))
                    outside = section.locator("tbody tr[data-standing=not_applicable]").count()
                    assert drawn + told + outside == rows, path
        assert (left_out > 0) is hides


def test_a_hidden_figure_is_a_star_that_the_legend_explains(public_reader: Reader) -> None:
    with public_reader.window() as page:
        stars = 0
        for path in county_pages(public_reader.site, "index"):
            public_reader.goto(page, path)
            stars += stars_of(page)
            assert "不公开" in page.locator("footer").inner_text()
        assert stars > 0


def stars_of(page: Page) -> int:
    """The cells that show the sign of a hidden figure."""
    for box in page.locator("section[aria-labelledby=units]").get_by_role("checkbox").all():
        box.uncheck()
    cells = page.locator("section[aria-labelledby=units] tbody td.withheld")
    texts = cells.all_inner_texts()
    assert all(text.strip() == "*" for text in texts)
    return len(texts)


def text_of(site: Site, page: str) -> str:
    return (site.folder / page).read_text(encoding="utf-8")
