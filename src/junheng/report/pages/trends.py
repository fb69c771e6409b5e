"""历次构建 / Trends: verdicts, findings and rows of the last builds, from the table of them that this build wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from junheng.report.facts import Row
from junheng.report.site import Page, Writer

# What is drawn, in order; the words are in texts.toml.
MEASURES = ("units_compliant", "findings_critical", "findings_warning", "findings_standard", "rows_landed")
WIDTH, HEIGHT = 640, 70


@dataclass(frozen=True)
class Point:
    """One build on a line: where it stands, and what it had."""

    x: float
    y: float
    value: int


def pages(writer: Writer) -> Iterator[Page]:
    """One page, when there was a build before; what went on inside is not for the public."""
    facts = writer.facts
    if writer.public or not facts.exists("quality.run_history"):
        return
    rows = facts.rows("quality.run_history", ["county_code", "position"])
    of_county: dict[str, list[Row]] = {}
    for row in rows:
        of_county.setdefault(row.county_code, []).append(row)
    counties = {code: found for code, found in of_county.items() if len(found) > 1 and found[-1].build_id is None}
    if not counties:
        return
    lines = {code: {name: _line(found, name) for name in MEASURES} for code, found in counties.items()}
    yield Page(
        "trends.html",
        "trends.html.j2",
        writer.texts.text("trends.title"),
        {"counties": counties, "lines": lines, "measures": MEASURES, "width": WIDTH, "height": HEIGHT},
    )


def _line(rows: list[Row], name: str) -> list[Point]:
    """The builds from left to right; zero is at the bottom, the largest at the top."""
    values = [(place, row.values[name]) for place, row in enumerate(rows) if row.values[name] is not None]
    top = max((value for _, value in values), default=0) or 1
    step = WIDTH / max(len(rows) - 1, 1)
    return [Point(20 + place * step, 12 + HEIGHT * (1 - value / top), value) for place, value in values]
