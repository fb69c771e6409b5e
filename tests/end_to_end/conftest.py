"""One published sample, shared by all tests that only read it or must not change it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command_line import SAMPLE, Outcome, junheng


@dataclass(frozen=True)
class Published:
    """What `junheng build --raw seeds/raw --json` gave."""

    out: Path
    outcome: Outcome

    @property
    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.outcome.stdout)
        return content


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample county, landed from its folder and published into a path with Chinese characters and spaces."""
    out = tmp_path_factory.mktemp("发布 目录 [1]") / "输出"
    outcome = junheng("build", "--raw", SAMPLE, "--out", out, "--json")
    assert outcome.code == 0, outcome.stderr
    return Published(out, outcome)
