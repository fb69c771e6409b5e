"""How one try to tell somebody ended, in a few words that hold no address and no secret."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


class NotDeliveredError(Exception):
    """A try that failed. `reason` is a key of the catalogue's `notify_reasons`; `code` what the other side said.

    The exception that caused it is never shown: its words may hold the address, which is a secret.
    """

    def __init__(self, reason: str, code: int | None = None, *, again: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.again = again


@dataclass(frozen=True)
class Delivery:
    """What became of a message on one channel. `reason` is None when it was delivered."""

    channel: str
    kind: str
    event: str
    attempts: int
    seconds: float
    reason: str | None = None
    code: int | None = None

    @property
    def sent(self) -> bool:
        """Whether the other side has taken the message."""
        return self.reason is None

    def as_json(self) -> dict[str, object]:
        """The delivery as a JSON object."""
        return {
            "channel": self.channel,
            "kind": self.kind,
            "event": self.event,
            "sent": self.sent,
            "reason": self.reason,
            "code": self.code,
            "attempts": self.attempts,
            "seconds": round(self.seconds, 3),
        }


def of_network(error: OSError) -> NotDeliveredError:
    """The failure that an error of the network is; one of the certificate is not tried again."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotDeliveredError("certificate")
    if isinstance(error, TimeoutError):
        return NotDeliveredError("timeout", again=True)
    if isinstance(error, ssl.SSLError):
        return NotDeliveredError("tls", again=True)
    return NotDeliveredError("unreachable", again=True)
