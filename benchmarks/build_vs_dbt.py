"""How long `junheng build` takes, without the suites, against a bare `dbt build` of the same project.

Each pair runs within the same minute on the same machine, one after the other, in changing order; a ratio is of one
pair. Printed: every pair, and the median ratio. Goal: at most 1.5.

    python benchmarks/build_vs_dbt.py [--pairs 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL = 1.5
BUILD = """
import sys
from pathlib import Path
from junheng.build import build
from junheng.build_options import BuildOptions
from junheng.messages import Messages
from junheng.progress import Progress
messages = Messages("en")
build(BuildOptions(None, Path(sys.argv[1]), with_suites=False), messages, Progress(messages, quiet=True))
"""


def run(command: list[str | Path], environment: dict[str, str]) -> None:
    """Run a command and stop at a failure, showing what it said."""
    done = subprocess.run(
        [str(part) for part in command], env=os.environ | environment, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:])


def junheng_build(folder: Path) -> None:
    """Land, transform, publish: everything but the suites."""
    run([sys.executable, "-c", BUILD, folder / "out"], {"PYTHONPATH": str(ROOT / "src")})


def dbt_build(folder: Path) -> None:
    """`dbt build` of seeds, models and data tests in fresh folders; unit tests are left out on both sides."""
    environment = {"JUNHENG_WAREHOUSE": str(folder / "dbt.duckdb"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    paths: list[str | Path] = ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", folder / "target"]
    command: list[str | Path] = [sys.executable, "-m", "dbt.cli.main", "--quiet", "--log-path", folder / "logs"]
    run([*command, "build", *paths, "--exclude-resource-type", "unit_test"], environment)


def seconds(task: Callable[[Path], None]) -> float:
    """Wall-clock seconds of a task in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="junheng-benchmark-") as folder:
        started = time.perf_counter()
        task(Path(folder))
        return time.perf_counter() - started


def main() -> None:
    """Run the pairs and print them."""
    parser = argparse.ArgumentParser(description="junheng build against a bare dbt build")
    parser.add_argument("--pairs", type=int, default=3)
    ratios = []
    for pair in range(parser.parse_args().pairs):
        order = (junheng_build, dbt_build) if pair % 2 == 0 else (dbt_build, junheng_build)
        took = {task: seconds(task) for task in order}
        ratios.append(took[junheng_build] / took[dbt_build])
        print(
            f"pair {pair + 1}: junheng build {took[junheng_build]:.1f} s, dbt build {took[dbt_build]:.1f} s,"
            f" ratio {ratios[-1]:.2f}"
        )
    median = statistics.median(ratios)
    print(f"median ratio {median:.2f} (goal: at most {GOAL}): {'reached' if median <= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
