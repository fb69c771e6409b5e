"""One Spark for all tests of a process: it takes longer to start than most of them to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.spark_session import spark_session


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark of this machine that listens on the loopback address only."""
    with spark_session() as session:
        yield session
