"""axe-core finds nothing on any kind of page, and everything can be done with the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import Reader

AXE = (Path(__file__).parent / "axe/axe.min.js").read_text(encoding="utf-8")
# Of rows, entries and marks of one kind (the same elements with the same classes and attributes, empty in the same
# places) only the first few stay: axe takes a minute for some hundred rows, and says the same of each.
FEW_OF_A_KIND = """() => {
  const kind = (one) => [one, ...one.querySelectorAll('*')].map((part) => [part.tagName, part.getAttribute('class'),
    part.getAttributeNames().sort().join(), part.textContent.trim() === ''].join(' ')).join();
  for (const list of document.querySelectorAll('tbody, ul, ol, svg g')) {
    const seen = {};
    for (const one of [...list.children]) {
      const its = kind(one);
      seen[its] = (seen[its] || 0) + 1;
      if (seen[its] > 3) one.remove();
    }
  }
}"""


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each rule with the first places."""
    page.evaluate(FEW_OF_A_KIND)
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run({resultTypes: ['violations'], preload: false}).then((run) => run.violations)"
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_any_kind_of_page(language: str, reader: Reader) -> None:
    found = {}
    with reader.window(390 if language == "zh" else 1280, 844) as page:
        for path in reader.site.one_of_each(language):
            reader.goto(page, path)
            if broken := violations(page):
                found[path] = broken
    assert found == {}


def test_axe_would_find_something(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, "index.html")
        page.evaluate("document.documentElement.removeAttribute('lang')")
        assert [line.split()[0] for line in violations(page)] == ["html-has-lang"]
        # One row among many of its kind.
        reader.goto(page, reader.site.county("zh", "schools"))
        rows = page.locator("tbody tr").count()
        page.locator("tbody tr:visible").last.evaluate("(row) => row.cells[0].append(document.createElement('img'))")
        assert [line.split()[0] for line in violations(page)] == ["image-alt"]
        assert page.locator("tbody tr").count() < rows


def test_the_first_key_offers_to_skip_to_the_content(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "schools"))
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_table_is_filtered_and_sorted_with_the_keyboard_alone(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "schools"))
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            what = page.evaluate(
                """(() => { const one = document.activeElement, style = getComputedStyle(one);
                const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                return [one.tagName, one.type ?? '', one.closest('thead') !== null, ring]; })()"""
            )
            reached.append(what)
            assert what[3], f"where the focus is cannot be seen: {what}"
            if what[1] == "search":
                page.keyboard.type("小学")
            if what[2]:
                break
        assert {one[1] for one in reached} >= {"checkbox", "search"}
        assert reached[-1][2], "no button in the head of the table was reached"
        page.keyboard.press("Enter")
        head = page.locator("thead th").first
        expect(head).to_have_attribute("aria-sort", "ascending")
        page.keyboard.press("Space")
        expect(head).to_have_attribute("aria-sort", "descending")
        assert page.locator("tbody tr:visible").count() < 73
