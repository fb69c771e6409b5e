"""How much memory a build takes: what it is told, or a share of what the machine and the container have left."""

from __future__ import annotations

from pathlib import Path

import pytest

from junheng import memory
from junheng.errors import UsageError

GB = 10**9


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with 10 GB free and one control group without a limit inside another one."""
    group = tmp_path / "groups" / "outer" / "inner"
    group.mkdir(parents=True)
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable:   {10 * GB // 1024 + 1} kB\n")
    (tmp_path / "proc" / "self" / "cgroup").write_text("5:cpu:/x\n0::/outer/inner\n")
    (group / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "groups")
    return tmp_path


def test_a_share_of_what_is_free(machine: Path) -> None:
    assert memory.memory_limit(None) == "6000MB"


def test_a_container_counts_with_what_it_uses_already(machine: Path) -> None:
    outer = machine / "groups" / "outer"
    (outer / "memory.max").write_text(f"{3 * GB}\n")
    (outer / "memory.current").write_text(f"{GB}\n")
    assert memory.memory_limit(None) == "1200MB"
    (outer / "memory.current").write_text(f"{4 * GB}\n")
    assert memory.memory_limit(None) == "256MB"


def test_groups_of_the_older_kind(machine: Path) -> None:
    (machine / "proc" / "self" / "cgroup").write_text("9:memory:/docker/abc\n")
    group = machine / "groups" / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(2 * GB))
    (group / "memory.usage_in_bytes").write_text(str(GB))
    assert memory.memory_limit(None) == "600MB"


def test_a_system_that_tells_nothing_leaves_it_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PROC", tmp_path)
    assert memory.memory_limit(None) is None


@pytest.mark.parametrize("asked", ["4GB", "800 MB", "1.5GiB"])
def test_what_is_asked_for_counts(asked: str) -> None:
    assert memory.memory_limit(asked) == asked


@pytest.mark.parametrize("asked", ["", "4", "80%", "-1GB", "4GB; drop table x", "lots"])
def test_what_is_no_size_is_refused(asked: str) -> None:
    with pytest.raises(UsageError) as raised:
        memory.memory_limit(asked)
    assert raised.value.message_id == "memory_wrong"
