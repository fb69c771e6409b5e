"""What two engines say of the same rules, and the list of the differences that are known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from junheng.validation import RuleResult, ValidationResult

DIFFERENCES = Path(__file__).with_name("differences.yml")
JUDGED = ("pass", "fail", "warn")


@dataclass(frozen=True)
class Outcome:
    """Verdict and counts of one rule, as one line."""

    text: str

    @classmethod
    def of(cls, result: RuleResult) -> Outcome:
        """The verdict; failing and judged rows, or the reason why nothing was judged."""
        if result.status in JUDGED:
            return cls(f"{result.status}, {result.rows_failed} of {result.rows_checked}")
        return cls("error" if result.status == "error" else f"{result.status}, {result.reason}")


def known_differences(engine: str, data: str) -> dict[str, tuple[str, str]]:
    """The listed differences of one engine on one set of data: rule → (junheng, Great Expectations)."""
    document = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))
    found: dict[str, tuple[str, str]] = {}
    for difference in document["differences"]:
        for case in difference["cases"]:
            if engine in case["engines"] and case["data"] == data:
                assert case["rule"] not in found, f"listed twice: {case['rule']}"
                found[case["rule"]] = (case["junheng"], case["gx"])
    return found


def differences(ours: Iterable[RuleResult], theirs: Iterable[RuleResult]) -> dict[str, tuple[str, str]]:
    """Where two engines differ in verdict or count: rule → (ours, theirs). Both must give every rule, in one order."""
    pairs = list(zip(ours, theirs, strict=True))
    assert [a.rule_id for a, _ in pairs] == [b.rule_id for _, b in pairs]
    found = {a.rule_id: (Outcome.of(a).text, Outcome.of(b).text) for a, b in pairs}
    return {rule: outcomes for rule, outcomes in found.items() if outcomes[0] != outcomes[1]}


def failing_rows(result: ValidationResult, rules: Iterable[str]) -> list[tuple[Any, ...]]:
    """Rule, keys, actual and required value of every failing row of some rules, in one order."""
    relation = result.failing_rows()
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    wanted = set(rules)
    return sorted(
        (row["rule_id"], json.dumps(json.loads(row["keys"])), str(row["actual"]), row["required"])
        for row in rows
        if row["rule_id"] in wanted
    )
