"""Names of pages and files that come from codes of the data: safe on every file system, the same in every build."""

from __future__ import annotations

import re

LONGEST = 60
RULE = re.compile(r"[0-9a-z_.]{1,150}")
UNSAFE = re.compile(r"[^0-9A-Za-z_-]")


def safe(code: str) -> str:
    """A code as part of a file name: what is neither a Latin letter, a digit, `_` nor `-` becomes its number.

    Two codes never become the same name: a long one keeps its end.
    """
    name = UNSAFE.sub(lambda found: f".{ord(found.group()):x}.", code)
    return name if len(name) <= LONGEST else f"{name[:20]}..{name[-(LONGEST - 22) :]}"


def school_page(county_code: str, school_code: str) -> str:
    """The page of a school, below the folder of a language."""
    return f"{safe(county_code)}/schools/{safe(school_code)}.html"


def county_page(county_code: str, name: str) -> str:
    """A page of a county, below the folder of a language."""
    return f"{safe(county_code)}/{name}.html"


def console_data(county_code: str) -> str:
    """The script with the database of a county, below the folder of the report."""
    return f"data/console-{safe(county_code)}.js"


def strip_data(county_code: str, language: str) -> str:
    """The script with the points of the strip plot of a county, below the folder of the report."""
    return f"data/strip-{safe(county_code)}-{language}.js"


def rule_page(rule_id: str, number: int = 1) -> str:
    """The page of a rule, below the folder of a language; its rows may go on over several pages."""
    name = rule_id if RULE.fullmatch(rule_id) else safe(rule_id)
    return f"rules/{name}.html" if number == 1 else f"rules/{name}--{number}.html"


def suite_page(suite: str) -> str:
    """The page with what every rule of a suite asks, below the folder of a language."""
    return f"suites/{suite if RULE.fullmatch(suite) else safe(suite)}.html"
