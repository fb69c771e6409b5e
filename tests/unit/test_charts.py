"""Charts show the figures of the warehouse, the same every time, in both languages and without colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import escape

from junheng.report import site as site_module
from junheng.report.chart_looks import wrapped
from junheng.report.charts import MAKERS, Chart, county_chart, not_drawn
from junheng.report.facts import Facts, Row
from junheng.report.pages import indicators, schools
from junheng.report.signs import SHAPES
from junheng.report.swarm import lanes
from junheng.report.texts import Texts
from tests.unit.report_sample import HOSTILE, LONG, published

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def facts(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    with Facts(published(built_sample, tmp_path_factory.mktemp("charts"))) as opened:
        yield opened


def chart(facts: Facts, name: str, language: str = "zh") -> Chart:
    found = county_chart(facts, Texts(language), name, facts.counties[0])
    assert found is not None
    return found


def texts_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_titles_are_sentences_with_the_published_figures(facts: Facts) -> None:
    assert "79" in chart(facts, "strip").title
    assert "56" in chart(facts, "strip").title
    assert chart(facts, "coefficients").title == "校际差异系数 14 个，12 个不超过限值，2 个超过"
    assert "100.87 %，不低于 95 %：达标" in chart(facts, "retention").title
    assert "23212.15" in chart(facts, "funding", "en").title


def test_figures_stand_in_the_drawing_as_texts(facts: Facts) -> None:
    coefficients = texts_of(chart(facts, "coefficients").svg())
    assert {"0.55", "0.70"} <= set(coefficients)
    assert {"2021", "2022", "2023", "2024"} <= set(coefficients)
    assert "100.87" in texts_of(chart(facts, "retention").svg())
    assert "906.62" in texts_of(chart(facts, "funding").svg())


def test_rows_are_accounted_for(facts: Facts) -> None:
    drawn = chart(facts, "rows")
    assert "读入 19864 行" in drawn.title
    assert "隔离 4 行，拒收 7 行" in drawn.title
    told = texts_of(drawn.svg())
    assert "19540 → 19529 → 19529" in told
    assert "324 → 324 → 320" in told


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_chart_says_unit_number_date_and_source(facts: Facts, name: str, language: str) -> None:
    drawn = chart(facts, name, language)
    assert "n = " in drawn.note
    assert "2024-09-01" in drawn.note
    assert "build-1" in drawn.note
    root = ElementTree.fromstring(drawn.svg())  # noqa: S314
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in (root[0], root[1])}
    assert [named[part] for part in root.get("aria-labelledby", "").split()] == [drawn.title, drawn.note]
    assert chart(facts, name, language).svg() == drawn.svg()


def test_every_unit_is_a_mark_with_colour_and_shape(facts: Facts) -> None:
    drawn = str(chart(facts, "strip").svg())
    rows = facts.rows("display.shown_unit_indicator", ["school_code"], school_year=2024)
    marks = drawn.split("role-legend", 1)[0]
    for standing in ("met", "at_floor", "below_floor"):
        expected = sum(row.standing == standing for row in rows)
        assert expected
        assert marks.count(f'fill="{SHAPES[standing][0]}"') == expected
    assert len({shape for _, shape in SHAPES.values()}) == len({colour for colour, _ in SHAPES.values()})


def test_picture_for_word_is_a_png_of_the_same_drawing(facts: Facts) -> None:
    drawn = chart(facts, "retention")
    assert drawn.png().startswith(b"\x89PNG")
    assert drawn.png() == chart(facts, "retention").png()
    width = int(re.search(r'width="(\d+)', str(drawn.svg())).group(1))  # type: ignore[union-attr]
    assert int.from_bytes(drawn.png()[16:20], "big") == pytest.approx(width * 200 / 72, rel=0.05)


def test_nothing_to_draw_is_no_chart(facts: Facts) -> None:
    other = type(facts.counties[0])({**facts.counties[0].values, "county_code": "999999"})
    assert [name for name in MAKERS if name != "rows" and county_chart(facts, Texts("zh"), name, other)] == []


@pytest.fixture(scope="module")
def site(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "report"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "makers", lambda: (indicators.pages, schools.pages))
        site_module.write_site(facts, folder, "zh")
    return folder / "zh" / "500152"


def test_a_school_has_a_bullet_for_each_indicator_of_each_unit(site: Path, facts: Facts) -> None:
    for school in ("0500152001", "0500152052"):
        rows = facts.rows("display.shown_unit_indicator", ["stage"], school_year=2024, school_code=school)
        page = (site / "schools" / f"{school}.html").read_text(encoding="utf-8")
        assert page.count('<svg class="bullet"') == len(rows)
        for row in rows:
            assert re.search(
                rf'aria-label="[^"]*：{re.escape(row.value_shown)}，标准 {re.escape(row.threshold_shown)}，', page
            )
            assert f'<rect class="bar {row.standing}"' in page


def test_a_point_of_an_indicator_leads_to_its_school_and_names_are_escaped(site: Path) -> None:
    page = (site / "indicator-sports_area_per_pupil.html").read_text(encoding="utf-8")
    assert "小学 58 个单元中，42 个达到 7.5 ㎡/生，16 个未达到（其中 15 个低于余项下限）" in page
    assert page.count('class="mark ') == 79
    assert f"<title>{escape(HOSTILE)}：3.15 (42.0 %) ◆ " in page
    assert f"<title>{LONG}：" in page
    assert "<b>" not in page


def test_points_of_a_lane_keep_apart() -> None:
    places = [1.0, 1.0, 1.05, 1.5, None, 1.02]
    found = lanes(places, width=0.1, most=2)
    assert found == lanes(places, width=0.1, most=2)
    for lane in set(found):
        own = sorted(place for place, one in zip(places, found, strict=True) if one == lane and place is not None)
        assert all(right - left >= 0.1 for left, right in pairwise(own))
    assert max(map(abs, lanes([1.0] * 50, width=0.1, most=2))) == 2


def test_names_break_between_words_and_not_after_a_bracket() -> None:
    assert wrapped("Full-time teachers of PE and arts", 10) == "Full-time teachers\nof PE and arts"
    assert (
        wrapped("每百名学生拥有体育、艺术（美术、音乐）专任教师数", 13)
        == "每百名学生拥有体育、艺术\n（美术、音乐）专任教师数"
    )


def test_a_note_says_how_many_figures_a_chart_leaves_out_and_why() -> None:
    def row(standing: str, value: str | None) -> Row:
        return Row({"standing": standing, "value_shown": value, "ratio_to_threshold": None if value is None else 1.0})

    drawn, hidden, unknown = row("met", "1"), row("withheld", None), row("no_data", None)
    assert not_drawn([drawn, row("not_applicable", None)], Texts("zh")) == ""
    assert not_drawn([drawn, hidden, hidden], Texts("zh")) == "其中 2 个数值不公开，图中没有画出。"
    assert not_drawn([hidden, unknown], Texts("en")) == (
        " 1 figures are not made public and are not drawn. 1 have no figure and are not drawn."
    )
