"""One page of paper for each school, made by typst (extra `[pdf]`): always exactly one A4."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.paths import safe
from junheng.report.texts import Texts

TEMPLATE = Path(__file__).parent / "templates" / "school_page.typ"
# The first of these that the machine has; all of them hold Chinese.
FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)
Cell = str | dict[str, str]


def is_available() -> bool:
    """Whether the extra is installed and a Chinese font is there: without them the part is written only on request."""
    return find_spec("typst") is not None and chinese_font() is not None


def chinese_font() -> str | None:
    """The font that the pages are set in; None when the machine has none that holds Chinese."""
    import typst

    families = set(typst.Fonts(include_embedded_fonts=False).families())
    return next((font for font in FONTS if font in families), None)


def write_pages(facts: Facts, folder: Path, language: str, ledger: Ledger) -> int:
    """Write `<county>/pdf/<code>.pdf` for every school of the judged year. Gives the number of files.

    Raises UsageError when the extra or a Chinese font is missing.
    """
    if find_spec("typst") is None:
        raise UsageError("pdf_extra_missing", expected="junheng[pdf]")
    import typst

    font = chinese_font()
    if font is None:
        raise UsageError("pdf_font_missing", expected=", ".join(FONTS))
    compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent))
    written = 0
    for county in facts.counties:
        pages = SchoolPages(facts, county, Texts(language), ledger)
        target = folder / safe(county.county_code) / "pdf"
        target.mkdir(parents=True, exist_ok=True)
        for school in pages.schools:
            data = pages.page(school) | {"fonts": [font]}
            content: Any = compiler.compile(
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                timestamp=int(facts.built_at.timestamp()),
            )
            (target / f"{safe(school.school_code)}.pdf").write_bytes(content)
            written += 1
    return written


class SchoolPages:
    """What stands on the page of each school of a county."""

    def __init__(self, facts: Facts, county: Row, texts: Texts, ledger: Ledger) -> None:
        self.county, self.texts, self.ledger = county, texts, ledger
        self.build = facts.run.build_id
        place = {"school_year": facts.school_year, "county_code": county.county_code}
        self.schools = facts.rows("display.shown_school", ["school_code"], **place)
        self.verdicts = _by_school(facts.rows("display.shown_unit_verdict", ["-stage"], **place))
        self.indicators = _by_school(
            facts.rows("display.shown_unit_indicator", ["-stage", "ratio_to_threshold", "indicator_id"], **place)
        )
        self.items = _by_school(facts.rows("display.shown_school_item", ["indicator_id", "-stage"], **place))
        self.gaps = _by_school(
            facts.rows("display.shown_remediation", ["-stage", "ratio_to_threshold", "indicator_id"], **place)
        )
        self.names = {row.indicator_id: row for row in facts.rows("marts.dim_indicator", ["indicator_id"])}

    def page(self, school: Row) -> dict[str, Any]:
        """The data of one page: every text as it is shown."""
        text, word, code = self._text, self.texts.word, school.school_code
        about = {
            "year": self.county.school_year_shown,
            "date": self.county.stock_date_shown,
            "build": self.build,
        }
        name = school.school_name or code
        kind = [word(school, "school_kind"), word(school, "ownership"), word(school, "area_kind"), school.township]
        pupils = text("pupils", count=school.compulsory_pupils_shown) if school.compulsory_pupils_shown else ""
        return {
            "language": self.texts.language,
            "title": name,
            "name": name,
            "above": text("above", county=self.county.county_name or self.county.county_code, code=code),
            "kind": " · ".join(part for part in (*kind, pupils) if part),
            "footer": text("footer", **about),
            "legend": self.texts.text("excel.legend"),
            "verdicts": [
                {
                    "stage": word(row, "stage"),
                    "standing": row.standing,
                    "verdict": f"{row.sign} {word(row, 'standing')}",
                    "sentence": word(row, "sentence"),
                }
                for row in self.verdicts[code]
            ]
            or [
                {
                    "stage": "",
                    "standing": school.standing,
                    "verdict": f"{school.sign} {word(school, 'standing')}",
                    "sentence": word(school, "reason"),
                }
            ],
            "sections": [self._indicators(code), self._gaps(code), self._items(code)],
        }

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"pdf.{key}", **params)

    def _section(
        self, title: str, widths: Sequence[float], left: Sequence[int], heads: Sequence[str], rows: list[list[Cell]]
    ) -> dict[str, Any]:
        return {
            "title": self._text(title),
            "widths": list(widths),
            "left": list(left),
            "heads": [self.texts.text(f"excel.{head}") for head in heads],
            "rows": rows,
            "none": self._text("none"),
        }

    def _indicators(self, code: str) -> dict[str, Any]:
        """The seven indicators of every stage, the worst first."""
        word = self.texts.word
        stages = {row.stage: word(row, "stage") for row in self.verdicts[code]}
        rows: list[list[Cell]] = [
            [
                stages.get(row.stage, ""),
                f"{word(self.names[row.indicator_id], 'name')} ({word(row, 'unit')})",
                {"standing": row.standing, "text": row.value_shown or row.sign},
                row.threshold_shown or "—",
                row.floor_shown or "—",
                row.ratio_pct_shown or row.sign,
                row.median_shown or "…",
                {"standing": row.standing, "text": f"{row.sign} {word(row, 'standing')}"},
            ]
            for row in self.indicators[code]
        ]
        return self._section(
            "indicators",
            (1.1, 5.4, 1.3, 1.1, 1.3, 1.3, 1.3, 2.6),
            (0, 1, 7),
            ("stage", "indicator", "value", "threshold", "floor", "ratio", "median", "verdict"),
            rows,
        )

    def _gaps(self, code: str) -> dict[str, Any]:
        """What is lacking, and what was filled in about it."""
        word = self.texts.word
        rows: list[list[Cell]] = []
        for row in self.gaps[code]:
            entry = self.ledger.entry(row)
            unit = word(row, "lacking_unit")
            rows.append(
                [
                    word(row, "stage"),
                    word(row, "name"),
                    f"{row.lacking_shown} {unit}" if row.lacking_shown else "…",
                    f"{row.lacking_to_floor_shown} {unit}" if row.lacking_to_floor_shown else "…",
                    entry.measure,
                    entry.owner,
                    entry.deadline,
                    self.texts.text(f"ledger.{entry.status}") if entry.status else "",
                ]
            )
        return self._section(
            "gaps",
            (1.1, 3.6, 1.7, 1.7, 3, 1.2, 1.6, 1.1),
            (0, 1, 4, 5, 6, 7),
            ("stage", "indicator", "lacking", "lacking_to_floor", "measure", "owner", "deadline", "status"),
            rows,
        )

    def _items(self, code: str) -> dict[str, Any]:
        """Class size, school size, rooms and funds."""
        word = self.texts.word
        rows: list[list[Cell]] = [
            [
                word(row, "stage"),
                word(row, "name"),
                f"{row.value_shown} {word(row, 'unit')}".strip() if row.value_shown is not None else row.sign,
                word(row, "limit"),
                {"standing": row.standing, "text": f"{row.sign} {word(row, 'standing')}"},
            ]
            for row in self.items[code]
        ]
        return self._section(
            "items",
            (1.7, 6, 2.2, 3, 2),
            (0, 1, 3, 4),
            ("stage", "indicator", "value", "limit", "verdict"),
            rows,
        )


def _by_school(rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.school_code].append(row)
    return found
