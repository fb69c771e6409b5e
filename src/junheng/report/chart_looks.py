"""What the charts of a county have in common: fonts, lines, signs with a legend in words, names on several lines."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from junheng.report.facts import Row
from junheng.report.masking import rules
from junheng.report.signs import FONT, INK, LINE, OTHER, PAPER, SHAPES
from junheng.report.texts import Texts

Spec = dict[str, Any]
# Rows go into a finished specification as they are: Altair would look at every one of them.
ROWS = alt.NamedData(name="rows")


def place(text: str | None) -> float | None:
    """Where a shown figure stands on an axis; one that is hidden stands nowhere."""
    return None if text is None or text == rules()["sign"] else float(text)


def wrapped(name: str, width: int) -> str:
    """A name on several lines: Latin words stay whole, Chinese breaks anywhere but after an opening bracket."""
    if name.isascii():
        return "\n".join(textwrap.wrap(name, width * 2))
    lines = [name[start : start + width] for start in range(0, len(name), width)]
    for index, line in enumerate(lines[:-1]):
        if line.endswith(("（", "《", "“")):
            lines[index], lines[index + 1] = line[:-1], line[-1] + lines[index + 1]
    return "\n".join(lines)


def signs(values: Sequence[Mapping[str, Any]], rows: Sequence[Row], texts: Texts) -> dict[str, Any]:
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


def finished(chart: alt.TopLevelMixin, values: Sequence[Mapping[str, Any]]) -> Spec:
    """The looks of every chart: system fonts, thin lines, nothing that moves, no labels for machines in the marks."""
    spec: Spec = chart.to_dict(validate=False)
    spec["datasets"] = {"rows": list(values)}
    spec["config"] = {
        "aria": False,
        "padding": {"left": 14, "right": 8, "top": 4, "bottom": 4},
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
