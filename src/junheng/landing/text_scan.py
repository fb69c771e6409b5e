"""One pass over the bytes of a UTF-8 text file, in chunks: what must be known before DuckDB reads it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
DELIMITERS = ",\t;|"
# A longer line is no row of a table. One record of several lines is bounded by DuckDB's reader.
LONGEST_LINE = 1 << 20
# So many whole characters of three bytes before the first bad byte: the file is damaged UTF-8, not another encoding.
FEW_CHARACTERS = 6


@dataclass
class Scan:
    """What the bytes say. Lines are physical ones, the first is 1. Empty lines at the end of the file do not count.

    `unix_ends` is no count: it is 0 when no line ends in a line feed alone.
    """

    has_quote: bool = False
    has_blank_line: bool = False
    unix_ends: int = 0
    windows_ends: int = 0
    mac_ends: int = 0
    bad_line: int | None = None
    bad_bytes: str | None = None
    is_damaged_utf8: bool = False
    nul_line: int | None = None
    long_line: int | None = None

    @property
    def has_one_line_end(self) -> bool:
        """Whether all lines end in the same way, and in one that DuckDB's reader takes."""
        return not self.mac_ends and not (self.unix_ends and self.windows_ends)


def scan(path: Path) -> Scan:
    """Read a file once; it ends at the first thing that makes the file unreadable.

    Memory is bounded however long a line is. Raises OSError when the file cannot be read.
    """
    found = Scan()
    decoder = codecs.getincrementaldecoder("utf-8")()
    end = _end_of_content(path)
    position = since_line_end = characters = 0
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            pending = decoder.getstate()[0]
            try:
                # A chunk of ASCII costs no second look at its characters.
                characters += 0 if chunk.isascii() and not pending else _wide(decoder.decode(chunk))
            except UnicodeDecodeError as error:
                start = max(error.start - len(pending), 0)
                found.bad_line = _line_at(path, position + start)
                found.bad_bytes = (pending + chunk)[error.start : error.start + 4].hex(" ")
                good = (pending + chunk)[: error.start].decode("utf-8")
                found.is_damaged_utf8 = characters + _wide(good) >= FEW_CHARACTERS
                return found
            if b"\0" in chunk:
                found.nul_line = _line_at(path, position + chunk.index(b"\0"))
                return found
            _look_at_line_ends(found, tail, chunk, max(end - position, 0))
            found.has_quote = found.has_quote or b'"' in chunk
            until = _length_until_line_end(chunk)
            if since_line_end + (len(chunk) if until is None else until) > LONGEST_LINE:
                found.long_line = _line_at(path, position)
                return found
            since_line_end = since_line_end + len(chunk) if until is None else _length_after_line_end(chunk)
            tail = chunk[-2:]
            position += len(chunk)
    if pending := decoder.getstate()[0]:
        found.bad_line, found.bad_bytes = _line_at(path, position), pending.hex(" ")
        found.is_damaged_utf8 = characters >= FEW_CHARACTERS
    return found


def _look_at_line_ends(found: Scan, tail: bytes, chunk: bytes, content: int) -> None:
    """Which line ends there are, and whether an empty line stands in the first `content` bytes. Most files have one."""
    if b"\r" in chunk or tail[-1:] == b"\r":
        _count_ends(found, tail[-1:], chunk)
        ends: tuple[bytes, ...] = (b"\n\n", b"\n\r\n", b"\r\r")
    else:
        found.unix_ends += b"\n" in chunk
        ends = (b"\n\n",)
    if not found.has_blank_line and content > 0:
        part = chunk if content >= len(chunk) else chunk[:content]
        border = tail + part[:2]
        found.has_blank_line = any(end in part or end in border for end in ends)


def _line_at(path: Path, offset: int) -> int:
    """The physical line of a byte; only asked for when something is wrong there."""
    lines = 1
    with path.open("rb") as file:
        while offset > 0 and (chunk := file.read(min(offset, CHUNK))):
            lines += chunk.count(b"\n")
            offset -= len(chunk)
    return lines


def blank_records(path: Path, delimiter: str, *, has_quote: bool) -> list[int]:
    """Numbers of the records (the first is 1) that are empty lines: only for the rare file that has any."""
    with path.open(encoding="utf-8-sig", newline=None if not has_quote else "") as lines:
        if not has_quote:
            return [number for number, line in enumerate(lines, start=1) if line == "\n"]
        return [number for number, record in enumerate(csv.reader(lines, delimiter=delimiter), start=1) if not record]


def with_one_line_end(path: Path, target: Path, delimiters: str) -> Path:
    """Copy a file so that every record ends in `\\n`; line breaks inside quotes stay as they are."""
    starts = frozenset(delimiters.encode()) | {0x0A, 0x0D}
    with path.open("rb") as source, target.open("wb") as copy:
        inside, before = False, b"\n"
        held = b""
        while chunk := source.read(CHUNK):
            chunk = held + chunk
            held = b""
            if chunk.endswith(b"\r"):
                # Whether a line feed follows stands in the next chunk.
                chunk, held = chunk[:-1], b"\r"
            for piece, is_quoted in _pieces(chunk, inside, before, starts):
                copy.write(piece if is_quoted else piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
                inside = is_quoted
            before = chunk[-1:] or before
        copy.write(held and (held if inside else b"\n"))
    return target


def _pieces(chunk: bytes, inside: bool, before: bytes, starts: frozenset[int]) -> Iterator[tuple[bytes, bool]]:
    """Cut a chunk at its quotes into what is outside and what is inside of them. The last piece may be empty.

    A quote opens only where a cell begins; a doubled one closes and opens again.
    """
    start = 0
    position = chunk.find(b'"')
    while position >= 0:
        if inside:
            yield chunk[start : position + 1], True
            start, inside = position + 1, False
        else:
            previous = chunk[position - 1] if position else before[0]
            if previous in starts or (previous == 0x22 and position == start and start > 0):
                yield chunk[start:position], False
                start, inside = position, True
        position = chunk.find(b'"', position + 1)
    yield chunk[start:], inside


def _count_ends(found: Scan, before: bytes, chunk: bytes) -> None:
    feeds = chunk.count(b"\n")
    windows = chunk.count(b"\r\n") + (before == b"\r" and chunk[:1] == b"\n")
    returns = chunk.count(b"\r")
    found.windows_ends += windows
    found.unix_ends += feeds - windows
    # A carriage return at the very end of a chunk is counted with the chunk that follows it.
    found.mac_ends += returns - chunk.count(b"\r\n") - (chunk[-1:] == b"\r") + (before == b"\r" and chunk[:1] != b"\n")


def _wide(text: str) -> int:
    """How many characters of three or more bytes a text holds, counted until there are enough."""
    return sum(1 for character in text[: 1 << 12] if character > "\u07ff")


def _length_until_line_end(chunk: bytes) -> int | None:
    found = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    return min(found, default=None)


def _length_after_line_end(chunk: bytes) -> int:
    return len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _end_of_content(path: Path) -> int:
    """Where the line ends at the end of a file begin."""
    size = path.stat().st_size
    with path.open("rb") as file:
        end = size
        while end > 0:
            start = max(0, end - CHUNK)
            file.seek(start)
            kept = len(file.read(end - start).rstrip(b"\r\n"))
            if kept:
                return start + kept
            end = start
    return 0
