"""Write what the check of the published documents found into docs/published-documents.md.

`python -m tools.published_page WAREHOUSE [--check]`, WAREHOUSE being any built one (`build/warehouse.duckdb`).
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

PAGE = Path(__file__).parents[1] / "docs" / "published-documents.md"
BEGIN, END = "<!-- found: begin -->\n", "<!-- found: end -->\n"
STATUSES = ("contradicts", "definition_differs", "not_checkable", "holds")
HEADINGS = {
    "contradicts": "### 自相矛盾 Contradictions",
    "definition_differs": "### 口径不同 The definition differs",
    "not_checkable": "### 无法核对 Not checkable",
}


def read_checks(warehouse: Path) -> list[dict[str, Any]]:
    """Rows of `fct_claim_check`, by document and relation id."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        cursor = connection.execute("select * from marts.fct_claim_check order by document, relation_id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def found(checks: list[dict[str, Any]]) -> str:
    """The generated part of the page: counts per document, then every row that does not simply hold."""
    titles = {check["document"]: f"{check['title_zh']} {check['title_en']}" for check in checks}
    counts = Counter((check["document"], check["status"]) for check in checks)
    lines = [f"| 文件 Document | {' | '.join(STATUSES)} |", "|---|---:|---:|---:|---:|"]
    for document, title in titles.items():
        lines.append(f"| {title} | {' | '.join(str(counts[document, status]) for status in STATUSES)} |")
    for status, heading in HEADINGS.items():
        lines += ["", heading, "", "| 关系 Relation | 结果 Result | 原文 Words of the text |", "|---|---|---|"]
        for check in checks:
            if check["status"] == status:
                result = f"{check['sentence_zh']}<br>{check['sentence_en']}"
                lines.append(f"| `{check['relation_id']}` | {result} | {check['source']} |")
    return "\n".join(lines) + "\n"


def with_found(page: str, text: str) -> str:
    """The page with its generated part replaced; ValueError when the page has lost its markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name}: put the lines {BEGIN.strip()} and {END.strip()} back")
    return before + BEGIN + text + END + after


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is stale; 1 when it is, 2 for a wrong command line."""
    paths = [argument for argument in arguments if argument != "--check"]
    if len(paths) != 1:
        print(__doc__)
        return 2
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_found(page, found(read_checks(Path(paths[0]))))
    if "--check" in arguments:
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
