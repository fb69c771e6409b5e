"""What somebody is told: counts, rules and verdicts in the reader's language; never a value of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from junheng.errors import JunhengError
from junheng.messages import Messages

SHOWN = 5
# What these errors found is a fact of the machine; what others found may be a cell of somebody's table.
FOUND_IS_SHOWN = frozenset({"locked", "disk_too_full", "out_not_writable", "publish_failed"})


@dataclass(frozen=True)
class RuleCount:
    """How many rows break a rule."""

    rule_id: str
    title: str
    rows: int


@dataclass(frozen=True)
class Notice:
    """How a build went, as far as others are told.

    `cause` stands for an error that is none of ours; `changes` are sentences about verdicts that differ.
    """

    status: str
    exit_code: int
    out: Path
    build_id: str | None = None
    error: JunhengError | None = None
    cause: str | None = None
    critical: Sequence[RuleCount] = ()
    new_rules: frozenset[str] = frozenset()
    counties: Sequence[tuple[str, str]] = ()
    changes: Sequence[str] = field(default=())

    @property
    def events(self) -> tuple[str, ...]:
        """What has happened, the gravest first."""
        found = {
            "failed": self.status == "failed",
            "refused": self.status == "refused",
            "verdict_changed": bool(self.changes),
            "new_critical": bool(self.new_rules),
            "published": self.status == "published",
        }
        return tuple(name for name, happened in found.items() if happened)


@dataclass(frozen=True)
class Message:
    """A notice in words. `facts` is the same for machines."""

    title: str
    text: str
    facts: dict[str, object]


def in_words(notice: Notice, event: str, messages: Messages, host: str) -> Message:
    """The message about one event of a notice, in the language of `messages`."""

    def say(key: str, **params: object) -> str:
        return messages.text("notify", key, **params)

    lines = [say("host", host=host, out=notice.out)]
    if notice.build_id:
        lines.append(say("build", build=notice.build_id))
    if notice.error:
        lines += error_in_words(notice.error, messages).splitlines()
    if notice.cause:
        lines.append(notice.cause)
    if notice.changes:
        lines += [say("changes"), *_listed(notice.changes, say("more", count=len(notice.changes) - SHOWN))]
    if notice.critical:
        lines.append(say("critical", rules=len(notice.critical), rows=sum(one.rows for one in notice.critical)))
        new = say("new")
        told = [
            f"{one.title}{new if one.rule_id in notice.new_rules else ''} ({one.rule_id}): {one.rows:,}"
            for one in sorted(notice.critical, key=lambda one: (one.rule_id not in notice.new_rules, one.rule_id))
        ]
        lines += _listed(told, say("more", count=len(told) - SHOWN))
    for county, verdict in notice.counties:
        lines.append(say("county", county=county, verdict=messages.text("verdicts", verdict)))
    lines.append(say("unchanged" if notice.status != "published" else "is_published"))
    title = say(event)
    return Message(title, "\n".join(lines), facts(notice, event, title))


def trial(messages: Messages, host: str) -> Message:
    """The message of `junheng notify --test`."""
    title = messages.text("notify", "test")
    facts: dict[str, object] = {"source": "junheng", "version": 1, "event": "test", "title": title}
    return Message(title, messages.text("notify", "test_text", host=host), facts)


def facts(notice: Notice, event: str, title: str) -> dict[str, object]:
    """A notice for machines."""
    return {
        "source": "junheng",
        "version": 1,
        "event": event,
        "title": title,
        "status": notice.status,
        "exit_code": notice.exit_code,
        "build_id": notice.build_id,
        "error": notice.error.message_id if notice.error else None,
        "critical": [{"rule_id": one.rule_id, "rows": one.rows} for one in notice.critical],
        "new_rules": sorted(notice.new_rules),
        "counties": [{"county": county, "verdict": verdict} for county, verdict in notice.counties],
        "changes": list(notice.changes),
    }


def error_in_words(error: JunhengError, messages: Messages) -> str:
    """The error in words; what was found and expected only where it is a fact of the machine."""
    told = JunhengError(error.message_id, file=error.file, row=error.row, column=error.column)
    told.params = error.params
    if error.message_id in FOUND_IS_SHOWN:
        told.found, told.expected = error.found, error.expected
    return messages.error(told)


def _listed(told: Sequence[str], more: str) -> list[str]:
    lines = [f"- {one}" for one in told[:SHOWN]]
    return [*lines, f"- {more}"] if len(told) > SHOWN else lines
