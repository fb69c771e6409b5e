"""What people fill in about a gap, cell by cell: the same in the workbook and in `ledger.csv`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from junheng.messages import LANGUAGES
from junheng.report.texts import Texts

DATES = ("deadline", "closed_on")
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)
LONGEST = 500
STATUSES = ("not_started", "in_progress", "done")
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True)
class NotTaken:
    """Why a cell cannot be taken (an id of the section `ledger` of the messages), and what was expected."""

    kind: str
    expected: str


def filled_in(name: str, cell: Any) -> str | NotTaken:
    """What a cell of the column `name` says, as an entry holds it; empty for an empty cell."""
    text = shown(cell)
    if not text:
        return ""
    if name in DATES:
        day = day_of(cell)
        if day is None or not EARLIEST <= day <= LATEST:
            return NotTaken("date_wrong", f"{EARLIEST} … {LATEST}")
        return day.isoformat()
    if name == "status":
        known = words_of_statuses()
        found = text if text in STATUSES else known.get(text.casefold())
        return NotTaken("status_wrong", " / ".join(known)) if found is None else found
    return NotTaken("text_too_long", str(LONGEST)) if len(text) > LONGEST else text


@cache
def words_of_statuses() -> dict[str, str]:
    """Every word for a status, in all languages, and the status it stands for."""
    return {
        Texts(language).text(f"ledger.{status}").casefold(): status for language in LANGUAGES for status in STATUSES
    }


def day_of(cell: Any) -> date | None:
    """A cell as a day; None when it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = DAY.fullmatch(shown(cell))
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def shown(cell: Any) -> str:
    """A cell as text, as a person reads it."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
