"""``python -m tools.sample_county [FOLDER]``: write the sample county, read it back and check every published figure."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.sample_county.county import build_tables
from tools.sample_county.plan import HERE
from tools.sample_county.write import write_tables


def main() -> None:
    """Write the nine tables into FOLDER (default ``seeds/raw``)."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "seeds" / "raw"
    tables = build_tables()
    write_tables(tables, folder)
    for name, rows in tables.items():
        print(f"{name:15} {len(rows):6} rows")


if __name__ == "__main__":
    main()
