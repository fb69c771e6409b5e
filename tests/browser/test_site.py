"""Every page opens by double click, keeps to its folder, shows the golden figures, and finds what one looks for."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from junheng.report.report_command import build_parts
from tests.browser.reader import Reader
from tests.browser.site_folder import Site
from tests.end_to_end.command_line import junheng

SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


class Addresses(HTMLParser):
    """The places that a page leads to or loads, and the names of its own places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href"):
                self.links.append(value or "")
            elif name == "id":
                self.ids[value or ""] += 1


@pytest.fixture(scope="module")
def parsed(site: Site) -> dict[str, Addresses]:
    return {page: Addresses((site.folder / page).read_text(encoding="utf-8")) for page in site.every_page}


def test_every_link_leads_to_a_file_of_the_report_and_to_a_place_on_it(
    site: Site, parsed: dict[str, Addresses]
) -> None:
    broken = []
    for page, addresses in parsed.items():
        for link in addresses.links:
            parts = urlsplit(link)
            target = (site.folder / page).parent / unquote(parts.path) if parts.path else site.folder / page
            inside = target.resolve().is_relative_to(site.folder.resolve())
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc or not inside or not target.is_file():
                broken.append((page, link))
            elif parts.fragment and "=" not in parts.fragment and target.suffix == ".html":
                name = target.resolve().relative_to(site.folder.resolve()).as_posix()
                if unquote(parts.fragment) not in parsed[name].ids:
                    broken.append((page, link))
    assert broken == []
    assert sum(len(addresses.links) for addresses in parsed.values()) > 1000


def test_no_name_of_a_place_stands_twice_on_a_page(parsed: dict[str, Addresses]) -> None:
    twice = {page: [name for name, count in found.ids.items() if count > 1] for page, found in parsed.items()}
    assert {page: names for page, names in twice.items() if names} == {}


def test_both_languages_have_the_same_pages(site: Site) -> None:
    chinese, english = ({page.partition("/")[2] for page in site.pages[language]} for language in ("zh", "en"))
    assert chinese == english
    assert len(site.schools("zh")) == 73


def open_all(reader: Reader, pages: list[str], page: Page) -> Iterator[tuple[str, str]]:
    """Open pages one after the other; gives those that are not as they should be, with what is wrong."""
    for path in pages:
        reader.goto(page, path)
        language = "en" if path.startswith("en/") else "zh-CN"
        found = page.evaluate(
            f"[document.documentElement.lang, document.title, document.querySelectorAll('h1').length, {SIDEWAYS}]"
        )
        lang, title, headings, sideways = found
        if path != "index.html" and lang != language:
            yield path, f"lang is {lang}"
        if not title.strip() or "None" in title:
            yield path, f"title {title!r}"
        if headings != 1:
            yield path, f"{headings} headings of the first rank"
        if sideways:
            yield path, "has to be scrolled sideways"


def test_every_kind_of_chinese_page_opens_on_a_telephone(reader: Reader) -> None:
    """All pages of every kind but schools, of which the largest: the rest differ in figures only."""
    kinds = reader.site.kinds("zh")
    pages = [page for kind, found in kinds.items() for page in (found[:20] if kind == "schools/" else found)]
    assert len(pages) > 100
    with reader.window(390, 844) as page:
        assert list(open_all(reader, ["index.html", *pages], page)) == []


def test_english_pages_open_at_twice_the_size(reader: Reader) -> None:
    pages = [page for pages in reader.site.kinds("en").values() for page in pages[:2]]
    with reader.window(640, 450, device_scale_factor=2) as page:
        assert list(open_all(reader, pages, page)) == []


def test_a_page_never_shows_what_is_not_there_as_a_word_of_the_program(site: Site) -> None:
    words = re.compile(r">[^<>]*\b(None|NULL|nan|NaN|undefined|Undefined)\b[^<>]*<")
    found = {}
    for page in site.every_page:
        text = re.sub(
            r"<(script|style|code|pre)\b.*?</\1>", "", (site.folder / page).read_text(encoding="utf-8"), flags=re.S
        )
        if match := words.search(text):
            found[page] = match.group()
    assert found == {}


def test_golden_figures_of_the_county(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "index"))
        assert re.search(r"79 个.*56 个|56.*79", page.locator("h1").inner_text())
        counts = page.locator("section[aria-labelledby=classes] tbody tr td:last-of-type").all_inner_texts()
        assert counts == ["53", "3", "13", "6", "4"]
        broken = page.locator("section[aria-labelledby=coefficients] tr[data-standing=not_met] td.number")
        assert sorted(broken.all_inner_texts()) == ["0.55", "0.70"]
        assert page.get_by_text("100.87", exact=True).count() >= 1


