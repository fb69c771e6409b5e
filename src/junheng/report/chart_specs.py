"""Vega-Lite specifications of the charts of a county, made with Altair. Geometry only: figures arrive as texts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from junheng.report.facts import Row
from junheng.report.signs import FONT, INK, LINE, OTHER, PAPER, QUIET, SHAPES
from junheng.report.swarm import lanes
from junheng.report.texts import Texts

# Above this share of the threshold (%) a point stands at the right edge.
EDGE = 300
# Rows go into a finished specification as they are: Altair would look at every one of them.
ROWS = alt.NamedData(name="rows")
Spec = dict[str, Any]


def place(text: str | None) -> float | None:
    """Where a shown figure stands on an axis."""
    return None if text is None else float(text)


def wrapped(name: str, width: int) -> str:
    """A name on several lines: Latin words stay whole, Chinese breaks anywhere but after an opening bracket."""
    if name.isascii():
        return "\n".join(textwrap.wrap(name, width * 2))
    lines = [name[start : start + width] for start in range(0, len(name), width)]
    for index, line in enumerate(lines[:-1]):
        if line.endswith(("（", "《", "“")):
            lines[index], lines[index + 1] = line[:-1], line[-1] + lines[index + 1]
    return "\n".join(lines)


def strip(rows: Sequence[Row], names: Mapping[str, Row], texts: Texts) -> Spec:
    """All units of both stages against the thresholds: a point each, by its share of the threshold."""
    of_cell: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        of_cell.setdefault((row.indicator_id, row.stage), []).append(row)
    values: list[dict[str, Any]] = []
    for (indicator, stage), units in of_cell.items():
        shares = [min(100 * unit.ratio_to_threshold, EDGE) for unit in units]
        for unit, share, lane in zip(units, shares, lanes(shares, width=9, most=3), strict=True):
            values.append(
                {
                    "indicator": wrapped(texts.word(names[indicator], "name"), 13),
                    "stage": texts.text(f"stage.{stage}"),
                    "share": share,
                    "lane": lane,
                    "standing": texts.word(unit, "standing"),
                }
            )
    order = [
        wrapped(texts.word(row, "name"), 13) for key, row in names.items() if any(key == one for one, _ in of_cell)
    ]
    floors = sorted({100 * row.floor_ratio for row in rows if row.floor_ratio is not None})
    points = (
        alt.Chart()
        .mark_point(filled=True, size=26, stroke=INK, strokeWidth=0.4, opacity=1)
        .encode(
            x=alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, EDGE], nice=False), axis=_percents()),
            y=alt.Y("indicator:N", sort=order, title=None, scale=alt.Scale(padding=0.15)),
            yOffset=alt.YOffset("lane:Q", scale=alt.Scale(domain=[-3.5, 3.5])),
            **_signs(values, rows, texts),
        )
    )
    lines = [alt.Chart().mark_rule(color=INK, strokeDash=[3, 2]).encode(x=alt.datum(floor)) for floor in floors]
    lines.append(alt.Chart().mark_rule(color=INK, strokeWidth=1.6).encode(x=alt.datum(100)))
    chart = (
        alt.layer(*lines, points)
        .properties(width=238, height=alt.Step(46, **{"for": "position"}))
        .facet(column=alt.Column("stage:N", title=None, sort=_stages(rows, texts)), data=ROWS, spacing=34)
    )
    return _finished(chart, values)


def coefficients(rows: Sequence[Row], names: Mapping[str, Row], texts: Texts) -> Spec:
    """Coefficients over the years, one band for each indicator and a column for each stage, with their limits."""
    last = max(row.school_year for row in rows)
    values = [
        {
            "band": wrapped(texts.word(row, "name"), 13),
            "stage": texts.word(row, "stage"),
            "year": row.school_year,
            "place": place(row.value_shown),
            "shown": row.value_shown if row.school_year == last else "",
            "limit": place(row.threshold_shown),
            "standing": texts.word(row, "standing"),
        }
        for row in sorted(rows, key=lambda row: (list(names).index(row.indicator_id), -len(row.stage), row.school_year))
    ]
    highest = max(filter(None, (value[part] for value in values for part in ("place", "limit"))), default=1)
    chart = (
        _bands(values, rows, texts, highest, beside=True)
        .properties(width=220, height=alt.Step(44, **{"for": "position"}))
        .facet(
            column=alt.Column("stage:N", title=None, sort=list(dict.fromkeys(value["stage"] for value in values))),
            data=ROWS,
        )
    )
    return _finished(chart, values)


def funding(rows: Sequence[Row], texts: Texts) -> Spec:
    """Funds per pupil over the fiscal years, one band for each measure and stage, each to a scale of its own."""
    of_band: dict[str, list[Row]] = {}
    for row in rows:
        name = wrapped(texts.word(row, "measure"), 13)
        of_band.setdefault(f"{name}{texts.text('site.comma')}{texts.word(row, 'stage')}", []).append(row)
    values: list[dict[str, Any]] = []
    for band, of_years in of_band.items():
        highest = max(_places(of_years), default=1) or 1
        values.extend(
            {
                "band": band,
                "year": row.fiscal_year,
                "place": (place(row.value_shown) or 0) / highest,
                "shown": row.value_shown,
                "limit": None if row.threshold_shown is None else (place(row.threshold_shown) or 0) / highest,
                "standing": _against_quota(row, texts),
            }
            for row in of_years
        )
    chart = _bands(values, rows, texts, 1, beside=False).properties(
        width=440, height=alt.Step(48, **{"for": "position"}), data=ROWS
    )
    return _finished(chart, values)


def retention(rows: Sequence[Row], texts: Texts) -> Spec:
    """Retention of the county over the years, the chosen formula in front of the others."""
    others = texts.text("charts.other_formulas")
    values = [
        {
            "year": row.graduated_in,
            "place": place(row.value_shown),
            "chosen": int(bool(row.is_chosen)),
            "shown": row.value_shown if row.is_chosen else "",
            "missing": row.sign if row.is_chosen and row.value_shown is None else "",
            "limit": place(row.threshold_shown),
            "standing": texts.word(row, "standing") if row.is_chosen else others,
        }
        for row in sorted(rows, key=lambda row: bool(row.is_chosen))
        if row.value_shown is not None or row.is_chosen
    ]
    known = _places(rows)
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.5))
    scale = alt.Scale(domain=[min(known) - 2, max(known) + 2], zero=False, nice=False)
    y = alt.Y("place:Q", title=None, axis=alt.Axis(tickCount=4), scale=scale)
    base = alt.Chart().encode(x=x)
    signs = _signs([value for value in values if value["place"]], [row for row in rows if row.is_chosen], texts)
    chart = alt.layer(
        base.mark_line(color=INK, strokeDash=[4, 2], strokeWidth=1.2).encode(y=alt.Y("limit:Q", scale=scale)),
        base.mark_line(color=QUIET, strokeWidth=1).encode(
            y=y, detail="chosen:N", opacity=alt.Opacity("chosen:Q", legend=None)
        ),
        base.mark_point(filled=True, size=40, stroke=INK, strokeWidth=0.6, opacity=1).encode(y=y, **signs),
        base.mark_text(dx=8, align="left", fontSize=11, color=INK).encode(y=y, text="shown:N"),
        base.mark_text(fontSize=12, color=INK).encode(y=alt.value(65), text="missing:N"),
    ).properties(width=440, height=130, data=ROWS)
    return _finished(chart, values)


def _bands(
    values: Sequence[Mapping[str, Any]], rows: Sequence[Row], texts: Texts, highest: float, *, beside: bool
) -> Any:
    """Small charts in one: a band for each row of the chart, in it the years from left to right and a common scale."""
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.5))
    order = list(dict.fromkeys(str(value["band"]) for value in values))
    y = alt.Y("band:N", title=None, sort=order, scale=alt.Scale(padding=0), axis=alt.Axis(grid=True, bandPosition=1))
    # Offsets grow downwards: the highest figure stands at the top of its band.
    scale = alt.Scale(domain=[highest * (1.2 if beside else 1.6), highest * -0.1])
    base = alt.Chart().encode(x=x, y=y)
    place_of = alt.YOffset("place:Q", scale=scale)
    label: dict[str, Any] = {"dx": 7, "align": "left"} if beside else {"dy": -8, "align": "center"}
    return alt.layer(
        base.mark_line(color=INK, strokeDash=[4, 2], strokeWidth=1.2).encode(
            yOffset=alt.YOffset("limit:Q", scale=scale), detail="band:N"
        ),
        base.mark_line(color=QUIET, strokeWidth=1).encode(yOffset=place_of, detail="band:N"),
        base.mark_point(filled=True, size=34, stroke=INK, strokeWidth=0.6, opacity=1).encode(
            yOffset=place_of, **_signs(values, rows, texts)
        ),
        base.mark_text(fontSize=10.5, color=INK, **label).encode(yOffset=place_of, text="shown:N"),
    )


def _places(rows: Sequence[Row]) -> list[float]:
    found = (place(text) for row in rows for text in (row.value_shown, row.threshold_shown))
    return [one for one in found if one is not None]


def _against_quota(row: Row, texts: Texts) -> str:
    return texts.text("charts.no_quota") if row.threshold_shown is None else texts.word(row, "standing")


def _signs(values: Sequence[Mapping[str, Any]], rows: Sequence[Row], texts: Texts) -> dict[str, Any]:
    """Colour and shape by standing, with a legend in words, the best first."""
    known = {texts.word(row, "standing"): SHAPES.get(row.standing, OTHER) for row in rows}
    order = {sign: position for position, sign in enumerate(SHAPES.values())}
    present = {str(value["standing"]) for value in values}
    found = sorted(present, key=lambda one: (order.get(known.get(one, OTHER), len(order)), one))
    looks = [known.get(one, OTHER) for one in found]
    legend = alt.Legend(title=None, orient="bottom", symbolStrokeWidth=0.6)
    return {
        "color": alt.Color("standing:N", legend=legend, scale=alt.Scale(domain=found, range=[one for one, _ in looks])),
        "shape": alt.Shape("standing:N", legend=legend, scale=alt.Scale(domain=found, range=[one for _, one in looks])),
    }


def _stages(rows: Sequence[Row], texts: Texts) -> list[str]:
    return [texts.text(f"stage.{stage}") for stage in ("primary", "junior") if any(row.stage == stage for row in rows)]


def _percents() -> alt.Axis:
    return alt.Axis(values=list(range(0, EDGE + 1, 100)), labelExpr="datum.value + ' %'", labelFlush=False)


def _finished(chart: alt.TopLevelMixin, values: Sequence[Mapping[str, Any]]) -> Spec:
    """The looks of every chart: system fonts, thin lines, nothing that moves, no labels for machines in the marks."""
    spec: Spec = chart.to_dict(validate=False)
    spec["datasets"] = {"rows": list(values)}
    spec["config"] = {
        "aria": False,
        "background": PAPER,
        "font": FONT,
        "lineBreak": "\n",
        "view": {"stroke": LINE},
        "axis": {
            "labelFontSize": 10.5,
            "labelColor": INK,
            "labelLimit": 0,
            "labelOverlap": False,
            "labelBound": False,
            "gridColor": LINE,
            "domainColor": LINE,
            "ticks": False,
        },
        "header": {"labelFontSize": 11, "labelColor": INK, "labelFontWeight": 600},
        "legend": {"labelFontSize": 10.5, "labelColor": INK, "labelLimit": 0},
    }
    return spec
