"""Results as JUnit XML, for a build server: one test suite for each suite, one test case for each rule.

A failing critical rule is a failure, and so is a critical rule without data; a rule that could not be asked is an
error. Other rules without data and rules
that do not apply are skipped, with the reason. A warning passes and says so in `system-out`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from junheng.messages import Messages
from junheng.validation.wording import in_language, one_line, reason, title

if TYPE_CHECKING:
    from junheng.errors import JunhengError
    from junheng.validation.results import RuleResult, ValidationResult

OUTCOMES = ("failure", "error", "skipped")


def junit_document(
    results: Sequence[ValidationResult], messages: Messages, refused: Mapping[str, JunhengError] | None = None
) -> str:
    """The XML of one or more results, suites and rules in their order; suites that could not be asked come last.

    It holds no times: the same results give the same bytes.
    """
    root = Xml.Element("testsuites", {"name": "junheng"})
    for result in results:
        suite = Xml.SubElement(root, "testsuite", {"name": result.suite})
        for rule in result.results:
            case = Xml.SubElement(suite, "testcase", {"classname": result.suite, "name": clean(rule.rule_id)})
            add_outcome(case, rule, messages)
    for name, error in (refused or {}).items():
        suite = Xml.SubElement(root, "testsuite", {"name": name})
        case = Xml.SubElement(suite, "testcase", {"classname": name, "name": name})
        told = messages.error(error)
        head = {"message": clean(told.splitlines()[0]), "type": error.message_id}
        Xml.SubElement(case, "error", head).text = clean(told)
    for suite in root:
        suite.attrib.update(totals([suite]))
    root.attrib.update(totals(list(root)))
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def outcome_of(rule: RuleResult) -> str | None:
    """The element that a test case gets: None when the rule passed or only warns."""
    if rule.status == "error":
        return "error"
    if rule.status == "fail" or (rule.status == "no_data" and rule.severity == "critical"):
        return "failure"
    return "skipped" if rule.status in ("no_data", "not_applicable") else None


def add_outcome(case: Xml.Element, rule: RuleResult, messages: Messages) -> None:
    """Say in a test case how its rule came out."""
    outcome = outcome_of(rule)
    if outcome is not None:
        why = reason(rule, messages.language)
        told = f"{title(rule, messages.language)}: {why}" if why else title(rule, messages.language)
        attributes = {"message": clean(told)} | ({} if outcome == "skipped" else {"type": rule.status})
        element = Xml.SubElement(case, outcome, attributes)
        if outcome != "skipped":
            element.text = clean("\n".join(lines_of(rule, messages)))
    elif rule.status == "warn":
        head = f"{messages.text('statuses', 'warn')}: {title(rule, messages.language)}"
        Xml.SubElement(case, "system-out").text = clean("\n".join([head, *lines_of(rule, messages)]))


def lines_of(rule: RuleResult, messages: Messages) -> list[str]:
    """What a rule found, in lines: counts, rows, what to do."""
    language = messages.language
    if rule.status == "error":
        return [messages.text("check", "not_asked")]
    lines = []
    if rule.rows_checked and rule.observed is None:
        lines.append(
            messages.text("check", "rows_failed", failed=f"{rule.rows_failed:,}", checked=f"{rule.rows_checked:,}")
        )
    if rule.observed is not None:
        lines.append(f"{messages.text('labels', 'found')}: {rule.observed}")
    lines.append(f"{messages.text('labels', 'expected')}: {rule.required}")
    for row in rule.sample:
        parts = (row.source_file, row.source_sheet, row.source_row)
        place = f" {':'.join(str(part) for part in parts if part is not None)}" if row.source_file else ""
        found = messages.text("check", "missing") if row.actual is None else row.actual
        values = {"found": found, "expected": row.required}
        words = "; ".join(f"{messages.text('labels', name)}: {value}" for name, value in values.items())
        lines.append(one_line(f"{json.dumps(dict(row.keys), ensure_ascii=False)}{place} {words}"))
    if rule.how_to_fix:
        lines.append(f"{messages.text('labels', 'action')}: {in_language(rule.how_to_fix, language)}")
    if rule.who_fixes:
        lines.append(f"{messages.text('labels', 'who_fixes')}: {in_language(rule.who_fixes, language)}")
    return lines


def totals(elements: Sequence[Xml.Element]) -> dict[str, str]:
    """How many test cases there are under some elements, and how they came out."""
    cases = [case for element in elements for case in element.iter("testcase")]
    names = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    counts = {names[outcome]: sum(case.find(outcome) is not None for case in cases) for outcome in OUTCOMES}
    return {"tests": str(len(cases)), **{name: str(count) for name, count in counts.items()}}


def clean(text: str) -> str:
    """A text without the characters that XML 1.0 does not allow."""
    return "".join(letter if is_allowed(letter) else "\ufffd" for letter in text)


def is_allowed(letter: str) -> bool:
    """Whether XML 1.0 allows a character."""
    return letter in "\t\n\r" or " " <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter >= "\U00010000"
