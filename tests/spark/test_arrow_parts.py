"""Large tables over Spark Connect go and come in parts, none of which is too large for a message."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from junheng.spark.arrow_parts import groups_of, parts_of


@dataclass
class Rows:
    """What is asked of a table of Arrow, which is not installed with the tests: rows of 100 bytes each."""

    first: int
    num_rows: int

    @property
    def nbytes(self) -> int:
        return 100 * self.num_rows

    def slice(self, start: int, length: int) -> Rows:
        return Rows(self.first + start, min(length, self.num_rows - start))


@pytest.mark.parametrize(
    ("rows", "limit", "sizes"),
    [(10, 400, [4, 4, 2]), (10, 1000, [10]), (3, 1, [1, 1, 1]), (0, 1000, [])],
    ids=["some", "all at once", "rows larger than a part", "no rows"],
)
def test_every_row_is_sent_once(rows: int, limit: int, sizes: list[int]) -> None:
    parts = list(parts_of(Rows(0, rows), limit))
    assert [part.num_rows for part in parts] == sizes
    assert [part.first + row for part in parts for row in range(part.num_rows)] == list(range(rows))


def test_every_file_is_fetched_once() -> None:
    files = [("c", 40), ("a", 60), ("b", 40), ("e", 300), ("d", 1)]
    assert groups_of(files, limit=100) == [["a", "b"], ["c", "d"], ["e"]]
    assert groups_of([], limit=100) == []
