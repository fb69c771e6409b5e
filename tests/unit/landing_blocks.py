"""Blocks of a county's files, as the readers hand them to recognition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from junheng.landing.model import Block, GridRows, HandedFile, Line
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)


def block(
    headers: str | Sequence[str],
    *,
    file: str = "x.xlsx",
    sheet: str | None = None,
    titles: Sequence[str] = (),
    rows: Sequence[Sequence[str | None]] = (),
    number: int = 1,
) -> Block:
    """A block whose header stands right below its titles and right above its rows. Headers may be one text of words."""
    header_row = len(titles) + 1
    return Block(
        file=HandedFile(file, Path(file), 1, "00"),
        sheet=sheet,
        is_hidden=False,
        number=number,
        encoding=None,
        delimiter=None,
        titles=tuple(Line(row, text) for row, text in enumerate(titles, start=1)),
        header_rows=(header_row,),
        headers=tuple(headers.split() if isinstance(headers, str) else headers),
        rows=GridRows([list(row) for row in rows], list(range(header_row + 1, header_row + 1 + len(rows)))),
    )
