"""A county's own standards, merged into a copy of the project; and the parameters of suites, read from the seeds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from junheng.project import Project


def project_with_standards(project: Project, folder: Path | None, work: Path) -> Project:
    """The project itself, or a copy in the work directory to which a county's rows are added."""
    if folder is None:
        return project
    raise NotImplementedError


def suite_parameters(project: Project) -> dict[str, Decimal | int | str]:
    """Values of the suites' parameters, read from the seeds of standards."""
    return {}
