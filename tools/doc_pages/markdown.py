"""Markdown tables and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table as lines, an empty line after it; no rows, no table."""
    body = [_line(row) for row in rows]
    if not body:
        return []
    return [_line(header), "|" + "---|" * len(header), *body, ""]


def code(text: str) -> str:
    """Text in code font; empty text stays empty."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Several words in code font."""
    return ", ".join(code(text) for text in texts)


def link(text: str, target: str) -> str:
    """A link."""
    return f"[{text}]({target})"


def page(*blocks: Iterable[str]) -> str:
    """The text of a page from blocks of lines."""
    lines = [line for block in blocks for line in block]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
