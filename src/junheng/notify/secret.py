"""Secrets: from the environment or from a file that nobody else can read; never printed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from junheng.errors import UsageError

# Longer than any address or password; a wrong path must not fill the memory.
AT_MOST = 64 * 1024


class Secret:
    """A text that shows itself nowhere but where it is sent."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: only for the one who sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


def read_secret(entry: object, place: str, file: Path) -> Secret:
    """The secret that `env = "NAME"` or `file = "PATH"` leads to; a path is taken from the folder of `file`.

    `place` names the key in `file`. Raises UsageError: a secret must not stand in the file itself, and whoever shares
    the machine must not be able to read it. No error holds what was found where a secret should be.
    """
    key = place.rpartition(".")[2]
    ways = f'{key}.env = "…" / {key}.file = "…"'
    if not isinstance(entry, dict):
        raise UsageError("notify_secret_in_file", file=file, column=place, expected=ways)
    match [(name, entry[name]) for name in entry]:
        case [("env", str(variable))]:
            text = os.environ.get(variable, "")
            where: str | Path = f"${variable}"
        case [("file", str(name))]:
            where = file.parent / Path(name).expanduser()
            text = _read_tight(where)
        case _:
            raise UsageError("notify_secret_in_file", file=file, column=place, expected=ways)
    if not text.strip() or any(ord(sign) < 32 for sign in text.strip()):
        raise UsageError("notify_secret_missing", file=file, column=place, expected=str(where))
    return Secret(text.strip())


def variable_named(entry: object) -> str | None:
    """The environment variable that an entry names."""
    name = entry.get("env") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _read_tight(path: Path) -> str:
    """The text of a file of the user's own (or the administrator's) that nobody else may read or write."""
    if os.name == "nt":
        # The rights of a file cannot be told there with what Python brings along.
        raise UsageError("notify_secret_file_windows", file=path)
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise UsageError("notify_secret_unreadable", file=path)
            rights = stat.S_IMODE(facts.st_mode)
            if rights & 0o077 or facts.st_uid not in (os.geteuid(), 0):
                raise UsageError("notify_secret_open", file=path, found=f"{rights:04o}", expected="0600 / 0400")
            return file.read(AT_MOST).decode("utf-8")
    except OSError as error:
        raise UsageError("notify_secret_unreadable", file=path, found=error.strerror) from error
    except UnicodeDecodeError as error:
        raise UsageError("notify_secret_unreadable", file=path, expected="UTF-8") from error
