"""The SQL console answers from the folder alone: figures, mistakes, links, and a file for a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile_names import NAMES
from tests.browser.reader import Reader

CONSOLE = "zh/console.html"
COMPLIANT = "select count(*) as units, sum(is_compliant) as compliant from fct_unit_verdict where school_year = 2024"


def ask(page: Page, query: str) -> list[list[str]]:
    """Run a query; gives the rows of the answer, the head first."""
    page.locator("#query").fill(query)
    page.locator("#console button[type=submit]").click()
    expect(page.locator("#message")).to_contain_text("ms", timeout=20_000)
    return [line.locator("th, td").all_inner_texts() for line in page.locator("#result tr").all()]


def test_a_query_is_answered_and_the_address_asks_it_again(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, CONSOLE)
        assert ask(page, COMPLIANT) == [["units", "compliant"], ["79", "56"]]
        page.reload()
        expect(page.locator("#result tbody tr")).to_have_count(1, timeout=20_000)
        assert page.locator("#query").input_value() == COMPLIANT
        page.get_by_role("link", name="English").click()
        page.wait_for_url("**/en/console.html*")
        expect(page.locator("#result tbody td")).to_have_text(["79", "56"], timeout=20_000)


def test_every_example_gives_rows(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, CONSOLE)
        values = [option.get_attribute("value") or "" for option in page.locator("#example option").all()]
        assert len([value for value in values if value]) >= 3
        for value in filter(None, values):
            assert len(ask(page, value)) > 1, value


def test_a_mistake_is_told_and_leaves_no_old_answer(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, CONSOLE)
        ask(page, COMPLIANT)
        page.locator("#query").fill("select 1 from nowhere")
        page.locator("#query").press("Control+Enter")
        expect(page.locator("#message")).to_contain_text("nowhere")
        assert page.locator("#result tr").count() == 0
        expect(page.locator("#csv")).to_be_disabled()
        assert len(ask(page, COMPLIANT)) == 2


@pytest.mark.parametrize("school_code", NAMES)
def test_hostile_names_are_texts_in_the_answer_and_in_the_file(
    school_code: str, hostile_reader: Reader, tmp_path: Path
) -> None:
    name = NAMES[school_code]
    with hostile_reader.window(390, 844) as page:
        hostile_reader.goto(page, CONSOLE)
        query = f"select distinct school_name from dim_school where school_code = '{school_code}' limit 1"
        assert ask(page, query)[1:] == [[name]]
        assert page.title() != "taken"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        with page.expect_download() as download:
            page.locator("#csv").click()
        download.value.save_as(tmp_path / "answer.csv")
        content = (tmp_path / "answer.csv").read_text(encoding="utf-8-sig")
        safe = f"'{name}" if name.startswith("=") else name
        assert safe.replace('"', '""') in content


def test_without_scripts_the_page_says_what_it_needs(reader: Reader) -> None:
    with reader.window(java_script_enabled=False) as page:
        reader.goto(page, CONSOLE)
        expect(page.locator("noscript")).to_be_visible()
