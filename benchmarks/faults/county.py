"""The small county that is built: its raw tables as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.warehouse.counties import on_the_line


def write_county(folder: Path) -> Path:
    """Write the raw tables of a county with five schools; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in on_the_line().tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder
