"""Vega-Lite specifications of the charts of a county, made with Altair. Geometry only: figures arrive as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from junheng.report.chart_looks import ROWS, Spec, finished, place, signs, wrapped
from junheng.report.facts import Row
from junheng.report.signs import FAIL, FLOOR, INK, LINE, MET, QUIET
from junheng.report.swarm import lanes
from junheng.report.texts import Texts

# Above this share of the threshold (%) a point stands at the right edge.
EDGE = 300


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
            **signs(values, rows, texts),
        )
    )
    lines = [alt.Chart().mark_rule(color=INK, strokeDash=[3, 2]).encode(x=alt.datum(floor)) for floor in floors]
    lines.append(alt.Chart().mark_rule(color=INK, strokeWidth=1.6).encode(x=alt.datum(100)))
    chart = (
        alt.layer(*lines, points)
        .properties(width=238, height=alt.Step(46, **{"for": "position"}))
        .facet(column=alt.Column("stage:N", title=None, sort=_stages(rows, texts)), data=ROWS, spacing=34)
    )
    return finished(chart, values)


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
    return finished(chart, values)


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
    return finished(chart, values)


def retention(rows: Sequence[Row], texts: Texts) -> Spec:
    """Retention of the county over the years, the chosen formula in front of the others."""
    others = texts.text("charts.other_formulas")
    values = [
        {
            "year": row.graduated_in,
            "place": place(row.value_shown),
            "chosen": bool(row.is_chosen),
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
    looks = signs([value for value in values if value["place"]], [row for row in rows if row.is_chosen], texts)
    chart = alt.layer(
        base.mark_line(color=INK, strokeDash=[4, 2], strokeWidth=1.2).encode(y=alt.Y("limit:Q", scale=scale)),
        base.mark_line(color=QUIET, strokeWidth=1).encode(y=y).transform_filter("datum.chosen"),
        base.mark_point(filled=True, size=40, stroke=INK, strokeWidth=0.6, opacity=1).encode(y=y, **looks),
        base.mark_text(dx=8, align="left", fontSize=11, color=INK).encode(y=y, text="shown:N"),
        base.mark_text(fontSize=12, color=INK).encode(y=alt.value(65), text="missing:N"),
    ).properties(width=440, height=130, data=ROWS)
    return finished(chart, values)


def rows(parts: Sequence[Row], names: Mapping[str, str], texts: Texts) -> Spec:
    """From file to mart: a bar for each table, split by what became of its rows, and the counts as text."""
    fates = {"valid": MET, "quarantined": FAIL, "rejected": FLOOR, "other": LINE}
    words = {fate: texts.text(f"charts.rows_{fate}") for fate in fates}
    values = [
        {
            "table": names[part.table_name],
            "fate": words[fate],
            "order": position,
            "count": part.values[f"rows_{fate}"],
            "told": " → ".join(str(count) for count in (part.rows_read, part.rows_landed, part.rows_valid))
            if position == 0
            else "",
        }
        for part in parts
        for position, fate in enumerate(fates)
    ]
    y = alt.Y("table:N", title=None, sort=list(names.values()), scale=alt.Scale(padding=0.35))
    scale = alt.Scale(domain=list(words.values()), range=list(fates.values()))
    bars = (
        alt.Chart()
        .mark_bar(stroke=INK, strokeWidth=0.5)
        .encode(
            y=y,
            x=alt.X(
                "count:Q", stack="normalize", title=None, axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
            ),
            order=alt.Order("order:Q"),
            color=alt.Color("fate:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
        )
    )
    told = (
        alt.Chart().mark_text(align="left", fontSize=11, color=INK, dx=6).encode(y=y, x=alt.value(360), text="told:N")
    )
    chart = alt.layer(bars, told).properties(width=360, height=alt.Step(24), data=ROWS)
    return finished(chart, values)


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
            yOffset=place_of, **signs(values, rows, texts)
        ),
        base.mark_text(fontSize=10.5, color=INK, **label).encode(yOffset=place_of, text="shown:N"),
    )


def _places(rows: Sequence[Row]) -> list[float]:
    found = (place(text) for row in rows for text in (row.value_shown, row.threshold_shown))
    return [one for one in found if one is not None]


def _against_quota(row: Row, texts: Texts) -> str:
    return texts.text("charts.no_quota") if row.threshold_shown is None else texts.word(row, "standing")


def _stages(rows: Sequence[Row], texts: Texts) -> list[str]:
    return [texts.text(f"stage.{stage}") for stage in ("primary", "junior") if any(row.stage == stage for row in rows)]


def _percents() -> alt.Axis:
    return alt.Axis(values=list(range(0, EDGE + 1, 100)), labelExpr="datum.value + ' %'", labelFlush=False)