def test_only_failures_is_on_and_the_hash_keeps_what_was_chosen(reader: Reader) -> None:
    overview = reader.site.county("zh", "index")
    with reader.window() as page:
        reader.goto(page, overview)
        units = page.locator("section[aria-labelledby=units]")
        box, rows = units.get_by_role("checkbox"), units.locator("tbody tr:visible")
        expect(box).to_be_checked()
        expect(rows).to_have_count(23)
        box.uncheck()
        expect(rows).to_have_count(79)
        assert "23" not in units.get_by_role("status").inner_text()
        page.reload()
        expect(rows).to_have_count(79)
        box.check()
        expect(rows).to_have_count(23)
        assert page.evaluate("location.hash") == ""


def test_search_sort_and_language_keep_each_other(reader: Reader) -> None:
    schools = reader.site.county("zh", "schools")
    with reader.window() as page:
        reader.goto(page, schools)
        table, rows = page.locator("table").first, page.locator("tbody tr:visible")
        everything = rows.count()
        assert everything == 73
        page.get_by_role("searchbox").fill("九年一贯")
        few = rows.count()
        assert 0 < few < everything
        assert all("九年一贯" in text for text in rows.all_inner_texts())
        pupils = table.locator("thead th").nth(4).get_by_role("button")
        pupils.click()
        upwards = [float(text) for text in rows.locator("td:nth-child(5)").all_inner_texts()]
        assert upwards == sorted(upwards)
        pupils.click()
        downwards = [float(text) for text in rows.locator("td:nth-child(5)").all_inner_texts()]
        assert downwards == sorted(upwards, reverse=True)
        assert downwards != upwards
        hash_ = page.evaluate("location.hash")
        page.reload()
        assert [float(text) for text in rows.locator("td:nth-child(5)").all_inner_texts()] == downwards
        expect(page.get_by_role("searchbox")).to_have_value("九年一贯")
        page.get_by_role("link", name="English").click()
        page.wait_for_url(re.compile(r"/en/.*schools\.html"))
        assert page.evaluate("location.hash") == hash_
        assert rows.count() == few
        assert [float(text) for text in rows.locator("td:nth-child(5)").all_inner_texts()] == downwards
        page.get_by_role("searchbox").fill("no such school")
        expect(rows).to_have_count(0)


def test_what_is_not_there_is_sorted_last_in_both_directions(reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "index"))
        items = page.locator("section[aria-labelledby=items]")
        items.get_by_role("checkbox").uncheck()
        values = items.locator("tbody tr:visible td:nth-child(2)")
        button = items.locator("thead th").nth(1).get_by_role("button")
        missing = {"", "…", "—", "×"}
        for _ in range(2):
            button.click()
            shown = [text.strip() for text in values.all_inner_texts()]
            first = next(place for place, text in enumerate(shown) if text in missing)
            assert all(text in missing for text in shown[first:])
            assert first > 5


@pytest.mark.parametrize(
    "hash_",
    [
        "%E0%A4%A",
        "units.q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "units.sort=1.5.desc&units.only=maybe",
        "units.sort=999.asc",
        "items",
        "__proto__.q=1",
    ],
)
def test_any_hash_opens_the_page(hash_: str, reader: Reader) -> None:
    with reader.window() as page:
        reader.goto(page, reader.site.county("zh", "index") + "#" + hash_)
        assert page.locator("h1").count() == 1
        assert page.locator("section[aria-labelledby=units] thead button").count() > 5
        assert page.locator("img[src=x]").count() == 0


def test_without_scripts_every_row_is_there(reader: Reader) -> None:
    with reader.window(java_script_enabled=False) as page:
        for path in reader.site.one_of_each("zh"):
            reader.goto(page, path)
            text = (reader.site.folder / path).read_text(encoding="utf-8")
            bodies = re.findall(r"<tbody>(.*?)</tbody>", text, flags=re.S)
            rows = sum(len(re.findall(r"<tr\b", body)) for body in bodies)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert page.locator("tbody tr:visible").count() == rows, path
            assert page.locator("input:visible, .sort:visible").count() == 0, path


def test_the_same_warehouse_gives_the_same_bytes(published_sample: Path, site: Site, tmp_path: Path) -> None:
    shutil.copyfile(published_sample / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    outcome = junheng("report", "--only", ",".join(build_parts()), "--out", tmp_path)
    assert outcome.code == 0, outcome.stderr
    first, second = (hashes(folder) for folder in (site.folder, tmp_path / "report"))
    assert sorted(name for name in first | second if first.get(name) != second.get(name)) == []
    assert len(first) > 150


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
