"""A disk that somebody else fills while a build runs: a small file system in memory, and a file that takes all of it.

Needs the right to mount (Linux, administrator).
"""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.faults.kills import BY_DBT, forget_compiled
from benchmarks.faults.output import OutputFolder
from benchmarks.faults.process import Running, build_command, said

SIZE = 400_000_000
PAUSE = 0.05
BLOCK = b"\0" * 65536


def fill_disks(
    place: Path, raw: Path, times: int, seed: int, until: float, tell: Callable[[str], None]
) -> dict[str, object]:
    """Fill the disk at so many random moments of builds; the room is given back after each, and builds go on."""
    random_ = random.Random(seed)  # noqa: S311
    disk = place / "disk"
    disk.mkdir(exist_ok=True)
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(disk)], check=True)
    lost: list[str] = []
    codes: Counter[int] = Counter()
    done = through_dbt = 0
    try:
        folder = OutputFolder(disk / "out")
        # The first build runs dbt, the second one what dbt has made: each has its own length.
        used = {by_dbt: _build(place, raw, folder, lost, None)[1] for by_dbt in (True, False)}
        for number in range(times):
            if time.monotonic() > until:
                break
            moment = (number + random_.random()) / times
            by_dbt = number % BY_DBT == BY_DBT // 2
            if by_dbt:
                forget_compiled(folder.out)
            code, _ = _build(place, raw, folder, lost, moment * used[by_dbt])
            if not (disk / "filler").exists():
                tell(f"a build ended before its disk was full, at {moment:.3f}: not counted")
                continue
            codes[code] += 1
            done += 1
            through_dbt += by_dbt
            if code not in (0, 3):
                lost.append(f"a full disk ended a build with {code}: {said(place)}")
            lost += [f"disk full {done}: {problem}" for problem in folder.problems()]
            (disk / "filler").unlink(missing_ok=True)
            where = f"at {moment:.3f} of a build{', by dbt' * by_dbt}"
            tell(f"disk full {done}: {where}: exit {code}, lost {len(lost)}; {said(place)[:200]!r}")
        if done:
            code, _ = _build(place, raw, folder, lost, None)
            lost += [f"afterwards: exit {code} {said(place)}"] * (code != 0)
            lost += [f"left behind: {name}" for name in folder.left_behind()]
    finally:
        subprocess.run(["/bin/umount", str(disk)], check=False)
    return {"seed": seed, "full_disks": done, "by_dbt": through_dbt, "exit_codes": dict(codes), "lost": lost}


def _build(place: Path, raw: Path, folder: OutputFolder, lost: list[str], full_at: float | None) -> tuple[int, float]:
    """One build; the disk is filled when it has used `full_at` processor seconds. Gives exit code and seconds used."""
    running = Running(build_command(raw, folder.out, report=False), place)
    used = 0.0
    while running.process.poll() is None:
        used = max(used, running.cpu())
        if full_at is not None and used >= full_at:
            # Every block that is given back meanwhile is taken too.
            _fill(folder.out.parent / "filler")
        time.sleep(PAUSE)
    running.errors.close()
    if full_at is None:
        lost += [f"an undisturbed build: {problem}" for problem in folder.problems()]
    return running.process.returncode, used


def _fill(filler: Path) -> None:
    try:
        with filler.open("ab", buffering=0) as file:
            while file.write(BLOCK) == len(BLOCK):
                pass
    except OSError:
        return
