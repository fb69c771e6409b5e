"""From a file to its blocks, by the kind of its bytes."""

from __future__ import annotations

from pathlib import Path

from junheng.findings import WARNING, Finding
from junheng.landing import file_kind
from junheng.landing.limits import DEFAULT_LIMITS
from junheng.landing.model import Block, HandedFile
from junheng.landing.refused import FileRefusedError
from junheng.landing.text_file import read_text_file


def blocks_of(file: HandedFile, folder: Path) -> list[Block]:
    """The blocks of a file; copies are written into `folder`. Raises FileRefusedError."""
    kind = file_kind.TEXT if file.size == 0 else file_kind.kind_of(file.path, DEFAULT_LIMITS)
    if kind == file_kind.TEXT:
        return [read_text_file(file, folder)]
    raise FileRefusedError(Finding("file_not_read", WARNING, file=file.name))
