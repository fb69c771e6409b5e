"""What must be known of a CSV file before DuckDB reads it: its bytes, its encoding, its header, its blank lines."""

from __future__ import annotations

import codecs
import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True)
class CsvSource:
    """A CSV file as bytes. `undecodable_line` is the first physical line that is not UTF-8."""

    path: Path
    sha256: str
    size: int
    undecodable_line: int | None
    undecodable_bytes: str | None
    has_blank_line: bool
    has_mixed_line_ends: bool
    header: tuple[str, ...]


def inspect(path: Path) -> CsvSource:
    """Read the file once in chunks: hash, encoding, blank lines; then its first record.

    Raises OSError when the file cannot be read.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    undecodable_line: int | None = None
    undecodable_bytes: str | None = None
    has_blank_line = False
    windows_ends = 0
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            if undecodable_line is None:
                pending = decoder.getstate()[0]
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    start = max(error.start - len(pending), 0)
                    undecodable_line = lines + chunk.count(b"\n", 0, start) + 1
                    undecodable_bytes = (pending + chunk)[error.start : error.start + 4].hex(" ")
            around = tail + chunk
            has_blank_line = has_blank_line or b"\n\n" in around or b"\n\r\n" in around
            windows_ends += chunk.count(b"\r\n") + (tail[-1:] == b"\r" and chunk[:1] == b"\n")
            tail = chunk[-2:]
            lines += chunk.count(b"\n")
            size += len(chunk)
    if undecodable_line is None and decoder.getstate()[0]:
        undecodable_line, undecodable_bytes = lines + 1, decoder.getstate()[0].hex(" ")
    header = _header(path) if undecodable_line is None else ()
    return CsvSource(
        path,
        digest.hexdigest(),
        size,
        undecodable_line,
        undecodable_bytes,
        has_blank_line,
        0 < windows_ends < lines,
        header,
    )


def with_one_line_end(path: Path, target: Path) -> Path:
    """Copy a file that mixes line ends with one kind only: DuckDB's strict reader takes no others."""
    with path.open("rb") as source, target.open("wb") as copy:
        for line in source:
            copy.write(line[:-2] + b"\n" if line.endswith(b"\r\n") else line)
    return target


def blank_records(path: Path) -> list[int]:
    """Numbers of the records (header = 1) that are blank lines: only for the rare file that has any."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [number for number, record in enumerate(csv.reader(lines), start=1) if not record]


def _header(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(next(csv.reader(lines), []))
