"""What is to be said of how a block was read: its doubts, columns that are not read, columns that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.findings import WARNING, Finding
from junheng.landing.headers import is_context
from junheng.landing.layout_rows import has_text
from junheng.landing.model import Block, Reading
from junheng.messages import Messages


def findings_of(block: Block, reading: Reading, messages: Messages) -> list[Finding]:
    """The findings of one block, each at the row of its header. No cell is quoted, only headers and names."""
    return [*_doubts(block, reading), *_unread(block, reading), *_missing(block, reading, messages)]


def _doubts(block: Block, reading: Reading) -> Iterator[Finding]:
    table = reading.table or next(iter(reading.candidates), None)
    for doubt in reading.doubts:
        yield Finding(
            doubt.rule_id,
            doubt.severity,
            table,
            block.file.name,
            block.sheet,
            doubt.row or _header_row(block),
            doubt.column,
            doubt.found,
            doubt.expected,
        )


def _unread(block: Block, reading: Reading) -> Iterator[Finding]:
    """Personal columns are reported of every table, landed or not: they should not have been handed in."""
    if reading.reason in ("no_header_words", "own_sheet"):
        return
    row = _header_row(block)
    doubtful = {doubt.column for doubt in reading.doubts}
    for position, header in reading.unread.items():
        if position in reading.personal:
            yield Finding("personal_column_not_read", WARNING, reading.table, block.file.name, block.sheet, row, header)
        elif reading.table and not header.strip() and has_text(block, position):
            yield Finding(
                "column_without_header",
                WARNING,
                reading.table,
                block.file.name,
                block.sheet,
                row,
                found=f"#{position + 1}",
            )
        elif reading.table and header.strip() and header not in doubtful and not is_context(header):
            yield Finding("column_not_read", WARNING, reading.table, block.file.name, block.sheet, row, header)


def _missing(block: Block, reading: Reading, messages: Messages) -> Iterator[Finding]:
    """One finding for all columns on which the same depends."""
    if not reading.table:
        return
    by_consequence: dict[str, list[str]] = {}
    for column in reading.missing:
        depends = messages.text("depends_on_column", f"{reading.table}.{column}")
        by_consequence.setdefault(depends, []).append(column)
    for depends, columns in by_consequence.items():
        yield Finding(
            "optional_column_missing",
            WARNING,
            reading.table,
            block.file.name,
            block.sheet,
            _header_row(block),
            ", ".join(columns),
            title=messages.text("findings", "optional_column_missing", depends=depends),
            action=messages.text("finding_actions", "optional_column_missing"),
        )


def _header_row(block: Block) -> int | None:
    return block.header_rows[-1] if block.header_rows else None
