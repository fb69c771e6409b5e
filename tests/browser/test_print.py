"""What comes out of the printer: a school on one sheet, tables whole, nothing that only a screen needs."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.browser.reader import Reader

SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


def sheets(printed: bytes) -> int:
    """The number of pages of a PDF that Chromium wrote."""
    return len(SHEET.findall(printed))


def fullest(schools: list[str]) -> list[str]:
    """The four pages with the most on them, and the one with the least."""
    return [*schools[:4], schools[-1]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_school_is_one_sheet(language: str, reader: Reader) -> None:
    found = {}
    with reader.window() as page:
        for path in fullest(reader.site.schools(language)):
            reader.goto(page, path)
            count = sheets(page.pdf(prefer_css_page_size=True))
            if count != 1:
                found[path] = count
    assert found == {}


def test_a_long_table_takes_several_sheets_and_repeats_its_head(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "schools"))
        printed = page.pdf(prefer_css_page_size=True)
        assert sheets(printed) > 1
        told = subprocess.run(
            ["pdftotext", "-f", "2", "-l", "2", "-", "-"], input=printed, check=True, capture_output=True
        )
        assert "学校标识码" in told.stdout.decode("utf-8")
        page.emulate_media(media="print")
        assert page.locator("thead").first.evaluate("head => getComputedStyle(head).display") == "table-header-group"
        for unneeded in ("nav", ".switch", ".skip", ".tools"):
            assert page.locator(f"{unneeded}:visible").count() == 0, unneeded
