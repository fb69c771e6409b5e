"""`junheng diff`: what changed between two builds, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.history.causes import Differences, causes, differences
from junheng.history.changes import Changes, Judged, RuleChange, VerdictChange, changes_between, count_by_kind
from junheng.history.choosing import run_named
from junheng.history.record import RunRecord
from junheng.history.store import KeptRun
from junheng.history.wording import cause_words, known_word, verdict_word
from junheng.messages import Messages
from junheng.terminal import json_text, visible

SHOWN = 40


def diff(out: Path, before: str, after: str, messages: Messages, *, as_json: bool) -> None:
    """Print what changed from one build to another. Raises UsageError for a build that is not in the history."""
    if not out.is_dir():
        raise UsageError("no_history", file=out)
    one, other = run_named(out, before), run_named(out, after)
    changes = changes_between(one.folder, other.folder)
    found = differences(_record(one), _record(other))
    asked = bool(_record(one).parameters.get("quarantine") or _record(other).parameters.get("quarantine"))
    why = causes(changes.verdicts, found, quarantine=asked)
    if as_json:
        print(json_text(_as_json(one, other, changes, found, why)))
        return
    for line in [*_head(one, other, found, messages), *_verdicts(changes, why, messages), *_rest(changes, messages)]:
        print(visible(line))


def _record(run: KeptRun) -> RunRecord:
    if run.record is None:
        raise UsageError("no_such_run", found=run.run_id)
    return run.record


def _as_json(
    one: KeptRun, other: KeptRun, changes: Changes, found: Differences, why: Sequence[tuple[str, ...]]
) -> dict[str, Any]:
    content = changes.as_json()
    content["verdicts"] = [
        {**asdict(change), "causes": list(of_change)} for change, of_change in zip(changes.verdicts, why, strict=True)
    ]
    return {
        "before": {"number": one.number, "run_id": one.run_id, "started_at": _record(one).started_at},
        "after": {"number": other.number, "run_id": other.run_id, "started_at": _record(other).started_at},
        "inputs": {
            "classes": None if found.classes is None else list(found.classes),
            "tables": None if found.tables is None else sorted(found.tables),
            "standards": list(found.standards),
            "files": list(found.files),
        },
        "counts": count_by_kind(changes.verdicts),
        **content,
    }


def _head(one: KeptRun, other: KeptRun, found: Differences, messages: Messages) -> list[str]:
    lines = []
    for word, run in (("before", one), ("after", other)):
        time = _record(run).started_at[:16].replace("T", " ")
        lines.append(messages.text("diff", word, number=run.number, run=run.run_id, time=time))
    if found.classes is None:
        return [*lines, messages.text("diff", "inputs_unknown")]
    if not found.classes:
        return [*lines, messages.text("diff", "inputs_same")]
    kinds = _joined([messages.text("causes", cause) for cause in found.classes])
    lines.append(messages.text("diff", "inputs", kinds=kinds))
    if len(found.classes) > 1:
        lines.append(messages.text("diff", "several"))
    if found.files:
        lines.append(messages.text("diff", "files", files=_short(found.files)))
    if found.standards:
        lines.append(messages.text("diff", "standards", standards=_short(found.standards)))
    return lines


def _verdicts(changes: Changes, why: Sequence[tuple[str, ...]], messages: Messages) -> list[str]:
    counts = count_by_kind(changes.verdicts)
    if not counts:
        lines = [messages.text("diff", "no_verdicts", figures=changes.figures)]
    else:
        words = _joined([f"{messages.text('diff_kinds', kind)} {count}" for kind, count in counts.items()])
        lines = [messages.text("diff", "verdicts", counts=words, figures=changes.figures)]
    for change, of_change in list(zip(changes.verdicts, why, strict=True))[:SHOWN]:
        lines.append(f"  {_verdict(change, of_change, messages)}")
    if len(changes.verdicts) > SHOWN:
        lines.append(messages.text("diff", "more", count=len(changes.verdicts) - SHOWN))
    for word, years in (("years_gone", changes.years_gone), ("years_new", changes.years_new)):
        if years:
            lines.append(messages.text("diff", word, years=", ".join(map(str, years))))
    return lines


def _verdict(change: VerdictChange, of_change: tuple[str, ...], messages: Messages) -> str:
    place = [str(change.school_year), change.county_code]
    place += [
        part for part in (change.school_code, change.name, change.stage and _stage(change.stage, messages)) if part
    ]
    what = messages.text("diff_kinds", change.kind) + (f" {change.id}" if change.id else "")
    before, after = _judged(change.before, change.kind, messages), _judged(change.after, change.kind, messages)
    return f"{' '.join(place)} {what}: {before} → {after} [{cause_words(of_change, messages)}]"


def _judged(judged: Judged | None, kind: str, messages: Messages) -> str:
    word = verdict_word(kind, judged.verdict if judged else None, messages)
    return word if judged is None or judged.value is None or kind == "unit" else f"{word} ({_plain(judged.value)})"


def _rest(changes: Changes, messages: Messages) -> list[str]:
    lines = []
    if changes.rules:
        lines.append(messages.text("diff", "rules", count=len(changes.rules)))
        lines += [f"  {_rule(rule, messages)}" for rule in changes.rules[:SHOWN]]
        if len(changes.rules) > SHOWN:
            lines.append(messages.text("diff", "more", count=len(changes.rules) - SHOWN))
    if changes.rows:
        lines.append(messages.text("diff", "rows"))
        lines += [f"  {row.table}: {_number(row.before)} → {_number(row.after)}" for row in changes.rows]
    return lines


def _rule(rule: RuleChange, messages: Messages) -> str:
    states = [
        f"{known_word('statuses', status, messages) if status else messages.text('diff', 'nothing')} {_number(failed)}"
        for status, failed in (
            (rule.status_before, rule.failed_before),
            (rule.status_after, rule.failed_after),
        )
    ]
    return f"{rule.rule_id}: {states[0]} → {states[1]}"


def _stage(stage: str, messages: Messages) -> str:
    return known_word("stages", stage, messages)


def _plain(value: str) -> str:
    return value.rstrip("0").rstrip(".") if "." in value and "e" not in value else value


def _number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _joined(words: Sequence[str]) -> str:
    return " · ".join(words)


def _short(names: Sequence[str]) -> str:
    return ", ".join([*names[:8], *(["…"] if len(names) > 8 else [])])
