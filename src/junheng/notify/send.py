"""Hand messages in: all at once, a bounded number of tries, a bounded time in all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from junheng.notify.config import WEBHOOKS, Channel
from junheng.notify.delivery import Delivery, NotDeliveredError
from junheng.notify.mail import send_mail
from junheng.notify.notice import Message
from junheng.notify.other import send_other
from junheng.notify.webhooks import send_webhook

# Seconds between the tries; there is one try more than there are pauses.
PAUSES = (1.0, 3.0)


@dataclass(frozen=True)
class Errand:
    """One thing to hand in. `way` is one try within so many seconds; it raises NotDeliveredError."""

    channel: str
    kind: str
    event: str
    way: Callable[[float], None]


def errand(channel: Channel, event: str, message: Message) -> Errand:
    """A message for a channel."""

    def way(seconds: float) -> None:
        if channel.kind in WEBHOOKS:
            send_webhook(channel, message, seconds, time.time())
        elif channel.kind == "email":
            send_mail(channel, message, seconds, time.time())
        else:
            send_other(channel, message)

    return Errand(channel.name, channel.kind, event, way)


def send_all(errands: Sequence[Errand], seconds: float, pauses: Sequence[float] = PAUSES) -> list[Delivery]:
    """Hand everything in and say what became of it, in the order given; never raises.

    Each errand has a thread of its own that dies with the program: a name server or a service that keeps us waiting
    longer than all tries may take counts as timed out, and the command goes on.
    """
    found: dict[int, Delivery] = {}
    allowed = seconds * (len(pauses) + 1) + sum(pauses)
    started = time.monotonic()
    over = threading.Event()
    threads = []
    for number, one in enumerate(errands):

        def run(number: int = number, one: Errand = one) -> None:
            found[number] = _try(one, seconds, pauses, over)

        thread = threading.Thread(target=run, name=f"notify-{number}", daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(max(0.0, started + allowed - time.monotonic()))
    over.set()
    late = [Delivery(one.channel, one.kind, one.event, len(pauses) + 1, allowed, "timeout") for one in errands]
    return [found.get(number, late[number]) for number in range(len(errands))]


def _try(one: Errand, seconds: float, pauses: Sequence[float], over: threading.Event) -> Delivery:
    started = time.monotonic()
    attempt = 0

    def ended(failure: NotDeliveredError | None) -> Delivery:
        reason, code = (failure.reason, failure.code) if failure else (None, None)
        return Delivery(one.channel, one.kind, one.event, attempt, time.monotonic() - started, reason, code)

    while True:
        attempt += 1
        try:
            one.way(seconds)
            return ended(None)
        except NotDeliveredError as failure:
            if not failure.again or attempt > len(pauses) or over.wait(pauses[attempt - 1]):
                return ended(failure)
        except Exception:  # noqa: BLE001 — a defect here must not end the build that is told about
            return ended(NotDeliveredError("defect"))
