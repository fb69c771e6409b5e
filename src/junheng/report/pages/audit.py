"""已发布报告核对 / Audit: what published documents print, beside what their own figures give."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One page: the documents, contradictions first."""
    facts = writer.facts
    rows = facts.rows("display.shown_claim_check", ["standing_position", "document", "relation_id"])
    if not rows:
        return
    documents = facts.rows("published.documents", ["document"])
    checked = {row.document for row in rows}
    yield Page(
        "audit.html",
        "audit.html.j2",
        writer.texts.text("audit.title"),
        {
            "rows": rows,
            "documents": [row for row in documents if row.document in checked],
            "counts": facts.rows("display.shown_claim_count", ["standing_position", "document"]),
        },
    )
