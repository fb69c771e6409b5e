"""Which file of a folder is which raw table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from junheng.errors import DataError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.messages import Messages, catalogue
from junheng.raw_contract import RawTable, plain_name

REQUIRED_TABLE = "schools"


@dataclass(frozen=True)
class RawFolder:
    """The files of a folder by table, and the tables without one."""

    path: Path
    files: dict[str, Path]
    missing: tuple[str, ...]


def read_folder(path: Path, contract: dict[str, RawTable], findings: Findings, messages: Messages) -> RawFolder:
    """Match files to tables by name, English or Chinese.

    Raises UsageError for a folder that does not exist, DataError for one without any known file.
    A second file for a table, and a folder without `schools`, are critical findings; other files a warning.
    """
    if not path.exists():
        raise UsageError("raw_folder_missing", file=path)
    if not path.is_dir():
        raise UsageError("raw_folder_not_a_folder", file=path)
    table_of = {plain_name(name): table for table in contract for name in table_names(table)}
    files: dict[str, Path] = {}
    for file in sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith(".")):
        is_csv = file.suffix.lower() == ".csv"
        table = table_of.get(plain_name(file.stem)) if is_csv else None
        if table is None:
            # The sample county's folder holds dbt's descriptions beside its tables.
            if file.suffix.lower() not in {".yml", ".yaml", ".md"}:
                findings.add(Finding("file_not_read", WARNING, file=file.name))
        elif table in files:
            findings.add(
                Finding("duplicate_table_file", CRITICAL, table=table, file=file.name, found=files[table].name)
            )
        else:
            files[table] = file
    if not files:
        expected = ", ".join(f"{table}.csv" for table in contract)
        raise DataError("no_known_file", file=path, expected=expected)
    missing = tuple(table for table in contract if table not in files)
    for table in missing:
        if table == REQUIRED_TABLE:
            findings.add(Finding("schools_missing", CRITICAL, table=table, file=f"{table}.csv"))
        else:
            depends = messages.text("depends_on_table", table)
            title = messages.text("findings", "table_missing", depends=depends)
            action = messages.text("finding_actions", "table_missing")
            findings.add(Finding("table_missing", WARNING, table, f"{table}.csv", title=title, action=action))
    return RawFolder(path, files, missing)


def table_names(table: str) -> list[str]:
    """The names a file of a table may have: the table's own and its Chinese one."""
    return [table, catalogue()["tables"][table]["zh"]]
