"""`junheng generate`: counties in the form of the raw tables, and the list of the mistakes planted in them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.generate.kinds import rates, read_kinds
from junheng.generate.planting import plant, spoilt
from junheng.generate.population import MOST_COUNTIES, MOST_SCHOOLS, MOST_YEARS, TABLES, Size, populate
from junheng.landing.sql import literal, quoted
from junheng.progress import Progress
from junheng.project import Project
from junheng.raw_contract import RawTable, read_contract

Format = Literal["parquet", "csv"]
FORMATS: Mapping[str, str] = {
    "parquet": "format parquet, compression zstd, row_group_size 122880",
    "csv": "format csv, header true",
}
LEAST_SCHOOLS = 8


@dataclass(frozen=True)
class GenerateOptions:
    """What the user asked for. `mistakes` are a rate for all kinds, or `kind=rate`."""

    size: Size
    out: Path
    file_format: str = "parquet"
    mistakes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Generated:
    """What was written: rows by table, and the file with the mistakes, which stands beside the folder."""

    out: Path
    rows: Mapping[str, int]
    mistakes: int
    mistakes_file: Path | None

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        listed = None if self.mistakes_file is None else str(self.mistakes_file)
        return {"out": str(self.out), "rows": dict(self.rows), "mistakes": self.mistakes, "mistakes_file": listed}


def generate(options: GenerateOptions, project: Project, progress: Progress) -> Generated:
    """Write the nine tables into a new or empty folder, all of them or none.

    Raises UsageError for a size, a format or a rate that is none, and when the folder holds something; MachineError
    when the disk is in the way.
    """
    _check(options)
    kinds = read_kinds()
    is_text = options.file_format == "csv"
    wanted = rates(options.mistakes, kinds, is_text=is_text)
    out = options.out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".generate-", dir=out.parent))
    except OSError as error:
        raise MachineError("generate_not_written", file=out, found=error.strerror) from error
    try:
        with duckdb.connect(
            str(work / "population.duckdb"), config={"python_enable_replacements": "false"}
        ) as connection:
            with progress.step("populate"):
                populate(connection, options.size, project.standards)
            contract = read_contract(project.standards)
            if wanted:
                with progress.step("plant") as step:
                    plant(connection, contract, kinds, wanted, is_text=is_text)
                    step.rows = _count(connection, "mistake")
            tables = work / "tables"
            tables.mkdir()
            rows = {
                name: _write(connection, contract[name], tables, options.file_format, progress, is_spoilt=bool(wanted))
                for name in TABLES
            }
            listed, count = _list_mistakes(connection, work, out, options.file_format) if wanted else (None, 0)
        _put_in_place(tables, out, work, listed)
    except (duckdb.Error, OSError) as error:
        raise MachineError("generate_not_written", file=out, found=str(error).strip()) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Generated(out, rows, count, listed)


def _check(options: GenerateOptions) -> None:
    size = options.size
    limits = (
        ("--counties", size.counties, 1, MOST_COUNTIES),
        ("--years", size.years, 1, MOST_YEARS),
        ("--schools", size.most_schools, LEAST_SCHOOLS, MOST_SCHOOLS),
    )
    for name, found, least, most in limits:
        if not least <= found <= most:
            raise UsageError("generate_size", column=name, found=str(found), expected=f"{least} … {most}")
    if options.file_format not in FORMATS:
        raise UsageError("generate_format", found=options.file_format, expected=", ".join(FORMATS))
    out = options.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("generate_folder_in_use", file=out)


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    folder: Path,
    file_format: str,
    progress: Progress,
    *,
    is_spoilt: bool,
) -> int:
    columns = ", ".join(quoted(column.name) for column in table.columns)
    clean = f"select {columns} from clean_{table.name}"
    query = spoilt(table, is_text=file_format == "csv") if is_spoilt else clean
    target = literal(str(folder / f"{table.name}.{file_format}"))
    with progress.step("write_table") as step:
        step.detail = table.name
        written = connection.execute(f"copy ({query}) to {target} ({FORMATS[file_format]})").fetchone()
        step.rows = int(written[0]) if written else 0
    return step.rows


def _list_mistakes(connection: duckdb.DuckDBPyConnection, work: Path, out: Path, file_format: str) -> tuple[Path, int]:
    target = literal(str(work / "mistakes"))
    connection.execute(f"copy mistake to {target} ({FORMATS[file_format]})")
    return mistakes_file(out, file_format), _count(connection, "mistake")


def mistakes_file(out: Path, file_format: str) -> Path:
    """Where the list of mistakes stands: beside the folder, which holds raw tables and nothing else."""
    return out.with_name(f"{out.name}.mistakes.{file_format}")


def _put_in_place(tables: Path, out: Path, work: Path, listed: Path | None) -> None:
    if out.exists():
        out.rmdir()
    if listed is not None:
        (work / "mistakes").replace(listed)
    tables.replace(out)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
