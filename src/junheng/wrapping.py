"""Lines for a terminal: Chinese text may be broken between any two characters, but no line begins with a full stop."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

# A wide character, a run of others (full-width letters and digits are words too), or blanks between them.
WIDE = r"\u2e80-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uffef"
PIECE = re.compile(rf"[{WIDE}]|[^\S\u3000]+|[^\s{WIDE}]+|.")


def wrapped(text: Text, first: int, others: int) -> list[Text]:
    """Break a text into a first line of at most `first` cells and others of at most `others`."""
    lines = text.divide(list(_breaks(text.plain, first, others)))
    return [line for line in map(_stripped, lines) if line.plain]


def _breaks(text: str, first: int, others: int) -> Iterator[int]:
    """The positions at which a new line begins."""
    width, used, last = first, 0, 0
    for piece in PIECE.finditer(text):
        size = cell_len(piece.group())
        if used + size > width and used and not piece.group().isspace():
            start = piece.start()
            # What closes a phrase stays with its last character.
            if _closes(text[start]) and start - 1 > last:
                start -= 1
            yield start
            width, used, last = others, cell_len(text[start : piece.start()]), start
        start = piece.start()
        while used + size > width:  # longer than a line
            room = max(width - used, 1)
            cut = start
            while cell_len(text[start : cut + 1]) <= room:
                cut += 1
            cut = max(cut, start + 1)
            yield cut
            width, used, last = others, 0, cut
            size = cell_len(text[cut : piece.end()])
            start = cut
        used += size


def _closes(character: str) -> bool:
    return unicodedata.category(character) in ("Pe", "Pf", "Po")


def _stripped(line: Text) -> Text:
    plain = line.plain
    start, end = len(plain) - len(plain.lstrip(" ")), len(plain.rstrip())
    return line[start:end] if start < end else Text("")
