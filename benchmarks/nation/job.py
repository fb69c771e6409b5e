"""One contender in a process of its own: python -m benchmarks.nation.job NAME RAW RESULTS YEARS."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.nation.standard import read_standard


def main() -> None:
    """Compute everything that the contender computes into one Parquet file (or folder) for each table."""
    name, raw, results, years = sys.argv[1:5]
    standard = read_standard(int(year) for year in years.split(","))
    import_module(f"benchmarks.nation.{name}").compute(Path(raw), Path(results), standard)


if __name__ == "__main__":
    main()
