"""Texts of the data on a terminal: characters that steer it are shown, not sent.

A name may hold an escape sequence that colours, moves the cursor or types into the shell, or a sign that turns the
order of letters round. Neither belongs in a name, and neither may do anything here.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any, TypeVar

T = TypeVar("T")
# Characters that move the cursor, break lines or turn the direction of writing.
STEERING = (*range(32), *range(127, 160), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
SIGN = "\N{REPLACEMENT CHARACTER}"
SHOWN: dict[int, str] = dict.fromkeys(STEERING, SIGN)
# One sign for one character, so that marked places in a text stay where they are.
LINES_STAY: dict[int, str] = {code: sign for code, sign in SHOWN.items() if code not in (9, 10)}
# JSON escapes the first 32 by itself.
UNESCAPED = re.compile(f"[{''.join(chr(code) for code in STEERING if code >= 127)}]")


def visible(value: T) -> T | str:
    """A text or path with a sign for every steering character; lines and tabs stay, and so do other values."""
    if isinstance(value, str | PurePath):
        return str(value).translate(LINES_STAY)
    return value


def json_text(content: Any) -> str:
    """Content as JSON for programs and terminals: every steering character is written as its code."""
    text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    return UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
