"""The pages of the site: complete, in both languages, without a request, and with every failing row."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from docx import Document

from junheng.messages import LANGUAGES
from junheng.report import site as report_site
from junheng.report.downloads import write_downloads
from junheng.report.facts import Facts
from junheng.report.pages import quality, schools
from junheng.report.site import write_site
from junheng.report.texts import catalogue
from tests.end_to_end.command_line import ROOT

HOSTILE = '=HYPERLINK("http://x")&<b>'
LONG = "长" * 200
NAMES = {"0500152001": HOSTILE, "0500152052": LONG}
# What of a page asks for a file at once; a link is followed by a reader.
LOADS = {"src", "href", "poster", "data", "action", "srcset"}
ALWAYS = ("README.txt", "SHA256SUMS")
SHEET = Path("500152") / "pdf" / "0500152052.pdf"


class Page(HTMLParser):
    """Links, ids, headings and rows of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in LOADS and value is not None:
                self.references.append((tag, name, value))
            if name == "id" and value:
                self.ids.append(value)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1].append("".join(self.cell).strip())
            self.cell = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.cell is not None:
            self.cell.append(data)


@pytest.fixture(scope="module")
def warehouse(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published sample county, two of its schools under names that nobody expects."""
    copy = tmp_path_factory.mktemp("发布 目录") / "warehouse.duckdb"
    shutil.copy(published_sample / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_columns() where column_name = 'school_name'"
            " and schema_name in ('display', 'marts', 'raw')"
        ).fetchall()
        for schema, table in tables:
            for code, name in NAMES.items():
                connection.execute(f"update {schema}.{table} set school_name = ? where school_code = ?", [name, code])
    return copy


@pytest.fixture(scope="module")
def site(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this warehouse."""
    return write(warehouse, tmp_path_factory.mktemp("site"))


def write(warehouse: Path, folder: Path, *, public: bool = False) -> Path:
    with Facts(warehouse) as facts:
        write_site(facts, folder, "zh", public=public)
        (folder / SHEET).parent.mkdir(parents=True)
        (folder / SHEET).touch()
        write_downloads(facts, folder)
    for name in ALWAYS:
        (folder / name).touch()
    return folder


@pytest.fixture(scope="module")
def parsed(site: Path) -> dict[Path, Page]:
    """Every page of the site, read."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_both_languages_have_the_same_pages(site: Path) -> None:
    pages = [{path.relative_to(site / one).as_posix() for path in (site / one).rglob("*.html")} for one in LANGUAGES]
    assert pages[0] == pages[1]
    assert {f"500152/{name}.html" for name in ("index", "indicators", "schools", "differences", "items", "ledger")} <= (
        pages[0]
    )
    assert {f"{name}.html" for name in ("quality", "rules", "sources", "audit", "methods", "downloads")} <= pages[0]


def test_the_overview_shows_the_published_figures(site: Path) -> None:
    for path in (site / "index.html", site / "zh" / "500152" / "index.html", site / "en" / "500152" / "index.html"):
        page = Page(path.read_text(encoding="utf-8"))
        rows = [[cell for cell in row if cell] for row in page.rows]
        text = " ".join("".join(page.text).split())
        assert "79" in text
        assert "56" in text
        counts = [
            row[1:]
            for row in rows
            if row[0].lstrip("●▲◆ ").startswith(("7项", "6项", "5项", "低于", "All", "Six", "Five", "Few"))
        ]
        assert [row[-1] for row in counts] == ["53", "3", "13", "6", "4"], counts
        over = sorted(row[2] for row in rows if len(row) == 5 and row[2] in ("0.55", "0.70"))
        assert over == ["0.55", "0.70"]
        assert any("100.87" in row for row in rows)


def test_every_failing_row_stands_on_the_page_of_its_rule(site: Path, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        failing = connection.execute(
            "select rule_id, keys, source_row, actual from quality.failing_row order by all"
        ).fetchall()
    assert len(failing) > 500
    for language in LANGUAGES:
        found: Counter[tuple[str, ...]] = Counter()
        for path in sorted((site / language / "rules").glob("*.html")):
            rule_id = path.stem.partition("--")[0]
            for row in Page(path.read_text(encoding="utf-8")).rows:
                found[(rule_id, *row)] += 1
        for rule_id, keys, source_row, actual in failing:
            wanted = ["…" if value is None else str(value) for value in json.loads(keys).values()]
            there = [
                row
                for row in found
                if row[0] == rule_id
                and list(row[1 : 1 + len(wanted)]) == wanted
                and (source_row is None or str(source_row) in row)
                and ("…" if actual is None else actual.strip()) in row
            ]
            assert there, (language, rule_id, keys)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            counts = dict(
                connection.execute("select rule_id, count(*) from quality.failing_row group by rule_id").fetchall()
            )
        shown = Counter(row[0] for row in found.elements())
        headers = len(list((site / language / "rules").glob("*.html")))
        assert sum(shown.values()) - headers == sum(counts.values())


def test_hostile_names_are_text(site: Path, parsed: dict[Path, Page]) -> None:
    for path, page in parsed.items():
        assert "<b>" not in path.read_text(encoding="utf-8"), path
        assert not any(value.startswith("http://x") for _, _, value in page.references), path
    for language in LANGUAGES:
        for name in ("index", "schools", "ledger"):
            text = "".join(parsed[site / language / "500152" / f"{name}.html"].text)
            assert HOSTILE in text, (language, name)
            assert LONG in text or name == "ledger", (language, name)


def test_nothing_is_asked_of_the_network(site: Path, parsed: dict[Path, Page]) -> None:
    for path, page in parsed.items():
        for tag, name, value in page.references:
            assert not urlsplit(value).scheme, (path, tag, name, value)
            assert not value.startswith("//"), (path, tag, name, value)
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", text), path


def test_every_link_leads_to_a_file(site: Path, parsed: dict[Path, Page]) -> None:
    for path, page in parsed.items():
        for _, _, value in page.references:
            parts = urlsplit(value)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path, value)
            if parts.fragment and target in parsed:
                assert parts.fragment in parsed[target].ids, (path, value)


def test_headings_go_down_one_by_one_and_ids_are_unique(parsed: dict[Path, Page]) -> None:
    for path, page in parsed.items():
        assert page.headings[0] == 1, path
        assert page.headings.count(1) == 1, path
        assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), path
        assert len(page.ids) == len(set(page.ids)), (path, [one for one, n in Counter(page.ids).items() if n > 1])


def test_the_same_warehouse_gives_the_same_bytes(site: Path, warehouse: Path, tmp_path: Path) -> None:
    again = write(warehouse, tmp_path / "again")
    files = [path.relative_to(site) for path in sorted(site.rglob("*")) if path.is_file()]
    assert files == [path.relative_to(again) for path in sorted(again.rglob("*")) if path.is_file()]
    assert [name for name in files if (site / name).read_bytes() != (again / name).read_bytes()] == []


def test_a_public_report_names_no_person(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_site, "makers", lambda: (schools.pages, quality.pages))
    copy = tmp_path / "persons.duckdb"
    shutil.copy(warehouse, copy)
    rule = "plausibility.staff.annual_pay_yuan.possible"
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update quality.rule_result set status = 'warn', rows_failed = 1 where rule_id = ?", [rule])
        connection.execute(
            "insert into quality.failing_row (suite, rule_id, table_name, severity, keys, source_file,"
            " source_row, actual) values ('plausibility.staff', ?, 'raw.staff', 'warning',"
            ' \'{"school_code":"0500152010","staff_id":"S0000047"}\', \'staff.csv\', 2, \'3\')',
            [rule],
        )
    for public in (False, True):
        folder = write(copy, tmp_path / str(public), public=public)
        text = (folder / "zh" / "rules" / f"{rule}.html").read_text(encoding="utf-8")
        assert ("S0000047" in text) is not public
        # the page of the school says what was found in its rows
        school = Page((folder / "zh" / "500152" / "schools" / "0500152010.html").read_text(encoding="utf-8"))
        found = [row for row in school.rows if "0500152010 S0000047" in row]
        assert [row[3:6] for row in found] == ([] if public else [["staff.csv", "2", "3"]])
        assert ("本校的数据没有未通过的检查。" in school.text) is public


def test_a_school_page_leads_every_figure_back_to_its_row(
    parsed: dict[Path, Page], site: Path, warehouse: Path
) -> None:
    page = parsed[site / "zh" / "500152" / "schools" / "0500152052.html"]
    where = "where school_year = 2024 and school_code = '0500152052'"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        facilities = connection.execute(f"select _source_row from raw.facilities {where}").fetchall()
        first, last = connection.execute(
            f"select min(_source_row), max(_source_row) from raw.enrolment {where}"
        ).fetchall()[0]
    places = {row[1]: [row[0], *row[2:]] for row in page.rows if len(row) == 5}
    rooms = "每百名学生拥有网络多媒体教室数"
    assert places["网络多媒体教室"] == ["办学条件", "facilities.csv", str(facilities[0][0]), rooms]
    assert places["在校生数"] == ["学生", "enrolment.csv", f"{first}–{last}", "各项指标的分母"]
    assert "涉及个人，不列行号" in places["专任教师，学历"]
    # shared rooms: the whole of the school times the weight of the stage, over its weighted pupils, for 100 of them
    assert {row[-1] for row in page.rows if row and row[0] == rooms} == {"39 ÷ 2866 × 100", "39 × 1.1 ÷ 2866 × 100"}


def test_a_download_says_whose_it_is(parsed: dict[Path, Page], site: Path) -> None:
    (row,) = [row for row in parsed[site / "zh" / "downloads.html"].rows if row[0] == SHEET.as_posix()]
    assert row[1:3] == ["每校一页", LONG]


def test_figures_have_their_unit_in_the_head(parsed: dict[Path, Page], site: Path) -> None:
    heads = [cell for row in parsed[site / "zh" / "500152" / "index.html"].rows for cell in row]
    assert "生均体育运动场馆面积（㎡/生）" in heads
    heads = parsed[site / "zh" / "500152" / "indicator-sports_area_per_pupil.html"].rows[0]
    assert heads[1] == "数值（㎡/生）"
    assert heads[5] == "达到标准还缺（㎡）"
    items = parsed[site / "zh" / "500152" / "items.html"]
    assert any("数值为相对限值最差的一项：小学所有班级不超过45人" in cell for row in items.rows for cell in row)
    assert "retention_formulas" not in "".join(items.text)
    chinese = [path for path in parsed if path.is_relative_to(site / "zh")]
    assert [path.name for path in chinese if "UNCONFIRMED" in "".join(parsed[path].text)] == []


def test_how_many_indicators_or_classes_a_standard_has_stands_in_no_text() -> None:
    numbers = re.compile(
        r"[四五六七九](个|项|类)|\b(five|six|seven|nine|fourteen|fifteen) (classes|indicators|items)\b"
        r"|\b(six|five|seven) (are )?met\b"
    )
    folder = ROOT / "src" / "junheng"
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.toml"))]
    texts += [(path.name, path.read_text(encoding="utf-8")) for path in (folder / "report/templates").glob("*.j2")]
    for path in (folder / "report/templates").glob("*.docx"):
        texts.append((path.name, "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)))
    assert len(texts) > 20
    found = [
        (name, match[0])
        for name, text in texts
        for line in text.splitlines()
        if not line.lstrip().startswith(("#", "{#"))
        for match in [numbers.search(line)]
        if match
    ]
    assert found == []


def test_every_text_is_used_and_stands_in_both_languages() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "src" / "junheng" / "report").rglob("*"))
        if path.suffix in (".py", ".j2")
    )
    made = set(re.findall(r"[\"']([a-z]+\.[a-z_]*)[\"'] ?(?:~|\+)", source))
    made |= {f"{page}.{name}" for page, name in re.findall(r"f\"([a-z]+)\.([a-z_]*)\{", source)}
    for page, texts in catalogue().items():
        for key, languages in texts.items():
            assert set(languages) == set(LANGUAGES), f"{page}.{key}"
            if page not in ("quality", "sources", "audit", "counties", "methods", "downloads", "items", "remediation"):
                continue
            used = f"{page}.{key}" in source or any(f"{page}.{key}".startswith(prefix) for prefix in made)
            assert used or key == "title", f"{page}.{key}"
    for page, key in set(re.findall(r"\bt\('([a-z]+)\.([A-Za-z_]+)'[,)]", source)):
        assert key in catalogue()[page], f"{page}.{key}"
