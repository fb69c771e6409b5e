"""Words as they are compared: without the differences in writing that say nothing."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

WORDS = Path(__file__).parent / "words"
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Between the words of a name these say nothing; `_` and `-` make school_code and "School code" one name.
SEPARATORS = re.compile(r"[\s_\-–—·•.,:;、。/\\|]+")
OPENING = "([{【〔〖「『《〈<“‘"
CLOSING = ")]}】〕〗」』》〉>”’"
BRACKETS = str.maketrans(OPENING + CLOSING, "(" * len(OPENING) + ")" * len(CLOSING))


@cache
def word_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a file of words."""
    with (WORDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def _simplified() -> dict[int, str]:
    return {ord(row["traditional"]): row["simplified"] for row in word_rows("traditional")}


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """A text with one width, one case, simplified characters, round brackets and nothing invisible."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    return text.translate(_simplified()).translate(BRACKETS).strip()


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What two spellings of one name have in common: `tidy`, without spaces, separators and brackets."""
    return SEPARATORS.sub("", tidy(text)).replace("(", "").replace(")", "")
