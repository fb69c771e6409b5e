"""Writes docs/validation.md from the text beside this file and the catalogue. `--check` compares only."""

from __future__ import annotations

import sys
from pathlib import Path

from junheng.validation.catalogue import ACCEPTED, REFUSED

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "validation.md"
KINDS = {
    "row": "row by row, in the one scan",
    "unique": "by groups of equal keys",
    "spread": "row by row, against a figure of the column",
    "aggregate": "one figure, in the one scan",
    "distinct": "by distinct values",
    "shape": "from the description of the table",
    "query": "in the one scan where it only filters, otherwise by itself",
}


def page() -> str:
    """The page as text."""
    lines = [(Path(__file__).parent / "validation_page.md").read_text(encoding="utf-8")]
    lines += ["## Types that are run", "", "| type | judged | required | optional |", "|---|---|---|---|"]
    for name, accepted in sorted(ACCEPTED.items()):
        optional = sorted(accepted.arguments - accepted.required - {"condition_parser"})
        required = sorted(accepted.required)
        lines.append(f"| `{name}` | {KINDS[accepted.kind]} | {', '.join(required)} | {', '.join(optional)} |")
    lines += ["", "## Types that are refused", "", "| type | why |", "|---|---|"]
    lines += [f"| `{name}` | {reason} |" for name, reason in sorted(REFUSED.items())]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date."""
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
