"""The documentation says what the seeds, the models and the repository say, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.doc_pages.catalogue import ROOT, Catalogue, Family, read_catalogue
from tools.doc_pages.models import model_paths, reasons_in_sql, reasons_of_model
from tools.make_docs import doc_pages

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")
FOLDERS = (
    "benchmarks/",
    "docs/",
    "expectations/",
    "gx/",
    "macros/",
    "models/",
    "seeds/",
    "src/",
    "tests/",
    "tools/",
    ".ci/",
)
ANCHOR = re.compile(r"<a id=\"([^\"]+)\"></a>")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The seeds, the words and the families."""
    return read_catalogue()


def test_generated_pages_are_those_the_seeds_give() -> None:
    pages = doc_pages()
    committed = {path: path.read_text(encoding="utf-8") for path in pages if path.is_file()}
    assert [path.name for path in pages if path not in committed] == []
    assert [path.name for path in pages if committed[path] != pages[path]] == []
    leftover = set((ROOT / "docs" / "indicators").glob("*.md")) - set(pages)
    assert leftover == set()


def test_every_indicator_has_a_page_that_names_its_thresholds(catalogue: Catalogue) -> None:
    for threshold in catalogue.rows("thresholds"):
        page = (ROOT / "docs" / "indicators" / f"{threshold['indicator_id']}.md").read_text(encoding="utf-8")
        assert f" {threshold['value']} {threshold['unit']}".rstrip() in page, threshold["threshold_id"]
        assert threshold["source"] in page, threshold["threshold_id"]


def test_every_mart_and_column_that_the_pages_name_exists(catalogue: Catalogue) -> None:
    columns = _mart_columns()
    named = {(mart, name) for family in catalogue.families for mart, names in family.marts.items() for name in names}
    assert named, "the families name no mart at all"
    assert {(mart, name) for mart, name in named if name not in columns.get(mart, set())} == set()


def test_every_raw_column_that_the_pages_name_exists(catalogue: Catalogue) -> None:
    known = {(row["table_name"], row["column_name"]) for row in catalogue.rows("raw_columns")}
    named = {
        (table, column)
        for indicator in catalogue.rows("indicators")
        for table, columns in catalogue.family(indicator).raw_of(indicator).items()
        for column in columns
    }
    assert named <= known


def test_no_family_excuses_a_reason_that_its_models_do_not_give(catalogue: Catalogue) -> None:
    idle = {(family.family_id, reason) for family in catalogue.families for reason in _idle(catalogue, family)}
    assert idle == set()


def test_every_family_is_used(catalogue: Catalogue) -> None:
    used = {catalogue.family(indicator).family_id for indicator in catalogue.rows("indicators")}
    assert {family.family_id for family in catalogue.families} == used


def test_reasons_are_found_in_quotes_and_in_loops_but_not_in_comments() -> None:
    known = {"no_staff", "deaths_not_reported", "no_rooms"}
    sql = "-- 'no_rooms'\n{% for c in ['deaths'] %} then '{{ c }}_not_reported' {% endfor %} else 'no_staff' end"
    assert reasons_in_sql(sql, known) == {"no_staff", "deaths_not_reported"}


def test_internal_links_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}" for page in PAGES for target in _links(page) if not _leads(page, target)
    ]
    assert broken == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](missing.md) [b](page.md#here) [c](page.md#gone)\n", encoding="utf-8")
    assert [_leads(page, target) for target in _links(page)] == [False, True, False]


def test_files_that_the_pages_name_exist() -> None:
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in PAGES
        for name in CODE.findall(page.read_text(encoding="utf-8"))
        if name.startswith(FOLDERS) and " " not in name and not re.search(r"[<>{}]", name)
        if not (list(ROOT.glob(name)) if "*" in name else (ROOT / name).exists())
    ]
    assert missing == []


def _mart_columns() -> dict[str, set[str]]:
    columns: dict[str, set[str]] = {}
    for path in (ROOT / "models" / "marts").glob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            columns[model["name"]] = {column["name"] for column in model["columns"]}
    return columns


def _idle(catalogue: Catalogue, family: Family) -> set[str]:
    given = set().union(*(reasons_of_model(catalogue, model) for model in family.models if model in model_paths()))
    return set(family.other_reasons) - given


def _links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [markdown or html for markdown, html in LINK.findall(text)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def _leads(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    if not file.exists():
        return False
    if not anchor:
        return True
    text = file.read_text(encoding="utf-8")
    return anchor in ANCHOR.findall(text) or anchor in {_slug(heading) for heading in HEADING.findall(text)}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
