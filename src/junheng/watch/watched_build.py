"""A build that others watch: it is logged, its lineage is told, and who asked for it is notified.

Whatever becomes of that, the build ends as it would have ended, with the same exit code: what could not be told is
said on standard error, written to `logs/deliveries.jsonl`, and stands in the answer for programs.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from junheng.build import build
from junheng.build_options import BuildOptions
from junheng.messages import Messages
from junheng.notify.config import NotifyConfig
from junheng.notify.delivery import Delivery
from junheng.notify.send import PAUSES, send_all
from junheng.progress import Progress, Step
from junheng.summary import Summary
from junheng.watch.json_log import JsonLog
from junheng.watch.lineage import Lineage
from junheng.watch.notices import Before, before, errands
from junheng.watch.outcome import Outcome, bare, of_error, of_published

DELIVERIES = "deliveries.jsonl"
KEPT_LINES = 1000


@dataclass
class Watch:
    """Who watches. `deliveries` is what became of everything that was told."""

    say: Callable[[str], None]
    log: JsonLog | None = None
    lineage: Lineage | None = None
    notify: NotifyConfig | None = None
    pauses: Sequence[float] = PAUSES
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def is_needed(self) -> bool:
        """Whether anybody watches."""
        return bool(self.log or self.lineage or self.notify)


def watched_build(options: BuildOptions, messages: Messages, progress: Progress, watch: Watch) -> Summary:
    """`build`, watched. Raises what it raises."""
    if not watch.is_needed:
        return build(options, messages, progress)
    teller = _Teller(watch, messages, options.out)
    known = before(options.out) if watch.notify else Before()
    begun = time.monotonic()
    if watch.log:
        _log_steps(watch.log, progress)
        watch.log.started(options.out, quarantine=options.quarantine, fail_on=options.fail_on)
    if watch.lineage:
        teller.tell("lineage", watch.lineage.started)
    try:
        summary = build(options, messages, progress)
    except BaseException as error:
        failure, seconds = error, time.monotonic() - begun
        fallback = bare(failure, progress.build_id, seconds)
        teller.ended(lambda: of_error(failure, progress.build_id, seconds), fallback, known)
        raise
    seconds = time.monotonic() - begun
    fallback = Outcome(summary.status, 0, seconds, progress.build_id)
    teller.ended(lambda: of_published(options.out, seconds, summary.status), fallback, known)
    return summary


def _log_steps(log: JsonLog, progress: Progress) -> None:
    def listen(step: Step, state: str) -> None:
        log.build_id = progress.build_id
        log.step(step, state)

    progress.listeners.append(listen)


@dataclass(frozen=True)
class _Teller:
    """Tells the watchers of one build. Nothing that goes wrong here, and be it a defect of ours, gets out."""

    watch: Watch
    messages: Messages
    out: Path

    def ended(self, read: Callable[[], Outcome], fallback: Outcome, known: Before) -> None:
        """Tell everybody how it ended: the log first, which no network can hold up."""
        try:
            outcome = read()
        except Exception:  # noqa: BLE001 — what was found cannot be read: that it ended is told all the same
            outcome = fallback
        log, lineage, config = self.watch.log, self.watch.lineage, self.watch.notify
        if log:
            log.finished(outcome, self.messages)
        if lineage:
            self.tell("lineage", lambda: lineage.ended(outcome))
        if config:
            self.tell("notify", lambda: self._notified(outcome, known, config))
        if log:
            log.close()

    def tell(self, what: str, way: Callable[[], list[Delivery]]) -> None:
        """Tell in one way, and say what was not delivered."""
        try:
            deliveries = way()
        except Exception:  # noqa: BLE001 — a defect in telling must not end the build that is told about
            deliveries = [Delivery(what, what, "END", 1, 0.0, "defect")]
        self._told(deliveries)

    def _notified(self, outcome: Outcome, known: Before, config: NotifyConfig) -> list[Delivery]:
        return send_all(errands(outcome, known, self.out, config, self.messages), config.seconds, self.watch.pauses)

    def _told(self, deliveries: Sequence[Delivery]) -> None:
        self.watch.deliveries.extend(deliveries)
        for one in deliveries:
            if not one.sent:
                self.watch.say(in_words(one, self.messages))
        if self.watch.log:
            self.watch.log.delivered(deliveries)
        _keep(self.out, deliveries)


def in_words(delivery: Delivery, messages: Messages) -> str:
    """A delivery as a sentence, without address and secret."""
    if delivery.reason is None:
        return messages.text("notify", "sent", channel=delivery.channel)
    code = f" ({delivery.code})" if delivery.code is not None else ""
    reason = messages.text("notify_reasons", delivery.reason) + code
    return messages.text("notify", "not_sent", channel=delivery.channel, reason=reason, attempts=delivery.attempts)


def _keep(out: Path, deliveries: Sequence[Delivery]) -> None:
    """Add lines to the file of deliveries; a disk that refuses them changes nothing.

    Builds that wait for each other tell at the same time: lines are added in one step, and only a file that has grown
    to twice the lines that are kept is replaced by its last ones.
    """
    file = out / "logs" / DELIVERIES
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [json.dumps({"time": now, **one.as_json()}, ensure_ascii=False) + "\n" for one in deliveries]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab", buffering=0) as end:
            end.write("".join(lines).encode())
        kept = file.read_bytes().splitlines(keepends=True)
        if len(kept) > 2 * KEPT_LINES:
            shorter = file.with_name(f".{DELIVERIES}.{os.getpid()}")
            shorter.write_bytes(b"".join(kept[-KEPT_LINES:]))
            shorter.replace(file)
    except OSError:
        return
