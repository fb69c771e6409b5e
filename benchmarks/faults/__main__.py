"""The command: python -m benchmarks.faults"""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from pathlib import Path

from benchmarks.faults.county import write_county
from benchmarks.faults.disk import fill_disks
from benchmarks.faults.kills import kill_builds
from benchmarks.faults.publishing import kill_publishers
from benchmarks.faults.soak import soak


def main() -> None:
    """Make the faults that are asked for; ends with 1 when anything was lost."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=0, help="builds that are killed")
    asked.add_argument("--reports", type=int, default=10, help="how many of them write the report too")
    asked.add_argument("--publish-kills", type=int, default=0, help="publishers of a finished build that are killed")
    asked.add_argument("--full-disks", type=int, default=0, help="disks that are filled during a build")
    asked.add_argument("--soak", type=int, default=0, help="builds in a row in one process")
    asked.add_argument("--source", type=Path, default=None, help="a finished build for --publish-kills")
    asked.add_argument("--minutes", type=float, default=600, help="no new fault after so many minutes")
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--place", type=Path, default=None, help="a folder to work in that is kept")
    asked.add_argument("--json", type=Path, default=None, help="a file to write the figures to")
    options = asked.parse_args()
    place = options.place or Path(tempfile.mkdtemp(prefix="faults-"))
    place.mkdir(parents=True, exist_ok=True)
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    until = time.monotonic() + 60 * options.minutes
    print(f"seed {seed}, in {place}", flush=True)
    raw = write_county(place / "raw")
    figures: dict[str, object] = {}

    def tell(line: str) -> None:
        print(line, flush=True)

    if options.kills:
        figures["kills"] = kill_builds(place, raw, options.kills, options.reports, seed, until, tell)
    if options.publish_kills:
        source = options.source or (place / "out" / "current").resolve()
        figures["publish_kills"] = kill_publishers(place, source, options.publish_kills, seed, until, tell)
    if options.full_disks:
        figures["full_disks"] = fill_disks(place, raw, options.full_disks, seed, until, tell)
    if options.soak:
        figures["soak"] = soak(place, raw, options.soak, (until - time.monotonic()) / 60)
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    if any(isinstance(part, dict) and (part.get("lost") or part.get("problem")) for part in figures.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
