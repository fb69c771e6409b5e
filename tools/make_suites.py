"""Write the suites from the seeds of standards and `tools/suites/*.toml`: `python tools/make_suites.py [--check]`.

The output is a function of these files: the same input gives the same bytes. With `--check` nothing is written, and the
exit code says whether the committed suites are what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from suites.json_shape import ROOT, render
from suites.page import rules_page, suite_page
from suites.raw import raw_suites
from suites.standard import standard_suites
from suites.written import written_suites

SUITES = ROOT / "expectations"


def main(arguments: list[str]) -> int:
    """Write the suites, or with `--check` report the files that differ from what would be written."""
    stale = []
    for path, text in sorted(suite_files().items()):
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.relative_to(ROOT).as_posix())
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if stale:
        print("not what tools/make_suites.py writes:", ", ".join(stale))
    return 1 if stale else 0


def suite_files() -> dict[Path, str]:
    """Every suite file, its page and the page that lists all rules, with the text that belongs into each."""
    suites = [*raw_suites(), *standard_suites(), *written_suites("plausibility"), *written_suites("reconciliation")]
    files = {SUITES.joinpath(*suite["name"].split(".")).with_suffix(".json"): render(suite) for suite in suites}
    pages = {ROOT / "docs" / "rules" / f"{suite['name']}.md": suite_page(suite) for suite in suites}
    return {**files, **pages, ROOT / "docs" / "suite-rules.md": rules_page(suites)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
