"""A file that cannot be read, or of which nothing is read."""

from __future__ import annotations

from junheng.findings import CRITICAL, Finding
from junheng.landing.model import HandedFile


class FileRefusedError(Exception):
    """A file of which no block is read, and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule_id)
        self.finding = finding


def refused(
    rule_id: str, file: HandedFile, row: int | None = None, found: str | None = None, expected: str | None = None
) -> FileRefusedError:
    """A file that is refused for a rule."""
    return FileRefusedError(Finding(rule_id, CRITICAL, file=file.name, row=row, found=found, expected=expected))
