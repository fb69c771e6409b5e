"""Errors by the reader who has to act: whoever typed the command, whoever made the data, whoever runs the machine.

An error holds the id of its message and the facts; the words are chosen when it is printed (`messages.py`).
"""

from __future__ import annotations

from pathlib import Path


class JunhengError(Exception):
    """Base of all errors that end a command with a message instead of a traceback.

    `is_told`: somebody has said it already where the user looks.
    """

    exit_code = 3
    is_told = False

    def __init__(
        self,
        message_id: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.file = str(file) if file is not None else None
        self.row = row
        self.column = column
        self.found = found
        self.expected = expected
        self.params = params

    def facts(self) -> dict[str, str]:
        """The located facts that are known, in the order in which they are printed."""
        known = {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
        }
        return {name: str(value) for name, value in known.items() if value is not None}


class DataError(JunhengError):
    """The data is wrong: nothing is published (exit 1)."""

    exit_code = 1


class UsageError(JunhengError):
    """The command line, a suite or a standard is wrong (exit 2)."""

    exit_code = 2


class MachineError(JunhengError):
    """The engine, the disk or a lock is in the way (exit 3)."""

    exit_code = 3
