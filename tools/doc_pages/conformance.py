"""The page that lists where the two engines differ, from the list that the conformance tests hold against both."""

from __future__ import annotations

from typing import Any

import yaml

from tools.doc_pages.catalogue import ROOT, Catalogue
from tools.doc_pages.markdown import code, page, table

DIFFERENCES = ROOT / "tests" / "conformance" / "differences.yml"
ENGINES = {"duckdb": "DuckDB", "spark": "Spark"}


def conformance_page(catalogue: Catalogue) -> str:
    """Every difference with its reason, and the rules in which it shows."""
    listed: list[dict[str, Any]] = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))["differences"]
    words = catalogue.words["conformance"]
    blocks = [[f"# {catalogue.word('headings', 'conformance')}", "", *words["lines"], ""]]
    for difference in listed:
        anchor = f'<a id="{difference["id"]}"></a>'
        blocks.append([anchor, "", f"## {code(difference['id'])}", "", difference["zh"], "", difference["en"], ""])
        rows = [
            (
                f"`` {case['rule']} ``",
                case["data"],
                " · ".join(ENGINES[engine] for engine in case["engines"]),
                case["junheng"],
                case["gx"],
            )
            for case in difference["cases"]
        ]
        heads = [catalogue.word("heads", name) for name in ("rule", "data", "engine", "ours", "great_expectations")]
        blocks.append(table(heads, rows))
    return page(*blocks)
