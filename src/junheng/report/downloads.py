"""下载 / Downloads: the files of the report folder beside its pages, written when all of them are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from junheng.report.facts import Facts
from junheng.report.machine import kind_of

PAGES = ("zh", "en", "assets")
# Files of a county lie in its folder; those of its schools in folders below.
OF_COUNTY = 2
ORDER = ("docx", "xlsx", "pdf", "xlsx_school", "json", "schema", "dbt", "csv", "parquet", "other")


@dataclass(frozen=True)
class Download:
    """One file: its path below the report folder, its size in bytes, its SHA-256."""

    path: PurePosixPath
    size: int
    sha256: str

    @property
    def kind(self) -> str:
        """What it is: a key of the texts of the page."""
        found = kind_of(self.path.as_posix()) or "other"
        return "xlsx_school" if found == "xlsx" and len(self.path.parts) > OF_COUNTY else found


def downloads(folder: Path) -> list[Download]:
    """Every file of the folder that is no page: what people hand in first, then by path."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and name.parts[0] not in PAGES and name.name != "index.html":
            with path.open("rb") as file:
                found.append(Download(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()))
    return sorted(found, key=lambda one: ORDER.index(one.kind))


def write_downloads(facts: Facts, folder: Path) -> int:
    """Write the page in both languages; gives the number of files."""
    from junheng.report.site import Page, write_late

    files = downloads(folder)
    year = facts.school_year
    schools = {
        row.school_code: row.school_name
        for row in facts.rows("display.shown_school", ["school_code"], school_year=year)
    }
    return write_late(
        facts,
        folder,
        lambda writer: Page(
            "downloads.html",
            "downloads.html.j2",
            writer.texts.text("downloads.title"),
            {"files": files, "schools": schools},
        ),
    )
