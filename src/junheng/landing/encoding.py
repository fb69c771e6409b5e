"""The encoding of a text file, and a copy of it in UTF-8 where it has another one.

A file that decodes as UTF-8 is UTF-8. UTF-16 is known by its mark or by the NUL bytes that its ASCII characters have;
anything else is GB18030 or is refused: no other encoding is guessed.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from junheng.landing.text_scan import CHUNK, DELIMITERS

UTF8, UTF8_BOM, GB18030, UTF16_LE, UTF16_BE = "UTF-8", "UTF-8 BOM", "GB18030", "UTF-16 LE", "UTF-16 BE"
CODECS = {UTF8: "utf-8", UTF8_BOM: "utf-8", GB18030: "gb18030", UTF16_LE: "utf-16-le", UTF16_BE: "utf-16-be"}
SUPPORTED = "UTF-8, GB18030, UTF-16"
HEAD = 1 << 16


class UndecodableError(Exception):
    """A byte that the encoding does not have: the physical line, and some bytes of it in hexadecimal."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(f"line {line}: {found}")
        self.line = line
        self.found = found


def marked_encoding(path: Path) -> str | None:
    """The encoding that the first bytes of a file show; None for a file that may be UTF-8 or GB18030."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(codecs.BOM_UTF8):
        return UTF8_BOM
    if head.startswith(codecs.BOM_UTF16_LE):
        return UTF16_LE
    if head.startswith(codecs.BOM_UTF16_BE):
        return UTF16_BE
    if b"\0" not in head:
        return None
    # Line ends and delimiters of a table are ASCII: read the other way round there is none of them.
    return next((encoding for encoding in (UTF16_LE, UTF16_BE) if _is_table(head, encoding)), None)


def utf8_copy(path: Path, encoding: str, target: Path) -> Path:
    """Write the file as UTF-8 without a mark. Raises UndecodableError at a byte that the encoding lacks."""
    decoder = codecs.getincrementaldecoder(CODECS[encoding])()
    lines = 0
    with path.open("rb") as source, target.open("wb") as copy:
        is_first = True
        while True:
            chunk = source.read(CHUNK)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = (pending + chunk)[: error.start].decode(CODECS[encoding])
                found = (pending + chunk)[error.start : error.start + 4].hex(" ")
                raise UndecodableError(lines + good.count("\n") + 1, found) from error
            if is_first:
                text = text.removeprefix("\ufeff")
            is_first = False
            lines += text.count("\n")
            try:
                copy.write(text.encode("utf-8"))
            except UnicodeEncodeError as error:
                raise UndecodableError(lines - text.count("\n", error.start) + 1, ascii(text[error.start])) from error
            if not chunk:
                return target


def _is_table(head: bytes, encoding: str) -> bool:
    """Whether the bytes are text in lines with delimiters, in this encoding."""
    try:
        text = codecs.getincrementaldecoder(CODECS[encoding])().decode(head)
    except UnicodeDecodeError:
        return False
    return "\0" not in text and any(end in text for end in "\r\n") and any(mark in text for mark in DELIMITERS)
