"""What was measured, as tables of a page."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from benchmarks.checks import rules
from benchmarks.measuring import Run

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIMIT_QUERY = "hand_written"
TITLES = {
    "hand_written": "hand-written query (counts only)",
    "hand_written_filter": "hand-written query with `filter (where …)`",
    "hand_written_keys": "hand-written queries, keys stored",
    "ours": "**junheng, DuckDB file**",
    "ours_parquet": "junheng, Parquet file",
    "pandera_polars": "pandera on Polars",
    "pointblank_polars": "pointblank on Polars",
    "pointblank_duckdb": "pointblank on DuckDB",
    "gx_duckdb": "Great Expectations on DuckDB",
    "gx_pandas": "Great Expectations on pandas",
    "dbt_tests": "one dbt test per rule",
}
PACKAGES = (
    "duckdb",
    "great-expectations",
    "pandas",
    "pandera",
    "polars",
    "pointblank",
    "ibis-framework",
    "dbt-core",
    "dbt-duckdb",
)
TEN = ("pointblank_duckdb", "gx_duckdb", "gx_pandas", "dbt_tests")
AHEAD = ("pandera_polars", "pointblank_polars")


@dataclass(frozen=True)
class Beside:
    """A run, and the runs of the hand-written query and of ours in the same minute on the same rows."""

    found: Run
    limit: Run | None
    ours: Run | None


@dataclass(frozen=True)
class Line:
    """The runs of one contender."""

    name: str
    rows: int
    runs: Sequence[Beside]

    @property
    def problem(self) -> str | None:
        """Why there is no result."""
        return next((run.found.problem for run in self.runs if run.found.problem), None)

    @property
    def peak(self) -> float:
        """The most memory of any run, in MB."""
        return max(run.found.peak for run in self.runs)

    def ratio(self, of: str) -> float | None:
        """The median over the rounds of this contender's seconds (`wall`, `cpu`) to those of the hand-written query."""
        return middle(getattr(run.found, of) / getattr(run.limit, of) for run in self.runs if run.limit is not None)

    def behind(self, of: str = "wall") -> float | None:
        """The same to ours."""
        return middle(getattr(run.found, of) / getattr(run.ours, of) for run in self.runs if run.ours is not None)

    def middle(self, of: str) -> float:
        """The median over the rounds."""
        return median(getattr(run.found, of) for run in self.runs)

    def found(self) -> dict[str, int]:
        """Failing rows by rule."""
        return dict(self.runs[0].found.counts or {})

    def row(self) -> str:
        """A row of the table. A contender that was ended has used at least this much."""
        least = "≥ " if self.problem else ""
        ratios = (self.ratio("wall"), self.ratio("cpu"), self.behind())
        cells = [
            TITLES[self.name],
            f"{self.rows:,}",
            f"{least}{self.middle('wall'):.1f}",
            f"{least}{self.middle('cpu'):.1f}",
            f"{self.peak:.0f}",
            *("" if ratio is None else f"{least}{ratio:.2f}" for ratio in ratios),
            self.note(),
        ]
        return f"| {' | '.join(cells)} |"

    def note(self) -> str:
        """What else has to be known of the result."""
        if self.problem:
            return self.problem.replace("|", "\\|")
        limit, found = self.runs[0].limit, self.found()
        expected = limit.counts if limit is not None else None
        # A contender that gives verdicts only has -1 for a rule that fails or raises.
        other = [
            f"{name} {found.get(name)} ≠ {rows}" for name, rows in (expected or {}).items() if found.get(name) != rows
        ]
        return f"other counts: {', '.join(other[:3])}{' …' if other[3:] else ''}" if other else ""


def middle(values: Iterable[float]) -> float | None:
    """The median, None of nothing."""
    found = list(values)
    return median(found) if found else None


@dataclass(frozen=True)
class Case:
    """One table in one condition."""

    shape: str
    rows: int
    share: float
    lines: Sequence[Line]

    def line(self, name: str) -> Line | None:
        """The line of a contender."""
        return next((line for line in self.lines if line.name == name), None)

    @property
    def title(self) -> str:
        """What is judged."""
        state = "1 % of the rows fail, all keys are kept" if self.share else "all rows pass"
        return f"{self.rows:,} rows, {len(rules(self.shape))} rules; {state}"

    def text(self) -> str:
        """The table."""
        head = ("", "rows", "s", "CPU s", "peak MB", "× hand-written (s)", "× hand-written (CPU)", "× junheng (s)", "")
        lines = [
            f"| {' | '.join(head)} |",
            "|---|--:|--:|--:|--:|--:|--:|--:|---|",
            *(line.row() for line in self.lines),
        ]
        return "\n".join([f"### {self.title}", "", *lines])


def machine(load: tuple[float, float, float]) -> str:
    """Where and with what was measured."""
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := installed(name)))
    busy = " / ".join(f"{value:.1f}" for value in load)
    began = f"load when it began (1 / 5 / 15 minutes): {busy}"
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors ({platform.machine()}), {began}. "
        f"{versions}. Command: `python {' '.join(sys.argv)}`."
    )


def installed(name: str) -> str | None:
    """The version of a package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def written(title: str, rows: int, runs: Iterable[tuple[str, Run]]) -> str:
    """What a larger table needs, as a list."""
    lines = []
    for name, found in runs:
        told = (f"{found.peak:.0f} MB", f"{found.wall:.1f} s", f"{found.cpu:.1f} s CPU", found.problem or "")
        lines.append(f"- {TITLES[name]}: {', '.join(filter(None, told))}")
    return "\n".join([f"### {title}: {rows:,} rows, 100 rules, 1 % of the rows fail", "", *lines])


def verdicts(cases: Sequence[Case], import_seconds: float) -> str:
    """The goals and whether they are met, on the clock."""
    lines = ["### Goals", "", "| goal | measured | |", "|---|---|---|"]
    lines += [f"| {goal} | {found} | {'met' if met else 'missed'} |" for goal, found, met in goals(cases)]
    met = "met" if import_seconds < 0.3 else "missed"
    lines.append(f"| `import junheng.validation` below 0.3 s | {import_seconds:.2f} s | {met} |")
    return "\n".join(lines)


def goals(cases: Sequence[Case]) -> Iterable[tuple[str, str, bool]]:
    """Each goal of each case."""
    for case in cases:
        ours = case.line("ours")
        ratio = ours.ratio("wall") if ours else None
        if ours is None or ratio is None:
            continue
        most = 2.0 if case.share else 1.3
        yield f"{case.title}: at most {most} × the hand-written query", f"{ratio:.2f}", ratio <= most
        yield f"{case.title}: peak memory below 1 500 MB", f"{ours.peak:.0f} MB", ours.peak < 1500
        for name, least in [*((name, 10.0) for name in TEN), *((name, 1.0) for name in AHEAD)]:
            other = case.line(name)
            times = other.behind() if other else None
            if other is None or times is None:
                continue
            least_known = ">" if other.problem else ""
            yield f"{case.title}: {least:.0f} × ahead of {TITLES[name]}", f"{least_known}{times:.1f} ×", times >= least


def page(path: Path, text: str) -> str:
    """The page with the measured part replaced; a new page holds nothing else."""
    old = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    head, rest = old.split(BEGIN)
    return f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}"
