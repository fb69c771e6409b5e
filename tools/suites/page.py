"""The page that lists every rule: `docs/suite-rules.md`."""

from __future__ import annotations

import json
from functools import cache

import yaml

from suites.json_shape import ROOT, Json

HEAD = """<!-- Written by tools/make_suites.py; do not edit. -->

# Rules

Every rule of the suites in `expectations/`, as [suites.md](suites.md) explains them.
A threshold is shown by the name of its parameter: its values are in [standards.md](standards.md).
"""


def rules_page(suites: list[Json]) -> str:
    """The page: one table of rules for each suite."""
    return HEAD + "".join(_suite(suite) for suite in suites)


def _suite(suite: Json) -> str:
    meta = suite["meta"]
    keys = ", ".join(f"`{key}`" for key in meta["keys"])
    lines = [
        f"\n## {suite['name']}\n",
        f"Judges `{meta['table']}`; a row is known by {keys}.\n",
        "| rule | severity | 规则 | what it says | required | who fixes |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_rule(expectation) for expectation in suite["expectations"])]) + "\n"


def _rule(expectation: Json) -> str:
    meta = expectation["meta"]
    short = meta["rule_id"].split(".", 2)[2]
    cells = [
        f"`{short}`",
        expectation["severity"],
        meta["title_zh"],
        meta["title_en"],
        f"`{meta['required']}`",
        meta["who_fixes"],
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def suite_page(suite: Json) -> str:
    """The page of one suite: each rule with its reason, how it is computed, what to do, and a mistake that it finds."""
    meta = suite["meta"]
    keys = ", ".join(f"`{key}`" for key in meta["keys"])
    lines = [
        "<!-- Written by tools/make_suites.py; do not edit. -->",
        "",
        f"# {suite['name']}",
        "",
        f"Judges `{meta['table']}`; a row is known by {keys}. All rules: [suite-rules.md](../suite-rules.md).",
        "",
    ]
    return "\n".join(lines + [line for rule in suite["expectations"] for line in _section(rule)]).rstrip() + "\n"


def _section(expectation: Json) -> list[str]:
    meta = expectation["meta"]
    parts = [
        ("规则 Rule", f"`{meta['rule_id']}`, {expectation['severity']}"),
        ("为什么 Why", meta["why"]),
        ("要求 Required", f"`{meta['required']}`"),
        ("改法 How to fix", meta["how_to_fix"]),
        ("谁来改 Who fixes", meta["who_fixes"]),
        ("出处 Source", meta["source"]),
    ]
    if "clause" in meta:
        parts.append(("条款 Clause", f"`{meta['clause']}`"))
    example = examples().get(meta["rule_id"])
    if example:
        parts.append(("例 Example that fails", example))
    title = f"{meta['title_zh']} {meta['title_en']}"
    return [f"## {title}", "", *(f"- **{name}**: {text}" for name, text in parts), "", *_computed(expectation), ""]


def _computed(expectation: Json) -> list[str]:
    query = expectation["kwargs"].get("unexpected_rows_query")
    if query:
        return ["```sql", query, "```"]
    kwargs = json.dumps(expectation["kwargs"], ensure_ascii=False, sort_keys=True)
    return ["```json", f'{{"type": "{expectation["type"]}", "kwargs": {kwargs}}}', "```"]


@cache
def examples() -> dict[str, str]:
    """The mistake that shows each rule, from the fixtures of the tests."""
    found = {}
    for path in sorted((ROOT / "tests" / "suites" / "fixtures").glob("*.yml")):
        for fixture in yaml.safe_load(path.read_text(encoding="utf-8")):
            keys = fixture["fails"]
            if isinstance(keys, dict):
                said = ", ".join(f"`{name}` {value}" for name, value in keys.items() if value is not None)
            else:
                said = f"{fixture['wrong']}: `{json.dumps(keys[0], ensure_ascii=False)}`"
            found.setdefault(f"{path.stem}.{fixture['rule']}", said)
    return found
