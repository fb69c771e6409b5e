"""Language, encodings and the settings that the environment makes."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from junheng.doctor.check import BAD, NOTE, OK, Check
from junheng.errors import UsageError
from junheng.messages import Messages, locale_language
from junheng.notify.config import read_config

SETTINGS = ("JUNHENG_LANG", "JUNHENG_NOTIFY")


def checks(notify: Path | None, messages: Messages) -> Iterator[Check]:
    """Everything about the surroundings."""
    encodings = {
        "file names": sys.getfilesystemencoding(),
        "text": locale.getpreferredencoding(do_setlocale=False),
        "output": getattr(sys.stdout, "encoding", None) or "-",
    }
    odd = any(name.replace("-", "").lower() != "utf8" for name in encodings.values())
    found = ", ".join(f"{what} {name}" for what, name in encodings.items())
    yield Check("locale", NOTE if odd else OK, f"{locale_language()}; {found}", "locale")
    settings = [f"{name}={os.environ[name]}" for name in SETTINGS if name in os.environ]
    yield Check("settings", OK, ", ".join(settings) or "-")
    if notify is None:
        yield Check("notifications", NOTE, "-", "no_notifications")
        return
    try:
        config = read_config(notify)
    except UsageError as error:
        yield Check("notifications", BAD, messages.error(error).replace("\n", ";"), "notifications")
        return
    yield Check("notifications", OK, ", ".join(channel.name for channel in config.channels))
