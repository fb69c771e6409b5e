"""下载 / Downloads: the files of the report folder beside its pages, written when all of them are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from junheng.report.facts import Facts

PAGES = ("zh", "en", "assets")


@dataclass(frozen=True)
class Download:
    """One file: its path below the report folder, its size in bytes, its SHA-256."""

    path: PurePosixPath
    size: int
    sha256: str


def downloads(folder: Path) -> list[Download]:
    """Every file of the folder that is no page, in the order of the paths."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and name.parts[0] not in PAGES and name.name != "index.html":
            with path.open("rb") as file:
                found.append(Download(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()))
    return found


def write_downloads(facts: Facts, folder: Path) -> int:
    """Write the page in both languages; gives the number of files."""
    from junheng.report.site import Page, write_late

    files = downloads(folder)
    return write_late(
        facts,
        folder,
        lambda writer: Page(
            "downloads.html", "downloads.html.j2", writer.texts.text("downloads.title"), {"files": files}
        ),
    )
