"""How long the site of a report takes and how large it is: the sample county, and a generated province.

Goals: a county's site below 15 MB and 10 s of CPU; the site of a province of 3 000 schools below 3 minutes, and no page
of it larger than what a browser sorts and searches at once.

    python -m benchmarks.site [--counties 47] [--keep DIR]

`--keep` keeps the built warehouses, so that the next run measures the reports only. A goal that is missed ends with 1.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ENVIRONMENT, Run, process

JUNHENG = [sys.executable, "-m", "junheng"]
LONGEST = 3600.0
MEGA = 1_000_000


@dataclass(frozen=True)
class Written:
    """A site that was written: what the process took, and the folder."""

    name: str
    schools: int
    found: Run
    folder: Path

    @property
    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    @property
    def megabytes(self) -> float:
        return sum(path.stat().st_size for path in self.files) / MEGA

    @property
    def largest_page(self) -> float:
        """The size of the largest HTML page in MB."""
        return max(path.stat().st_size for path in self.files if path.suffix == ".html") / MEGA

    def row(self) -> str:
        """A row of the table."""
        pages = sum(path.suffix == ".html" for path in self.files)
        cells = (
            self.name,
            f"{self.schools:,}",
            f"{pages:,}",
            f"{self.megabytes:.1f}",
            f"{self.largest_page:.2f}",
            f"{self.found.cpu:.1f}",
            f"{self.found.wall:.1f}",
            f"{self.found.peak:.0f}",
        )
        return f"| {' | '.join(cells)} |"


def build(out: Path, *options: str) -> None:
    """Publish a warehouse without its report, unless it is kept from a run before."""
    if not (out / "warehouse.duckdb").exists():
        subprocess.run(
            [*JUNHENG, "build", "--out", str(out), "--no-report", "--quiet", *options], check=True, env=ENVIRONMENT
        )


def write(name: str, out: Path) -> Written:
    """Write the site of a published warehouse in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [*JUNHENG, "report", "--only", "site", "--out", str(out), "--quiet"]
        found = process(command, Path(scratch), LONGEST)
    if found.problem:
        raise SystemExit(f"{name}: {found.problem}")
    folder = out / "report"
    return Written(name, len(list(folder.glob("en/*/schools/*.html"))), found, folder)


def goals(county: Written, province: Written) -> Iterator[tuple[str, str, bool]]:
    """Each goal, what was measured, and whether it is met."""
    yield "a county's site below 15 MB", f"{county.megabytes:.1f} MB", county.megabytes < 15
    yield "a county's site below 10 s of CPU", f"{county.found.cpu:.1f} s", county.found.cpu < 10
    yield "a province of 3 000 schools below 3 minutes of CPU", f"{province.found.cpu:.0f} s", province.found.cpu < 180
    yield "a province has 3 000 schools", f"{province.schools:,}", province.schools >= 3000
    largest = max(county.largest_page, province.largest_page)
    yield "no page above 2 MB", f"{largest:.2f} MB", largest < 2


def main() -> None:
    """Build, write, print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--counties", type=int, default=47, help="counties of the province (some 64 schools with a page each)"
    )
    parser.add_argument("--keep", type=Path, help="where the built warehouses are kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="junheng-site-") as own:
        work = (given.keep or Path(own)).resolve()
        raw = work / "raw"
        build(work / "county")
        if not raw.exists():
            command = [*JUNHENG, "generate", "--counties", str(given.counties), "--out", str(raw), "--quiet"]
            subprocess.run(command, check=True, env=ENVIRONMENT)
        build(work / "province", "--raw", str(raw))
        county, province = write("sample county", work / "county"), write("province", work / "province")
        print(f"{os.cpu_count()} processors, load {' / '.join(f'{load:.1f}' for load in os.getloadavg())}\n")
        print("| | schools | pages | MB | largest page, MB | CPU s | s | peak MB |\n|---|--:|--:|--:|--:|--:|--:|--:|")
        print(county.row(), province.row(), sep="\n")
        print("\n| goal | measured | |\n|---|---|---|")
        found = list(goals(county, province))
        for goal, measured, met in found:
            print(f"| {goal} | {measured} | {'met' if met else 'missed'} |")
    if not all(met for *_, met in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
