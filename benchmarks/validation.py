"""How fast `junheng.validation` is beside the tools it is compared with, all on one generated table and in one run.

    python -m pip install -e ".[bench]"
    python benchmarks/validation.py --out docs/performance.md

Every contender runs in a process of its own, from the start of Python to its end. Those that are close to each other
run in turn, round after round, and are compared with the hand-written query of the same round; slow ones run once,
right after a hand-written query and ours on the same rows.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measuring import Run, generate, import_seconds, run
from benchmarks.report import Beside, Case, Line, machine, page, verdicts, written

FAST = (
    "hand_written",
    "ours",
    "hand_written_filter",
    "hand_written_keys",
    "ours_parquet",
    "pandera_polars",
    "pointblank_polars",
)
SLOW = ("pointblank_duckdb", "gx_duckdb", "dbt_tests", "gx_pandas")
LIMIT_QUERY, OURS = "hand_written", "ours"


def main() -> None:
    """Measure and print; with `--out` put the tables into a page as well."""
    options = arguments()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="measured-tables-") as made:
        tables = options.tables or Path(made)
        cases = list(measured(tables, options))
        memory = peak_memory(tables, options)
    parts = [machine(load), *(case.text() for case in cases), memory, verdicts(cases, import_seconds(5))]
    text = "\n\n".join(part for part in parts if part)
    print(text)
    if options.out:
        options.out.write_text(page(options.out, text), encoding="utf-8")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure junheng.validation beside other tools.")
    parser.add_argument("--wide", type=int, default=5_000_000, help="rows of the table with 100 rules; 0: leave it out")
    parser.add_argument(
        "--narrow", type=int, default=2_000_000, help="rows of the table with 18 rules; 0: leave it out"
    )
    parser.add_argument("--slow", type=int, default=500_000, help="rows for the slow contenders, at most")
    parser.add_argument("--memory", type=int, default=20_000_000, help="rows of the run for peak memory; 0: none")
    parser.add_argument("--repeat", type=int, default=3, help="rounds of the fast contenders")
    parser.add_argument("--limit", type=float, default=300, help="seconds after which a contender is ended")
    parser.add_argument("--only", nargs="+", default=[*FAST, *SLOW], choices=[*FAST, *SLOW], help="contenders")
    parser.add_argument("--tables", type=Path, help="a folder that keeps the generated tables for the next run")
    parser.add_argument("--out", type=Path, help="the page whose tables are replaced")
    return parser.parse_args()


def sizes(options: argparse.Namespace) -> list[tuple[str, int]]:
    """The tables to measure."""
    return [(shape, rows) for shape, rows in (("wide", options.wide), ("narrow", options.narrow)) if rows]


def table(tables: Path, shape: str, rows: int, share: float) -> Path:
    """The folder of a table, made when it is not there yet."""
    folder = tables / f"{shape}-{rows}-{'fail' if share else 'pass'}"
    if not (folder / "measured.parquet").exists():
        generate(folder, shape, rows, share)
    return folder


def measured(tables: Path, options: argparse.Namespace) -> Iterator[Case]:
    """The two cases of each table: all rows pass, one in a hundred is wrong. The fast contenders come first."""
    cases = [(shape, rows, share) for shape, rows in sizes(options) for share in (0.0, 0.01)]
    quick = [list(fast(*case, tables, options)) for case in cases]
    for (shape, rows, share), lines in zip(cases, quick, strict=True):
        yield Case(shape, rows, share, [*lines, *slow(shape, rows, share, tables, options)])


def fast(shape: str, rows: int, share: float, tables: Path, options: argparse.Namespace) -> Iterator[Line]:
    """The contenders that are close to each other, in turn."""
    folder = table(tables, shape, rows, share)
    wanted = [name for name in FAST if name in options.only and (share or name != "hand_written_keys")]
    run(LIMIT_QUERY, shape, folder, keys=False, limit=options.limit)  # brings the file into memory
    rounds = [
        {name: told(name, run(name, shape, folder, keys=bool(share), limit=options.limit)) for name in wanted}
        for _ in range(options.repeat)
    ]
    for name in wanted:
        yield Line(name, rows, [Beside(found[name], found.get(LIMIT_QUERY), found.get(OURS)) for found in rounds])


def slow(shape: str, most: int, share: float, tables: Path, options: argparse.Namespace) -> Iterator[Line]:
    """The slow contenders, each once and right after a hand-written query and ours on the same rows."""
    rows = min(most, options.slow)
    folder = table(tables, shape, rows, share)

    def one(name: str) -> Run:
        return told(name, run(name, shape, folder, keys=bool(share), limit=options.limit))

    for name in (name for name in SLOW if name in options.only):
        limit, ours = one(LIMIT_QUERY), one(OURS)
        yield Line(name, rows, [Beside(one(name), limit, ours)])


def told(name: str, found: Run) -> Run:
    """A run, with a line about it on the way."""
    print(
        f"{name:20} {found.wall:7.2f} s {found.cpu:7.2f} s CPU {found.peak:6.0f} MB {found.problem or ''}",
        file=sys.stderr,
    )
    return found


def peak_memory(tables: Path, options: argparse.Namespace) -> str:
    """What a larger table needs."""
    if not options.memory:
        return ""
    folder = table(tables, "wide", options.memory, 0.01)
    runs: Sequence[tuple[str, Run]] = [
        (name, told(name, run(name, "wide", folder, keys=True, limit=options.limit))) for name in (LIMIT_QUERY, OURS)
    ]
    return written("Peak memory", options.memory, runs)


if __name__ == "__main__":
    main()
