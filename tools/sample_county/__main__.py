"""``python -m tools.sample_county [FOLDER]``: write the sample county, read it back, check every published figure."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.sample_county.check_consistency import mistakes
from tools.sample_county.check_published import published_figures
from tools.sample_county.county import build_tables
from tools.sample_county.plan import HERE
from tools.sample_county.read_back import read_tables
from tools.sample_county.write import write_tables


def main() -> None:
    """Write the nine tables into FOLDER (default ``seeds/raw``); exit 1 when a figure or a row is wrong."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "seeds" / "raw"
    write_tables(build_tables(), folder)
    tables = read_tables(folder)
    figures = published_figures(tables)
    wrong = [f"{name}: {found}, published {expected}" for name, found, expected in figures if found != expected]
    wrong += mistakes(tables)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    for name, rows in tables.rows.items():
        print(f"{name:15} {len(rows):6} rows")
    print(f"{len(figures)} published figures compared, {len(wrong)} findings")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
