"""A national year from Parquet to published marts, beside the same logic written by hand, in one run.

    python -m benchmarks.nation                                             2 850 counties, one school year
    python -m benchmarks.nation --years 1,2,4,8                             growth
    python -m benchmarks.nation --counties 300 --out docs/performance.md    the tables of the page

Everybody reads the same generated Parquet files in a process of its own. `junheng build` runs twice: with dbt, and with
what dbt has made of the project kept. Results of every contender are held against the marts of both builds row by row:
one that differs, fails or takes longer than `--limit` makes the benchmark end with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import ENVIRONMENT, Run
from benchmarks.nation.report import BUILDS, Case, Line, Step, chart, page, text
from benchmarks.nation.watched import watched

PYTHON = sys.executable
CONTENDERS = ("by_hand", "by_polars", "by_pandas", "by_spark")
LAST_YEAR = 2024
SLOWEST = 15


def main() -> None:
    """Measure every size and write the page."""
    options = arguments()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="junheng-nation-") as folder:
        home = options.keep or Path(folder)
        cases = [measured(home.absolute(), years, options) for years in options.years]
    found = text(cases, load)
    print(found)
    if options.out:
        page(options.out, found)
        chart(options.out.parent / "images" / "nation.svg", cases[-1])
    sys.exit(1 if any(case.problems() for case in cases) else 0)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nation", description=__doc__.splitlines()[0])
    parser.add_argument("--counties", type=int, default=2850)
    parser.add_argument("--years", type=lambda text: [int(years) for years in text.split(",")], default=[1])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[*CONTENDERS], choices=CONTENDERS, help="contenders beside ours")
    parser.add_argument("--builds", nargs="+", default=[*BUILDS], choices=BUILDS, help="builds of ours")
    parser.add_argument("--limit", type=float, default=7200, help="seconds after which a process is ended")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what was generated for the next run")
    parser.add_argument("--models", action="store_true", help="time every statement of the transformation once more")
    parser.add_argument("--out", type=Path, help="the page whose tables are replaced; its chart in images/ beside it")
    return parser.parse_args()


def measured(home: Path, years: int, options: argparse.Namespace) -> Case:
    """One size: the data, both builds, every contender, and what differs."""
    raw = home / f"{options.counties}-counties-{years}-years-seed-{options.seed}"
    work = home / f"work-{os.getpid()}-{years}"
    cache = work / "cache"
    shutil.rmtree(work, ignore_errors=True)
    case = Case(options.counties, years)
    if not raw.exists():
        size = ["--counties", str(options.counties), "--years", str(years), "--seed", str(options.seed)]
        command = [PYTHON, "-m", "junheng", "generate", *size, "--out", str(raw)]
        case.add("generate", Line(told("generate", watched(command, work / "generate", options.limit)), megabytes(raw)))
    case.raw_megabytes = megabytes(raw)
    warehouses = []
    build = ["env", f"JUNHENG_CACHE={cache}", PYTHON, "-m", "junheng", "build", "--no-report", "--quiet"]
    if "with_dbt" not in options.builds:  # the sample county is enough for dbt to make what is kept
        told("sample", watched([*build, "--out", str(work / "sample")], work / "sample-run", options.limit))
    for name in [name for name in BUILDS if name in options.builds]:
        out, log = work / name, work / f"{name}.jsonl"
        command = [*build, "--raw", str(raw), "--out", str(out), "--log-json", str(log)]
        run = told(name, watched(command, work / f"{name}-run", options.limit))
        steps = [*steps_of(log)]
        case.raw_rows = next((step.rows for step in steps if step.name == "land" and step.rows), case.raw_rows)
        case.add(name, Line(run, megabytes(out), steps))
        warehouses.append(out / "warehouse.duckdb")
    for name in options.only:
        results = work / name
        results.mkdir()
        school_years = ",".join(str(LAST_YEAR - before) for before in reversed(range(years)))
        command = [PYTHON, "-m", "benchmarks.nation.job", name, str(raw), str(results), school_years]
        run = told(name, watched(command, work / f"{name}-run", options.limit))
        different = [] if run.problem else [answer for one in warehouses for answer in compared(one, results)]
        case.add(name, Line(run, megabytes(results), compared=different))
    if options.models:
        case.models = models(warehouses[-1], cache, work / "models")[:SLOWEST]
    shutil.rmtree(work, ignore_errors=True)
    return case


def steps_of(log: Path) -> Iterator[Step]:
    """The steps of a build, from its log."""
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else []:
        event = json.loads(line)
        if event["event"] == "step_finished":
            yield Step(event["step"], event["seconds"], event["rows"])


def compared(warehouse: Path, results: Path) -> list[dict[str, object]]:
    """What differs between results and marts, in a process of its own: the memory of this one stays small."""
    command = [PYTHON, "-m", "benchmarks.nation.compared", str(warehouse), str(results)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    if not done.stdout:
        return [{"table": results.name, "rows": 0, "different": [done.stderr.strip()[-500:]]}]
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found or [{"table": results.name, "rows": 0, "different": ["no results"]}]


def models(warehouse: Path, cache: Path, scratch: Path) -> list[tuple[str, float]]:
    """The slowest statements of the transformation."""
    scratch.mkdir()
    command = [PYTHON, "-m", "benchmarks.nation.models", str(warehouse), str(cache), str(scratch)]
    done = subprocess.run(command, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True)
    return [(name, seconds) for name, seconds in json.loads(done.stdout)]  # pairs come back as lists


def megabytes(folder: Path) -> float:
    """What the files of a folder hold, in MB; a file that stands there under two names counts once."""
    files = [path.stat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum({(file.st_dev, file.st_ino): file.st_size for file in files}.values()) / 1e6


def told(name: str, run: Run) -> Run:
    """A run, with a line about it on the way."""
    line = f"{name:10} {run.wall:8.1f} s {run.cpu:8.1f} s CPU {run.peak:7.0f} MB {run.problem or ''}"
    print(line, file=sys.stderr, flush=True)
    return run


if __name__ == "__main__":
    main()
