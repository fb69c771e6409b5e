"""A text file as a block: its encoding, its delimiter, its header, and rows that DuckDB can read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from junheng.landing.encoding import GB18030, SUPPORTED, UTF8, UTF8_BOM, UndecodableError, marked_encoding, utf8_copy
from junheng.landing.header import Header, IsHeaderWord, line
from junheng.landing.layout import header_of, no_word
from junheng.landing.model import Block, HandedFile, TextRows
from junheng.landing.refused import refused
from junheng.landing.text_scan import DELIMITERS, LONGEST_LINE, Scan, scan, with_one_line_end

SAMPLE_RECORDS = 60
# The records of the sample are looked for in so many characters: a quote that is never closed ends there.
SAMPLE_CHARACTERS = 4 << 20


@dataclass(frozen=True)
class Utf8File:
    """A text file in UTF-8 with one kind of line end: the file itself, or a copy."""

    path: Path
    encoding: str
    scan: Scan


def read_text_file(
    file: HandedFile, folder: Path, is_header_word: IsHeaderWord = no_word, header_rows: tuple[int, ...] | None = None
) -> Block:
    """The block of a text file; copies are written into `folder`. Raises FileRefusedError.

    `header_rows` are the records of the header, when a map names them.
    """
    if file.size == 0:
        raise refused("empty_file", file)
    text = as_utf8(file, folder)
    delimiter = delimiter_of(text.path, is_header_word)
    records = {number: record for number, record in sample_records(text.path, delimiter) if record}
    if not any(cell.strip() for record in records.values() for cell in record):
        raise refused("header_missing", file, row=1)
    header = _header(records, is_header_word, header_rows)
    last = header.header_rows[-1]
    return Block(
        file=file,
        sheet=None,
        is_hidden=False,
        number=1,
        encoding=text.encoding,
        delimiter=delimiter,
        titles=header.titles,
        header_rows=header.header_rows,
        headers=header.headers,
        rows=TextRows(text.path, delimiter, last, last + 1, text.scan.has_quote, text.scan.has_blank_line),
        blank_rows=last - len(header.titles) - len(header.header_rows),
    )


def _header(records: dict[int, list[str]], is_header_word: IsHeaderWord, given: tuple[int, ...] | None) -> Header:
    """The header among the first records: as the map says, as it is found, or the first record."""
    numbers = list(records)
    width = max(len(record) for record in records.values())
    rows = [[*(cell or None for cell in record), *[None] * (width - len(record))] for record in records.values()]
    found = header_of(rows, (), is_header_word, numbers)
    levels = tuple(number for number in given or () if number in records)
    if levels or not found.header_rows:
        levels = levels or (numbers[0],)
        widest = max(len(records[number]) for number in levels)
        columns = [
            [records[number][place] for number in levels if place < len(records[number])] for place in range(widest)
        ]
        headers = tuple(" / ".join(dict.fromkeys(text for text in texts if text.strip())) for texts in columns)
        above = [(number, row) for number, row in zip(numbers, rows, strict=True) if number < levels[0]]
        return Header(tuple(line(row, number, is_header_word) for number, row in above), levels, headers)
    # Records of data may be wider than the header: that is wrong with them, not with it.
    widest = max(len(records[number]) for number in found.header_rows)
    headers = (*found.headers[:widest], *[""] * (widest - len(found.headers)))
    return Header(found.titles, found.header_rows, headers)


def as_utf8(file: HandedFile, folder: Path) -> Utf8File:
    """The file as UTF-8 without anything that DuckDB's reader would stumble over. Raises FileRefusedError."""
    encoding = marked_encoding(file.path) or UTF8
    path = file.path
    try:
        if encoding not in (UTF8, UTF8_BOM):
            path = utf8_copy(file.path, encoding, _copy(folder, file, "utf8"))
        found = scan(path)
        if found.bad_line is not None and encoding == UTF8 and not found.is_damaged_utf8:
            utf8_line, utf8_bytes = found.bad_line, found.bad_bytes
            try:
                encoding, path = GB18030, utf8_copy(file.path, GB18030, _copy(folder, file, "utf8"))
            except UndecodableError as error:
                # Of the two the encoding is named that could read more of the file.
                line, bytes_found = max((utf8_line, utf8_bytes or ""), (error.line, error.found))
                raise refused("not_utf8", file, line, bytes_found, SUPPORTED) from error
            found = scan(path)
    except UndecodableError as error:
        raise refused("not_utf8", file, error.line, error.found, encoding) from error
    if found.bad_line is not None:
        raise refused("not_utf8", file, found.bad_line, found.bad_bytes, "UTF-8")
    if found.nul_line is not None:
        raise refused("nul_bytes", file, found.nul_line)
    if found.long_line is not None:
        raise refused("line_too_long", file, found.long_line, expected=str(LONGEST_LINE))
    if not found.has_one_line_end:
        path = with_one_line_end(path, _copy(folder, file, "lines"), DELIMITERS)
    return Utf8File(path, encoding, found)


def delimiter_of(path: Path, is_header_word: IsHeaderWord = no_word) -> str:
    """The delimiter that shows most headers; else the one that cuts most records alike, and most finely; else a comma.

    A cell may hold more commas than a record has delimiters.
    """

    def fitness(delimiter: str) -> tuple[int, int]:
        records = [record for _, record in sample_records(path, delimiter) if record]
        words = max((sum(is_header_word(cell) for cell in record) for record in records), default=0)
        widths = [len(record) for record in records]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return words if words > 1 else 0, widths.count(usual) * (usual - 1)

    return max(DELIMITERS, key=fitness)


def sample_records(path: Path, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records of a UTF-8 file with their numbers; empty lines are records without cells."""
    limit = csv.field_size_limit(SAMPLE_CHARACTERS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            records = csv.reader(_bounded(lines), delimiter=delimiter)
            return list(enumerate(islice(records, SAMPLE_RECORDS), start=1))
    finally:
        csv.field_size_limit(limit)


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    left = SAMPLE_CHARACTERS
    for text in lines:
        left -= len(text)
        if left < 0:
            return
        yield text


def _copy(folder: Path, file: HandedFile, kind: str) -> Path:
    return folder / f"{file.sha256[:16]}.{kind}"
