"""What `junheng template` prints: the workbooks that it wrote, and where to go from there."""

from __future__ import annotations

from typing import Any

from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.templates.workbooks import TemplateBook, TemplateOptions, write_templates
from junheng.terminal import visible


def template(options: TemplateOptions, messages: Messages, *, as_json: bool) -> dict[str, Any] | None:
    """Write the workbooks and print their paths; with `as_json` give them back as one document instead."""
    books = write_templates(packaged_project(), options, messages)
    if as_json:
        return {"files": [_as_json(book) for book in books]}
    for book in books:
        print(visible(book.path))
    print(messages.text("templates", "written", count=len(books), folder=options.folder))
    return None


def _as_json(book: TemplateBook) -> dict[str, Any]:
    return {"file": str(book.path), "tables": [table.name for table in book.tables]}
