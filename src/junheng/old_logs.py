"""What builds leave behind besides their output: dbt's logs and the findings of refused ones. It must not pile up."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from junheng.published import Output

LOGS, REJECTED = "logs", "rejected"
# Of builds that were not published, as many logs and as many folders of findings are kept.
KEPT_UNPUBLISHED = 30
BUILD_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


def forget_old(out: Path, keep: int = KEPT_UNPUBLISHED) -> list[Path]:
    """Remove the oldest logs and findings; gives what was removed.

    Kept are the logs of the builds that are kept, and the last `keep` of others, by the time in their ids. Nothing
    that does not bear a build's id is touched. What cannot be removed stays until the next time.
    """
    published = {build.build_id for build in Output(out).kept()}
    removed = []
    for place in (LOGS, REJECTED):
        folder = out / place
        others = sorted(
            path
            for path in (folder.iterdir() if folder.is_dir() else ())
            if BUILD_ID.fullmatch(path.name) and path.name not in published and not path.is_symlink() and path.is_dir()
        )
        for path in others[: max(0, len(others) - keep)]:
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path)
    return removed
