"""Makes every file of `tests/dirty/files`: `python -m tests.dirty.make_files [FOLDER]`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.dirty import folder_files, form_files, format_files, header_files, text_files, value_files, workbook_files

FILES = Path(__file__).parent / "files"


def make_all(folder: Path) -> None:
    """Write all files below a folder that does not exist yet."""
    for group in (text_files, value_files, header_files, workbook_files, folder_files, form_files, format_files):
        group.make(folder)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILES
    if target.exists():
        shutil.rmtree(target)
    make_all(target)
