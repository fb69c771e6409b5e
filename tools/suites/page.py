"""The page that lists every rule: `docs/suite-rules.md`."""

from __future__ import annotations

from suites.json_shape import Json

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
