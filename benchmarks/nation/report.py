"""What was measured of the nation: tables and a chart."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from benchmarks.measuring import Run
from benchmarks.report import installed

BEGIN, END = "<!-- nation: begin -->", "<!-- nation: end -->"
BUILDS = ("with_dbt", "kept")
TITLES = {
    "generate": "`junheng generate`",
    "with_dbt": "**junheng build**, dbt started",
    "kept": "**junheng build**, what dbt made kept",
    "by_hand": "one hand-written DuckDB script",
    "by_polars": "Polars",
    "by_pandas": "pandas",
    "by_spark": "PySpark, `local[2]`",
}
STEPS = ("land", "check_raw", "transform", "check_marts", "publish")
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas", "pyspark")
FACTOR, MORE_SECONDS, MOST_MEGABYTES = 1.25, 10.0, 6000.0


@dataclass(frozen=True)
class Step:
    """A step of a build: its seconds, and its rows where it counts them."""

    name: str
    seconds: float
    rows: int | None


@dataclass(frozen=True)
class Line:
    """One process: what it took, what it left on the disk, its steps, and how its results compare with the marts."""

    run: Run
    disk: float
    steps: Sequence[Step] = ()
    compared: Sequence[Mapping[str, object]] = ()

    @property
    def rows_compared(self) -> int:
        return sum(int(str(one["rows"])) for one in self.compared)

    @property
    def problem(self) -> str | None:
        """Why there is no result, or what differs."""
        wrong = [f"{one['table']}: {row}" for one in self.compared for row in list(one["different"])]  # type: ignore[call-overload]
        return self.run.problem or ("; ".join(wrong) or None)


@dataclass
class Case:
    """One size."""

    counties: int
    years: int
    raw_rows: int = 0
    raw_megabytes: float = 0
    lines: dict[str, Line] = field(default_factory=dict)
    models: Sequence[tuple[str, float]] = ()

    def add(self, name: str, line: Line) -> None:
        """Keep a line."""
        self.lines[name] = line

    def problems(self) -> list[str]:
        """What failed or differs."""
        return [f"{name}: {line.problem}" for name, line in self.lines.items() if line.problem]

    @property
    def title(self) -> str:
        years = "one school year" if self.years == 1 else f"{self.years} school years"
        return f"{self.counties:,} counties, {years}: {self.raw_rows:,} rows, {self.raw_megabytes:.0f} MB of Parquet"


def text(cases: Sequence[Case], load: tuple[float, float, float]) -> str:
    """All tables."""
    parts = [machine(cases, load)]
    for case in cases:
        parts += [f"### {case.title}", sides(case), steps(case), *slowest(case)]
    if len(cases) > 1:
        parts += ["### Growth", growth(cases)]
    parts += ["### Goals of the nation", goals(cases), *differing(cases)]
    return "\n\n".join(parts)


def machine(cases: Sequence[Case], load: tuple[float, float, float]) -> str:
    """When, where and with what was measured."""
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := installed(name)))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    years = ",".join(str(case.years) for case in cases)
    names = " ".join(name for name in TITLES if name.startswith("by_") and name in cases[0].lines)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} processors"
        f" ({platform.machine()}), {pages:.0f} GB of memory; load of the machine when it began and when it ended"
        f" (1 / 5 / 15 minutes): {busy(load)}; {busy(os.getloadavg())}. {versions}. Command:"
        f" `python -m benchmarks.nation --counties {cases[0].counties} --years {years} --only {names}`."
    )


def busy(load: tuple[float, float, float]) -> str:
    """A load average."""
    return " / ".join(f"{value:.1f}" for value in load)


def built(case: Case) -> Iterator[tuple[str, Line]]:
    """The builds that were measured."""
    return ((name, case.lines[name]) for name in BUILDS if name in case.lines)


def sides(case: Case) -> str:
    """Everybody side by side."""
    script = case.lines.get("by_hand")
    lines = [
        "| | s | CPU s | peak MB | disk MB | rows/s | × hand-written (s) | compared with the marts |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for name, line in case.lines.items():
        run = line.run
        ratio = f"{run.wall / script.run.wall:.2f}" if script and name != "generate" else ""
        rate = f"{case.raw_rows / run.wall:,.0f}"
        cells = (f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.peak:.0f}", f"{line.disk:.1f}", rate, ratio, said(line))
        lines.append(f"| {TITLES[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def said(line: Line) -> str:
    """What the comparison said."""
    if line.run.problem:
        return f"failed: {line.run.problem}".replace("|", "\\|")
    if line.problem:
        return "**differs**"
    # Each result was held against the marts of both builds.
    names = {str(one["table"]): one["rows"] for one in line.compared}
    return "equal: " + ", ".join(f"{name} {rows:,}" for name, rows in names.items()) if names else ""


def steps(case: Case) -> str:
    """Seconds of each step of both builds."""
    lines = [f"| seconds of | {' | '.join(STEPS)} | rest |", f"|---|{'--:|' * (len(STEPS) + 1)}"]
    for name, line in built(case):
        seconds = {step.name: step.seconds for step in line.steps}
        rest = line.run.wall - sum(seconds.values())
        cells = [f"{seconds[step]:.1f}" if step in seconds else "" for step in STEPS]
        lines.append(f"| {TITLES[name]} | {' | '.join(cells)} | {rest:.1f} |")
    return "\n".join(lines)


def slowest(case: Case) -> Iterator[str]:
    """The slowest statements of the transformation."""
    if case.models:
        lines = ["| slowest statements of the transformation | s |", "|---|--:|"]
        yield "\n".join([*lines, *(f"| `{name}` | {seconds:.2f} |" for name, seconds in case.models)])


def growth(cases: Sequence[Case]) -> str:
    """Seconds of every contender by rows."""
    names = [name for name in TITLES if all(name in case.lines for case in cases)]
    head = " | ".join(f"{case.years} years, {case.raw_rows:,} rows" for case in cases)
    lines = [f"| seconds (peak MB) | {head} | time grows by, rows by {cases[-1].raw_rows / cases[0].raw_rows:.2f} |"]
    lines.append(f"|---|{'--:|' * (len(cases) + 1)}")
    for name in names:
        runs = [case.lines[name].run for case in cases]
        cells = [f"{run.wall:.1f} ({run.peak:.0f})" for run in runs]
        lines.append(f"| {TITLES[name]} | {' | '.join(cells)} | {runs[-1].wall / runs[0].wall:.2f} |")
    return "\n".join(lines)


def goals(cases: Sequence[Case]) -> str:
    """The goals, and whether they are met."""
    lines = ["| goal | measured | |", "|---|---|---|"]
    for case in cases:
        script = case.lines.get("by_hand")
        for name, line in built(case):
            run = line.run
            size = f"{case.counties:,} × {case.years}, {TITLES[name].replace('**', '')}"
            if script:
                most = FACTOR * script.run.wall + MORE_SECONDS
                goal = f"{size}: at most {FACTOR} × the hand-written script + {MORE_SECONDS:.0f} s = {most:.1f} s"
                lines.append(f"| {goal} | {run.wall:.1f} s | {met(run.wall <= most and not run.problem)} |")
            memory = run.peak < MOST_MEGABYTES and not run.problem
            lines.append(f"| {size}: peak memory below {MOST_MEGABYTES:,.0f} MB | {run.peak:,.0f} MB | {met(memory)} |")
    return "\n".join(lines)


def met(holds: bool) -> str:
    """A word."""
    return "met" if holds else "missed"


def differing(cases: Sequence[Case]) -> Iterator[str]:
    """What failed or differs, in full."""
    problems = [f"- {case.title}: {problem}" for case in cases for problem in case.problems()]
    if problems:
        yield "\n".join(["### Failed or different", "", *problems])


def page(path: Path, found: str) -> None:
    """Replace the measured part of a page; it is added at the end when it is not there."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if BEGIN not in old:
        old = f"{old.rstrip()}\n\n{BEGIN}\n{END}\n".lstrip()
    head, rest = old.split(BEGIN)
    path.write_text(f"{head}{BEGIN}\n\n{found}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


def chart(path: Path, case: Case) -> None:
    """Seconds of everybody as bars."""
    lines = {name: line for name, line in case.lines.items() if name != "generate"}
    longest = max(line.run.wall for line in lines.values())
    bars = []
    for place, (name, line) in enumerate(lines.items()):
        top, title = 34 + place * 26, TITLES[name].replace("*", "").replace("`", "")
        width = max(1.0, 330 * line.run.wall / longest)
        colour = "#2b6cb0" if name in BUILDS else "#a0aec0"
        bars.append(f'<text x="250" y="{top + 13}" text-anchor="end">{escape(title)}</text>')
        bars.append(f'<rect x="258" y="{top}" width="{width:.1f}" height="18" fill="{colour}"/>')
        amounts = f"{line.run.wall:.1f} s, {line.run.peak:,.0f} MB{' (failed)' if line.problem else ''}"
        bars.append(f'<text x="{264 + width:.1f}" y="{top + 13}">{amounts}</text>')
    height = 44 + len(lines) * 26
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}"'
        ' font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text x="10" y="20" font-weight="bold">{escape(case.title)}</text>\n' + "\n".join(bars) + "\n</svg>\n",
        encoding="utf-8",
    )
