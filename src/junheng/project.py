"""Where the dbt project and the suites are: the repository in a checkout, the wheel's copy elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from junheng.errors import MachineError

PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "expectations", "tests/dbt")


@dataclass(frozen=True)
class Project:
    """A dbt project with the suites and seeds beside it."""

    root: Path

    @property
    def sample(self) -> Path:
        """The raw tables of the sample county."""
        return self.root / "seeds" / "raw"

    @property
    def standards(self) -> Path:
        """The standards as data."""
        return self.root / "seeds" / "standards"

    @property
    def suites(self) -> Path:
        """The expectation suites."""
        return self.root / "expectations"


def packaged_project() -> Project:
    """Find the project that belongs to this installation; it is only ever read."""
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    is_checkout = (checkout / "pyproject.toml").is_file() and (checkout / "dbt_project.yml").is_file()
    root = checkout if is_checkout else package / "project"
    if not (root / "dbt_project.yml").is_file():
        raise MachineError("project_missing", file=root)
    return Project(root)
