"""What there is to tell of a build: what is new against the one before it, in the words of the one who asked."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from junheng.history.changes import VerdictChange, changes_between, count_by_kind
from junheng.history.store import FOLDER
from junheng.landing.cells import literal
from junheng.messages import Messages, catalogue
from junheng.notify.config import NotifyConfig
from junheng.notify.notice import Notice, RuleCount, in_words
from junheng.notify.send import Errand, errand
from junheng.old_logs import BUILD_ID, REJECTED
from junheng.published import Output
from junheng.watch.outcome import (
    CRITICAL,
    FAILED,
    INTERRUPTED,
    PUBLISHED,
    CountyVerdict,
    Outcome,
    of_published,
)

COUNTY = "county"


@dataclass(frozen=True)
class Before:
    """What was known before a build: which one is published, the critical rules that the last one broke."""

    build_id: str | None = None
    critical: frozenset[str] = frozenset()


def before(out: Path) -> Before:
    """What is published and what the last build found; nothing where there is none or it cannot be read."""
    published = Output(out).published()
    known = Before(published.build_id if published else None)
    try:
        if (out / "warehouse.duckdb").is_file():
            known = replace(known, critical=of_published(out, 0).critical)
        refused = [path for path in (out / REJECTED).glob("*/findings.parquet") if BUILD_ID.fullmatch(path.parent.name)]
        last = max(refused, key=lambda path: path.parent.name, default=None)
        if last is not None and last.parent.name > (known.build_id or ""):
            known = replace(known, critical=_critical_in(last))
    except (duckdb.Error, OSError):
        return known
    return known


def errands(outcome: Outcome, known: Before, out: Path, config: NotifyConfig, messages: Messages) -> list[Errand]:
    """A message for every channel that wants to hear of what happened, about the gravest of it."""
    words = Messages(config.language) if config.language else messages
    notice = notice_of(outcome, known, out, words)
    host = platform.node() or "?"
    found = []
    for channel in config.channels:
        event = next((event for event in notice.events if event in channel.on), None)
        if event:
            found.append(errand(channel, event, in_words(notice, event, words, host)))
    return found


def notice_of(outcome: Outcome, known: Before, out: Path, messages: Messages) -> Notice:
    """How a build went, as far as others are told."""
    return Notice(
        status=FAILED if outcome.status == INTERRUPTED else outcome.status,
        exit_code=outcome.exit_code,
        out=out.absolute(),
        build_id=outcome.build_id,
        error=outcome.error,
        cause=_cause(outcome, messages),
        critical=_critical(outcome, messages),
        new_rules=outcome.critical - known.critical,
        counties=[(_name(one), one.verdict) for one in outcome.counties],
        changes=_changes(outcome, known, out, messages),
    )


def _cause(outcome: Outcome, messages: Messages) -> str | None:
    if outcome.status == INTERRUPTED:
        return messages.text("notify", "interrupted")
    return messages.text("notify", "defect", kind=outcome.defect) if outcome.defect else None


def _critical(outcome: Outcome, messages: Messages) -> list[RuleCount]:
    """The critical rules that rows break. The findings of a refused build hold those of its rules."""
    counts = {
        rule.rule_id: RuleCount(rule.rule_id, rule.title(messages.language), rule.rows_failed or 0)
        for rule in outcome.rules
        if rule.rule_id in outcome.critical
    }
    texts = catalogue()["findings"]
    for found in outcome.findings:
        if found.severity == CRITICAL and found.rule_id not in counts:
            title = texts[found.rule_id][messages.language] if found.rule_id in texts else found.title
            counts[found.rule_id] = RuleCount(found.rule_id, title, found.count)
    return [counts[rule_id] for rule_id in sorted(counts)]


def _changes(outcome: Outcome, known: Before, out: Path, messages: Messages) -> list[str]:
    """The verdicts that differ from those of the build that was published before: counties by name, others counted.

    The history has kept that build's verdicts, also when the build itself is gone.
    """
    if outcome.status != PUBLISHED or outcome.warehouse is None or known.build_id in (None, outcome.build_id):
        return []
    former = next((out / FOLDER).glob(f"*-{known.build_id}/verdict.parquet"), None)
    if former is None:
        return []
    changes = changes_between(former.parent, outcome.warehouse).verdicts
    told = [_county(change, messages) for change in changes if change.kind == COUNTY]
    others = [
        f"{messages.text('diff_kinds', kind)} {count}"
        for kind, count in count_by_kind(changes).items()
        if kind != COUNTY
    ]
    return [*told, messages.text("notify", "other_changes", counts=", ".join(others))] if others else told


def _county(change: VerdictChange, messages: Messages) -> str:
    before, after = (
        messages.text("verdicts", one.verdict) if one else messages.text("diff", "nothing")
        for one in (change.before, change.after)
    )
    county = f"{change.name or ''} {change.county_code}".strip()
    years = f"{change.school_year}-{change.school_year + 1}"
    return messages.text("notify", "change", county=county, years=years, before=before, after=after)


def _name(county: CountyVerdict) -> str:
    return f"{county.county_name} {county.county_code}".strip()


def _critical_in(findings: Path) -> frozenset[str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select distinct rule_id from read_parquet({literal(str(findings))}) where severity = $severity",
            {"severity": CRITICAL},
        ).fetchall()
    return frozenset(rule_id for (rule_id,) in rows)
