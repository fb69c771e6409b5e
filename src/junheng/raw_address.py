"""What stands after `--raw`: a path, or an address. What this machine does not mount it cannot read."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from junheng.errors import UsageError

# One letter is a drive of Windows.
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")


def raw_path(told: str | None) -> Path | None:
    """The file or folder that is named, also as `file:///…`; None for none.

    Raises UsageError for an address of another storage (`s3a://`, `hdfs://`, `https://`).
    """
    if told is None:
        return None
    found = SCHEME.match(told)
    if found is None or Path(told).exists():
        return Path(told)
    address = urlsplit(told)
    if found[1].lower() != "file" or address.netloc not in ("", "localhost"):
        raise UsageError("raw_elsewhere", found=told)
    return Path(unquote(address.path))
