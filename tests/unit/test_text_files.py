"""Any table of text, written in any way that is read, comes back the same, cell by cell, with its row numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from junheng.landing.headers import header_word_test
from junheng.landing.model import Block, HandedFile, TextRows
from junheng.landing.records import number_rows, take_gaps, text_reader
from junheng.landing.refused import FileRefusedError
from junheng.landing.text_file import read_text_file
from junheng.landing.text_scan import CHUNK, scan, with_one_line_end
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)
IS_HEADER_WORD = header_word_test(CONTRACT)
HEADERS = [column.name for column in CONTRACT["rooms"].columns]
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "gb18030": b"",
    "utf-16-le": b"",
    "utf-16-be": b"",
    "utf-16 marked": b"",
}
CELL = st.text(
    st.one_of(
        st.sampled_from(list(",;|\t\"' \n\r一二三年级，；－１２＃#\\")),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"),
    ),
    max_size=6,
)
ROW = st.lists(CELL, min_size=len(HEADERS), max_size=len(HEADERS)).filter(lambda row: any(row))


def written(rows: list[list[str]], encoding: str, delimiter: str, line_end: str, quoting: int) -> bytes:
    if any(end in cell for row in rows for cell in row for end in "\r\n"):
        # Python's writer quotes a lone carriage return only where lines end in one.
        quoting = csv.QUOTE_ALL
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(HEADERS)
    writer.writerows(rows)
    marked = encoding == "utf-16 marked"
    return text.getvalue().encode("utf-16" if marked else encoding)


def read_block(content: bytes, folder: Path) -> Block:
    path = folder / "handed in.csv"
    path.write_bytes(content)
    file = HandedFile("rooms.csv", path, len(content), hashlib.sha256(content).hexdigest())
    return read_text_file(file, folder, IS_HEADER_WORD, header_rows=(1,))


def read_rows(block: Block) -> list[tuple[int, list[str | None]]]:
    rows = block.rows
    assert isinstance(rows, TextRows)
    width = len(block.headers)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as scratch")
        cells = ", ".join(f"c{position}" for position in range(width))
        connection.execute(
            f"create table landed as select {cells}, null::bigint as _source_row from {text_reader(rows, width)}"
        )
        number_rows(connection, "landed", rows, take_gaps(connection, rows))
        found = connection.execute(f"select _source_row, {cells} from landed order by rowid").fetchall()
    return [(number, list(row)) for number, *row in found]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(ROW, min_size=1, max_size=6),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    delimiter=st.sampled_from(",\t;|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_table_comes_back_the_same(
    rows: list[list[str]], encoding: str, delimiter: str, line_end: str, quoting: int
) -> None:
    content = written(rows, encoding, delimiter, line_end, quoting)
    if encoding == "gb18030" and not content.isascii():
        # A file that decodes as UTF-8 is UTF-8: a few short texts are both.
        assume(not is_utf8(content))
    with tempfile.TemporaryDirectory() as folder:
        block = read_block(content, Path(folder))
        assert (block.headers, block.header_rows, block.delimiter) == (tuple(HEADERS), (1,), delimiter)
        expected = [(number, [cell or None for cell in row]) for number, row in enumerate(rows, start=2)]
        assert read_rows(block) == expected


def is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("at", [CHUNK - 2, CHUNK - 1, CHUNK, CHUNK + 1])
def test_line_ends_at_the_edge_of_a_chunk_are_seen(tmp_path: Path, at: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((b"x" * 99 + b"\n") * (at // 100) + b"y" * (at % 100) + b"\r\nlast\n")
    found = scan(path)
    assert (found.windows_ends, found.mac_ends, found.unix_ends > 0) == (1, 0, True)
    copy = with_one_line_end(path, tmp_path / "copy.csv", ",")
    assert copy.read_bytes() == path.read_bytes().replace(b"\r\n", b"\n")


def test_mixed_line_ends_are_made_one_outside_of_quotes_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\r\n"1\r\n""2""\r",x\ny,5" z\r\n"",\r')
    copy = with_one_line_end(path, tmp_path / "copy.csv", ",")
    assert copy.read_bytes() == b'a,b\n"1\r\n""2""\r",x\ny,5" z\n"",\n'


@pytest.mark.parametrize("size", [3 << 20, 40 << 20])
def test_a_line_without_end_is_refused_without_being_read(tmp_path: Path, size: int) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_block(",".join(HEADERS).encode() + b"\n" + b"x" * size, tmp_path)
    assert (refused.value.finding.rule_id, refused.value.finding.row) == ("line_too_long", 2)
