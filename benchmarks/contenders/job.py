"""What a contender is asked to do, and the process in which it does it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.checks import Check, columns_of, rules

MEMORY = "1GB"


@dataclass(frozen=True)
class Job:
    """One table, one set of rules. With `keys` the keys of all failing rows are to be kept; otherwise all rows pass."""

    database: Path
    parquet: Path
    folder: Path
    checks: Sequence[Check]
    keys: bool

    @property
    def columns(self) -> list[str]:
        """The columns of the table."""
        return columns_of(self.checks)


def main() -> None:
    """Run one contender: its module, the rules, the folder of the table, a scratch folder, `keys` or `counts`."""
    begun = time.perf_counter()
    module, shape, data, scratch, keys = sys.argv[1:6]
    folder = Path(data)
    job = Job(folder / "measured.duckdb", folder / "measured.parquet", Path(scratch), rules(shape), keys == "keys")
    counts = import_module(f"benchmarks.contenders.{module}").judge(job)
    told = {"counts": counts, "seconds": time.perf_counter() - begun}
    (job.folder / "result.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
