"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

OK: Final = "ok"
NOTE: Final = "note"
BAD: Final = "bad"
Status = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Check:
    """What was found. `what` names the thing in the catalogue's `doctor`, `action` what to do in `doctor_actions`.

    A `note` is nothing that stops a build of the usual kind; `bad` does.
    """

    what: str
    status: Status
    found: str
    action: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The check as a JSON object, without words."""
        return {"what": self.what, "status": self.status, "found": self.found, "action": self.action}
