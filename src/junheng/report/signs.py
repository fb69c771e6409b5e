"""Colours and shapes of charts: those of the pages (`assets/report.css`), legible without colour as well."""

from __future__ import annotations

INK = "#1b1f24"
QUIET = "#5b6470"
LINE = "#c9ced6"
PAPER = "#ffffff"
MET, FLOOR, FAIL = "#2f6f9f", "#d9a300", "#b3261e"
FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, Hiragino Sans GB, sans-serif"

# standing -> colour and shape (a name that Vega and `symbol` know)
SHAPES: dict[str, tuple[str, str]] = {
    "met": (MET, "circle"),
    "at_floor": (FLOOR, "triangle-up"),
    "remediation": (FLOOR, "triangle-up"),
    "below_floor": (FAIL, "diamond"),
    "not_met": (FAIL, "diamond"),
}
# Not judged: a figure that stands there all the same is drawn hollow.
OTHER = (PAPER, "circle")

PATHS = {
    "circle": "M-{r},0a{r},{r} 0 1,0 {d},0a{r},{r} 0 1,0 -{d},0Z",
    "triangle-up": "M0,-{d}L{w},{r}H-{w}Z",
    "diamond": "M0,-{w}L{w},0L0,{w}L-{w},0Z",
}


def symbol(standing: str, size: float = 4) -> tuple[str, str]:
    """The fill and the path of the sign of a standing, drawn around the origin."""
    colour, shape = SHAPES.get(standing, OTHER)
    numbers = {"r": size, "d": 2 * size if shape == "circle" else 1.35 * size, "w": 1.3 * size}
    return colour, PATHS[shape].format(**{name: f"{number:g}" for name, number in numbers.items()})
