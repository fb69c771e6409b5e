"""Where OpenLineage events go: into a file, one a line, or to a service. A failure changes nothing of the build."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from junheng.errors import UsageError
from junheng.notify.config import LOOPBACK, SECONDS
from junheng.notify.delivery import Delivery, NotDeliveredError
from junheng.notify.http_post import Request, post
from junheng.notify.secret import Secret
from junheng.notify.send import PAUSES, Errand, send_all
from junheng.watch.lineage_events import LineageRun, as_json, require_openlineage

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

    from junheng.watch.outcome import Outcome

KEY = "JUNHENG_LINEAGE_KEY"
ENDPOINT = "api/v1/lineage"


class Lineage:
    """The events of one build on their way to one place."""

    def __init__(self, target: str, out: Path, raw: Path, pauses: Sequence[float] = PAUSES) -> None:
        """`target` is a file, or the address of a service with http or https.

        The key of the service is taken from the environment. Raises UsageError.
        """
        require_openlineage()
        self.run = LineageRun(out.absolute(), raw.absolute())
        self.pauses = pauses
        self.url = target if target.startswith(("http://", "https://")) else None
        self.file = Path(target)
        key = os.environ.pop(KEY, "").strip()
        self.key = Secret(key) if key else None
        if self.url:
            self.url = _address(self.url, has_key=self.key is not None)

    def started(self) -> list[Delivery]:
        """Tell that the build has begun."""
        return self._tell("START", self.run.started())

    def ended(self, outcome: Outcome) -> list[Delivery]:
        """Tell how it has ended."""
        return self._tell("END", self.run.ended(outcome))

    def _tell(self, topic: str, events: list[RunEvent]) -> list[Delivery]:
        """All events in their order; after a failure the next try goes on with the one that failed."""
        left = list(events)

        def way(seconds: float) -> None:
            while left:
                self._send(left[0], seconds)
                left.pop(0)

        return send_all([Errand("openlineage", "lineage", topic, way)], SECONDS, self.pauses)

    def _send(self, event: RunEvent, seconds: float) -> None:
        line = as_json(event)
        if self.url is None:
            try:
                with self.file.open("a", encoding="utf-8", newline="\n") as file:
                    file.write(line + "\n")
            except OSError:
                raise NotDeliveredError("file") from None
            return
        headers = {"Authorization": f"Bearer {self.key.reveal()}"} if self.key else {}
        post(Request(self.url, line.encode(), headers), seconds, None)


def _address(url: str, *, has_key: bool) -> str:
    """The address that events are posted to. Raises UsageError for one that gives a secret away."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise UsageError("lineage_address", expected="https://…") from error
    if not host or parts.username or parts.password:
        raise UsageError("lineage_address", expected=f"https://… ({KEY})")
    if has_key and parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError("lineage_address", expected="https://…")
    return f"{url.rstrip('/')}/{ENDPOINT}" if parts.path in ("", "/") else url
