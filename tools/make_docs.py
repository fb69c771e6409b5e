"""Write the pages that a seed or a model already says: `python -m tools.make_docs [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.doc_pages.catalogue import ROOT, read_catalogue
from tools.doc_pages.conformance import conformance_page
from tools.doc_pages.indicators import index_page, indicator_page
from tools.doc_pages.lists import raw_tables_page, reasons_page, standards_page

DOCS = ROOT / "docs"


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that differ from what would be written; 1 when there are any."""
    pages = doc_pages()
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    stale += [path for path in sorted((DOCS / "indicators").glob("*.md")) if path not in pages]
    for path in stale:
        if "--check" in arguments:
            print(f"not what tools/make_docs.py writes: {path.relative_to(ROOT).as_posix()}")
        elif path in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
        else:
            path.unlink()
    return 1 if stale and "--check" in arguments else 0


def doc_pages() -> dict[Path, str]:
    """Every generated page with its text."""
    catalogue = read_catalogue()
    pages = {
        DOCS / "indicators" / f"{indicator['indicator_id']}.md": indicator_page(catalogue, indicator)
        for indicator in catalogue.rows("indicators")
    }
    pages[DOCS / "indicators" / "index.md"] = index_page(catalogue)
    pages[DOCS / "raw-tables.md"] = raw_tables_page(catalogue)
    pages[DOCS / "reasons.md"] = reasons_page(catalogue)
    pages[DOCS / "conformance.md"] = conformance_page(catalogue)
    pages[DOCS / "standards.md"] = standards_page(catalogue)
    return pages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
