"""Whether an output folder is whole: every part of the published build is there and belongs to it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb

PARTS = ("warehouse.duckdb", "marts", "quality")
SCHEMAS = ("marts", "quality")


class OutputFolder:
    """An output folder, and what its builds were like when they were first seen whole."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.known: dict[str, dict[str, str]] = {}

    def problems(self) -> list[str]:
        """What is wrong with what readers see now; nothing, when all is well."""
        current = self.out / "current"
        if not current.is_symlink():
            return [] if not self.known else ["nothing is published any more"]
        build = current.resolve()
        found = [f"{part} is missing" for part in PARTS if not (self.out / part).exists()]
        found += [f"{part} leads elsewhere" for part in PARTS if (self.out / part).resolve() != build / part]
        if found:
            return found
        hashes = hashes_of(build)
        if build.name in self.known:
            before = self.known[build.name]
            found += [f"{name} has changed" for name in sorted(before) if hashes.get(name) != before[name]]
            found += [f"{name} is new" for name in sorted(set(hashes) - set(before))]
        else:
            found += _contradictions(self.out, build)
        if not found:
            self.known[build.name] = hashes
        return found + self._history()

    def _history(self) -> list[str]:
        file = self.out / "runs.duckdb"
        if not file.exists():
            return [] if not self.known or len(self.known) == 1 else ["runs.duckdb is missing"]
        try:
            with duckdb.connect(str(file), read_only=True) as connection:
                runs = connection.execute("select runs, (select count(*) from run) from history_version").fetchone()
        except duckdb.Error as error:
            return [f"runs.duckdb: {error}"]
        return [] if runs and runs[0] == runs[1] else [f"runs.duckdb tells of {runs} runs"]

    def left_behind(self) -> list[str]:
        """What no build should leave once a later one has ended well."""
        places = [*self.out.glob(".link-*"), *self.out.glob(".build/*"), *self.out.glob("history/.new-*")]
        places += [*self.out.glob(".runs-new*"), *self.out.glob("*.wal"), *self.out.glob("builds/aside-*")]
        return [str(path.relative_to(self.out)) for path in places]


def hashes_of(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, by its name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _contradictions(out: Path, build: Path) -> list[str]:
    """A build that is seen for the first time: all its parts tell of the same run, and tables are files."""
    found: list[str] = []
    build_id = build.name.split("-", 1)[1]
    run = json.loads((build / "run" / "run.json").read_text(encoding="utf-8"))
    if run["build_id"] != build_id:
        found.append(f"run/ belongs to {run['build_id']}")
    if run["parameters"]["with_report"]:
        page = out / "report" / "index.html"
        if not page.is_file() or build_id not in page.read_text(encoding="utf-8"):
            found.append("report/ is not of this build")
        found += _checksums(out / "report")
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as connection:
        ids = connection.execute("select build_id from quality.run").fetchall()
        if ids != [(build_id,)]:
            found.append(f"the warehouse belongs to {ids}")
        for schema in SCHEMAS:
            tables = connection.execute(
                "select table_name from information_schema.tables where table_schema = ? order by all", [schema]
            ).fetchall()
            files = {path.stem for path in (out / schema).glob("*.parquet")}
            if files != {table for (table,) in tables}:
                found.append(f"{schema}/ has other tables than the warehouse")
                continue
            for (table,) in tables:
                file = str(out / schema / f"{table}.parquet")
                differences = connection.execute(
                    f"select count(*) from (from {schema}.{table} except all from read_parquet($file)"
                    f" union all (from read_parquet($file) except all from {schema}.{table}))",
                    {"file": file},
                ).fetchone()
                if differences != (0,):
                    found.append(f"{schema}/{table}.parquet has other rows than the warehouse")
    return found


def _checksums(report: Path) -> list[str]:
    """The checksums that a report carries, checked."""
    found = []
    for line in (report / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, name = line.split(maxsplit=1)
        file = report / name.lstrip("*")
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            found.append(f"report/{name} is not what its checksum says")
    return found
