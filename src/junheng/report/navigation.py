"""The navigation of the site: the pages of a county, and those of the whole report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from junheng.report.facts import Row
from junheng.report.paths import county_page
from junheng.report.texts import Texts

# Name of the page, and the templates of the pages below it.
OF_COUNTY = (
    ("index", "overview", ()),
    ("indicators", "indicators", ("indicator.html.j2", "strip.html.j2")),
    ("schools", "schools", ("school.html.j2",)),
    ("differences", "differences", ()),
    ("items", "items", ()),
    ("ledger", "remediation", ()),
)
OF_REPORT = (
    ("counties", "counties", ()),
    ("quality", "quality", ("rules.html.j2", "rule.html.j2", "suite.html.j2", "sources.html.j2", "quarantine.html.j2")),
    ("trends", "trends", ()),
    ("audit", "audit", ()),
    ("methods", "methods", ()),
    ("console", "console", ()),
    ("downloads", "downloads", ()),
)


@dataclass(frozen=True)
class Entry:
    """One link. `templates` are those of the pages that belong to it."""

    path: str
    title: str
    templates: tuple[str, ...] = ()


def navigation(texts: Texts, county: Row | None, there: Collection[str]) -> list[list[Entry]]:
    """The links of a page in their groups: only pages that are there."""
    of_county = []
    if county is not None:
        of_county = [
            Entry(county_page(county.county_code, name), texts.text(f"{key}.title"), templates)
            for name, key, templates in OF_COUNTY
            if county_page(county.county_code, name) in there
        ]
    of_report = [
        Entry(f"{name}.html", texts.text(f"{key}.title"), templates)
        for name, key, templates in OF_REPORT
        if f"{name}.html" in there
    ]
    return [group for group in (of_county, of_report) if group]
