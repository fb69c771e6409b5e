"""Who watches a build, as the command line asks for it; wrong settings end the command before the build begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from junheng.build_options import BuildOptions
from junheng.notify.config import read_config
from junheng.notify.other import require_apprise
from junheng.project import packaged_project
from junheng.watch.json_log import JsonLog
from junheng.watch.lineage import Lineage
from junheng.watch.watched_build import Watch


def watch(
    options: BuildOptions, say: Callable[[str], None], notify: Path | None, log: Path | None, lineage: str | None
) -> Watch:
    """The watchers of a build. Raises UsageError for wrong settings, MachineError for a log that cannot be written."""
    config = read_config(notify) if notify else None
    for channel in config.channels if config else ():
        if channel.kind == "apprise":
            require_apprise(channel)
    told = Lineage(lineage, options.out, options.raw or packaged_project().sample) if lineage else None
    return Watch(say, JsonLog(log) if log else None, told, config)
