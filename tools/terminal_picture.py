"""Pictures of the closing summary of a real build of the sample county: `python -m tools.terminal_picture`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unicodedata
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
CELL, LINE, MARGIN = 9, 24, 16
FONTS = "'Noto Sans Mono CJK SC', Menlo, Consolas, monospace"


def main() -> int:
    """Build the sample county in both languages and draw what was printed."""
    for language in ("zh", "en"):
        with tempfile.TemporaryDirectory() as folder:
            text = summary(Path(folder).resolve(), language)
        (IMAGES / f"build-{language}.svg").write_text(picture(f"$ junheng build\n{text}"), encoding="utf-8")
    return 0


def summary(folder: Path, language: str) -> str:
    """The summary that `junheng build` prints, paths relative to the folder it ran in; times of steps are left out."""
    run = subprocess.run(
        [sys.executable, "-m", "junheng", "build", "--lang", language],
        cwd=folder,
        # The checkout, whatever is installed.
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        encoding="utf-8",
        capture_output=True,
    )
    if run.returncode:
        sys.exit(run.stderr)
    return run.stdout.rstrip().replace(f"{folder}{os.sep}", "")


def picture(text: str) -> str:
    """Lines of a terminal as SVG, black on white; a Chinese character takes two cells."""
    lines = text.splitlines()
    width = max(_cells(line) for line in lines) * CELL + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = [
        f'<text x="{MARGIN}" y="{MARGIN + LINE * number - 6}" xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(lines, start=1)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
            f'  font-family="{FONTS}" font-size="{2 * CELL - 1}">',
            f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" fill="#fff" stroke="#000"/>',
            *rows,
            "</svg>\n",
        ]
    )


def _cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


if __name__ == "__main__":
    sys.exit(main())
