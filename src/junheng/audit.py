"""`junheng audit`: what recomputing the published documents' figures found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Audit:
    """The checked claims of the published documents."""

    checks: list[dict[str, Any]]

    @property
    def contradictions(self) -> int:
        """How many claims a document contradicts itself."""
        return sum(check["status"] == "contradicts" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The audit as one JSON object."""
        return {"contradictions": self.contradictions, "checks": self.checks}


def audit_documents(out: Path) -> Audit:
    """Read `marts.fct_claim_check` of the published warehouse; without one, build that part alone."""
    raise NotImplementedError
