"""From a file to its blocks, by the ending of its name."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from junheng.findings import WARNING, Finding
from junheng.landing import text_file
from junheng.landing.model import Block, HandedFile
from junheng.landing.refused import FileRefusedError


def blocks_of(file: HandedFile, folder: Path) -> list[Block]:
    """The blocks of a file; copies are written into `folder`. Raises FileRefusedError."""
    if PurePosixPath(file.name).suffix.lower() in text_file.ENDINGS:
        return [text_file.read_text_file(file, folder)]
    raise FileRefusedError(Finding("file_not_read", WARNING, file=file.name))
