"""Names and codes that attack a page appear literally on every page, run nothing and break no layout."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Page

from tests.browser.hostile_names import CODE, HOSTILE_CODE, NAMES
from tests.browser.reader import Reader

SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def page(hostile_reader: Reader) -> Iterator[Page]:
    with hostile_reader.window(390, 844) as page:
        yield page


def has_hostile_name(reader: Reader, path: str) -> bool:
    """Whether the file of a page holds one of the names, however it is written there."""
    text = unescape((reader.site.folder / path).read_text(encoding="utf-8"))
    return any(name in text for name in NAMES.values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_stand_literally_on_every_kind_of_page(language: str, hostile_reader: Reader, page: Page) -> None:
    kinds = hostile_reader.site.kinds(language)
    seen: dict[str, set[str]] = {}
    for kind, pages in kinds.items():
        named = kind == "schools/" and language == "zh"
        for path in [path for path in pages if has_hostile_name(hostile_reader, path)] if named else pages[:2]:
            hostile_reader.goto(page, path)
            assert page.title() != "taken", path
            assert page.locator("img[src=x]").count() == 0, path
            assert not page.evaluate(SIDEWAYS), path
            text = page.locator("body").text_content() or ""
            seen.setdefault(kind, set()).update(name for name in NAMES.values() if name in text)
    everywhere = set(NAMES.values())
    assert seen["schools"] == everywhere
    assert seen["index"] == everywhere
    assert seen["indicator-"] == everywhere
    if language == "zh":
        assert seen["schools/"] == everywhere


def test_a_school_is_found_by_its_hostile_name_and_leads_to_its_page(hostile_reader: Reader, page: Page) -> None:
    for name in NAMES.values():
        hostile_reader.goto(page, hostile_reader.site.county("zh", "schools"))
        page.get_by_role("searchbox").fill(name)
        link = page.locator("tbody tr:visible").get_by_role("link", name=name, exact=True)
        assert link.count() == 1
        page.reload()
        assert page.get_by_role("searchbox").input_value() == name
        link.click()
        page.wait_for_url("**/schools/*.html")
        assert name in page.locator("h1").inner_text()


def test_a_hostile_code_leads_to_a_page_of_the_folder(hostile_reader: Reader, page: Page) -> None:
    hostile_reader.goto(page, hostile_reader.site.county("zh", "schools"))
    row = page.locator("tbody tr", has=page.get_by_text(HOSTILE_CODE, exact=True))
    assert row.count() == 1
    row.get_by_role("link").click()
    page.wait_for_url("**/schools/*.html")
    assert HOSTILE_CODE in page.locator(".facts").inner_text()
    assert CODE not in page.content()
