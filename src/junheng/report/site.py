"""The site: plain HTML pages in both languages that open from a folder, without a server and without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from junheng.messages import LANGUAGES, Messages
from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.masking import rules
from junheng.report.navigation import navigation
from junheng.report.paths import county_page, rule_page, school_page, suite_page
from junheng.report.texts import Texts, exact

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Page:
    """One page. `path` is below the folder of a language; `template` stands in `templates/`.

    A page without a county is about the whole report; it carries the county's name where there is only one.
    """

    path: str
    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    county: Row | None = None


@dataclass(frozen=True)
class Writer:
    """What a module of pages needs: the facts, the texts of one language, and where the site is written.

    `public` leaves out what points at persons and masks small groups.
    """

    facts: Facts
    texts: Texts
    folder: Path
    public: bool = False
    ledger: Ledger = field(default_factory=lambda: Ledger({}))

    @property
    def language(self) -> str:
        """The language of the pages."""
        return self.texts.language


# Pages that are written when the other files of the report are there.
LATE = frozenset({"downloads.html"})
PageMaker = Callable[[Writer], Iterator[Page]]


def makers() -> tuple[PageMaker, ...]:
    """Every module of pages, in the order of the navigation."""
    from junheng.report.pages import (
        audit,
        console,
        counties,
        differences,
        indicators,
        items,
        ledger,
        methods,
        overview,
        quality,
        schools,
        strip,
        trends,
    )

    of_counties = (overview, indicators, strip, schools, differences, items, ledger)
    return tuple(module.pages for module in (counties, *of_counties, quality, trends, audit, methods, console))


def write_site(
    facts: Facts, folder: Path, main_language: str, *, public: bool = False, ledger: Ledger | None = None
) -> int:
    """Write the site into an empty folder: `index.html`, `zh/`, `en/`, `assets/`. Gives the number of pages."""
    shutil.copytree(HERE / "assets", folder / "assets")
    written = 0
    for language in LANGUAGES:
        writer = Writer(facts, Texts(language), folder, public, ledger or Ledger({}))
        pages = [page for maker in makers() for page in maker(writer)]
        environment = _environment(writer)
        there = frozenset(page.path for page in pages) | LATE
        for page in pages:
            _write(environment, writer, page, PurePosixPath(language) / page.path, there)
        if language == main_language:
            _write(environment, writer, pages[0], PurePosixPath("index.html"), there)
        written += len(pages)
    return written + 1


def write_late(facts: Facts, folder: Path, make: Callable[[Writer], Page]) -> int:
    """Write one page of LATE in both languages into the folder of a site that is there. Gives the number of pages."""
    for language in LANGUAGES:
        writer = Writer(facts, Texts(language), folder, facts.is_public)
        place = folder / language
        there = {path.relative_to(place).as_posix() for path in place.rglob("*.html")} | LATE
        page = make(writer)
        _write(_environment(writer), writer, page, PurePosixPath(language) / page.path, there)
    return len(LANGUAGES)


class _Compiled(BytecodeCache):
    """What Jinja has made of a template: once for both languages, and for every later site of the process."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja: a template that stands here, unchanged, is not compiled again."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja with a template that it has compiled."""
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _environment(writer: Writer) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        bytecode_cache=_COMPILED,
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(t=writer.texts.text, word=writer.texts.word, facts=writer.facts, lang=writer.language)
    environment.globals.update(county_chart=lambda name, county: _county_chart(writer, name, county))
    environment.globals.update(school_page=school_page, county_page=county_page, rule_page=rule_page)
    environment.globals.update(suite_page=suite_page, exact=exact)
    environment.globals.update(message=Messages(writer.language).text, smallest_group=rules()["smallest_group"])
    return environment


def _county_chart(writer: Writer, name: str, county: Row) -> Any:
    from junheng.report.charts import county_chart

    return county_chart(writer.facts, writer.texts, name, county)


def _write(environment: Environment, writer: Writer, page: Page, path: PurePosixPath, there: Collection[str]) -> None:
    """Render a page. `root` leads from it to the folder of the report, `home` to the folder of its language.

    `there` are the paths of all pages: the navigation links to no other.
    """
    if page.county is None and len(writer.facts.counties) == 1:
        page = replace(page, county=writer.facts.counties[0])
    root = "../" * (len(path.parts) - 1)
    other = next(language for language in LANGUAGES if language != writer.language)
    text = environment.get_template(page.template).render(
        **page.values,
        page=page,
        navigation=navigation(writer.texts, page.county, there),
        root=root,
        home=f"{root}{writer.language}/",
        other_language=f"{root}{other}/{page.path}",
        public=writer.public,
    )
    target = writer.folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
