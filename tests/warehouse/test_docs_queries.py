"""Every query that the documentation prints runs on the sample county's warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
QUERY = re.compile(r'^junheng query "([^"]+)"', re.MULTILINE)
# What nothing of the sample county can show: nobody falls short of it, or the county has no such target.
MAY_BE_EMPTY = re.compile(r"not is_met|fct_county_target")


@pytest.fixture(scope="module")
def connection(built_sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample county's warehouse, reading only."""
    with duckdb.connect(str(built_sample), read_only=True) as opened:
        yield opened


def printed_queries() -> dict[str, str]:
    """Each query with the page that prints it first."""
    pages = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    found: dict[str, str] = {}
    for page in pages:
        for query in QUERY.findall(page.read_text(encoding="utf-8")):
            found.setdefault(query, page.relative_to(ROOT).as_posix())
    return found


def test_printed_queries_run_and_answer(connection: duckdb.DuckDBPyConnection) -> None:
    queries = printed_queries()
    assert len(queries) > 50, "the pages print a query for nearly every indicator"
    failed = []
    for query, page in queries.items():
        try:
            rows = connection.execute(query).fetchall()
        except duckdb.Error as error:
            failed.append(f"{page}: {error}")
            continue
        if not rows and not MAY_BE_EMPTY.search(query):
            failed.append(f"{page}: no row for {query}")
    assert failed == []
