"""The output folder: one switch publishes a whole build, the last ones are kept, and one of them can be taken again.

    builds/000007-<build id>/   warehouse.duckdb, marts/, quality/, report/, and run/ for the history
    current -> builds/000007-…  the one switch
    warehouse.duckdb -> current/warehouse.duckdb, and so on: they never change

The number before the build id orders the builds, whatever the clock says. Where the system allows no links (Windows
without the right to make them) the parts are copied to their places one after the other: then there are four switches.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from junheng.durable import sync, sync_tree
from junheng.errors import MachineError, UsageError

PARTS = ("warehouse.duckdb", "marts", "quality", "report")
BUILD = re.compile(r"(\d{6,})-(.+)")
ASIDE = "aside-"
# A system that allows no links says something else: these mean that nothing can be written now.
DISK_REFUSES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


@dataclass(frozen=True)
class PublishedBuild:
    """A build that is kept."""

    number: int
    build_id: str
    folder: Path


class Output:
    """One output folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.builds = root / "builds"
        self.current = root / "current"

    def kept(self) -> list[PublishedBuild]:
        """The builds that are kept, oldest first."""
        found = []
        for folder in self.builds.iterdir() if self.builds.is_dir() else ():
            name = BUILD.fullmatch(folder.name)
            if name and (folder / "warehouse.duckdb").is_file():
                found.append(PublishedBuild(int(name[1]), name[2], folder))
        return sorted(found, key=lambda build: build.number)

    def published(self) -> PublishedBuild | None:
        """The build that readers see."""
        if not self.current.is_symlink():
            return None
        target = self.current.resolve()
        return next((build for build in self.kept() if build.folder.resolve() == target), None)

    def publish(
        self, staged: Path, build_id: str, keep: int, on_operation: Callable[[str], None] = lambda _name: None
    ) -> Path:
        """Make a finished build the published one; gives its folder.

        `staged` lies on the same file system and holds PARTS, and perhaps what the history needs of the build. Before
        the switch nothing that readers see has changed; after it they see all of the new build. `on_operation` is
        called before each step that changes the disk. Raises MachineError when the disk refuses.
        """
        try:
            self.clean()
            on_operation("sync the staged build")
            sync_tree(staged)
            on_operation("make the folder of builds")
            self.builds.mkdir(exist_ok=True)
            self._take_over_plain_files(on_operation)
            number = max((build.number for build in self.kept()), default=0) + 1
            folder = self.builds / f"{number:06d}-{build_id}"
            on_operation("move the staged build")
            staged.replace(folder)
            sync(self.builds)
            self._make_links(on_operation)
            self._switch(folder, on_operation)
            self._forget(keep, folder, on_operation)
        except OSError as error:
            raise MachineError("publish_failed", file=self.root, found=error.strerror) from error
        return folder

    def roll_back(self, build_id: str | None = None) -> PublishedBuild:
        """Publish a kept build again: the one before the published one, or the one that is named.

        Raises UsageError when there is none.
        """
        builds, now = self.kept(), self.published()
        if build_id is None:
            found = [build for build in builds if now is None or build.number < now.number][-1:]
        else:
            found = [build for build in builds if build.build_id == build_id]
        if not found:
            kept = ", ".join(build.build_id for build in builds)
            raise UsageError("no_such_build", file=self.builds, found=build_id, expected=kept or None)
        try:
            self._switch(found[0].folder, lambda _name: None)
        except OSError as error:
            raise MachineError("publish_failed", file=self.root, found=error.strerror) from error
        return found[0]

    def clean(self) -> None:
        """Remove what a publisher that was killed has left: needs the lock of the output folder. Raises OSError.

        A build that was moved but not switched to is complete and stays among those that are kept.
        """
        for link in self.root.glob(".link-*"):
            shutil.rmtree(link) if link.is_dir() and not link.is_symlink() else link.unlink(missing_ok=True)
        now = self.current.resolve()
        for folder in self.builds.iterdir() if self.builds.is_dir() else ():
            is_rest = BUILD.fullmatch(folder.name) and not (folder / "warehouse.duckdb").is_file()
            if folder.resolve() != now and (is_rest or folder.name.startswith(ASIDE)):
                shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)

    def _switch(self, folder: Path, on_operation: Callable[[str], None]) -> None:
        on_operation("make the new link")
        try:
            fresh = self._link(".link-current", Path("builds") / folder.name)
        except OSError as error:
            _require_disk(error)
            self._copy_parts(folder)
            return
        on_operation("switch")
        fresh.replace(self.current)
        sync(self.root)

    def _links_possible(self) -> bool:
        try:
            self._link(".link-trial", Path("builds")).unlink()
        except OSError as error:
            _require_disk(error)
            return False
        return True

    def _copy_parts(self, folder: Path) -> None:
        """Without links: every part takes its place by itself."""
        for part in PARTS:
            source, place, fresh = folder / part, self.root / part, self.root / f".fresh-{part}"
            former = self.root / f".former-{part}"
            for path in (fresh, former):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            if source.is_dir():
                shutil.copytree(source, fresh)
            elif source.exists():
                shutil.copy2(source, fresh)
            if place.is_dir():
                place.replace(former)
            if fresh.exists():
                fresh.replace(place)
            shutil.rmtree(former, ignore_errors=True)

    def _make_links(self, on_operation: Callable[[str], None]) -> None:
        for part in PARTS:
            link, target = self.root / part, Path("current") / part
            if link.is_symlink() and link.readlink() == target:
                continue
            on_operation(f"link {part}")
            try:
                fresh = self._link(f".link-{part}", target)
            except OSError as error:
                _require_disk(error)
                return
            fresh.replace(link)

    def _link(self, name: str, target: Path) -> Path:
        link = self.root / name
        link.unlink(missing_ok=True)
        link.symlink_to(target, target_is_directory=target.suffix == "")
        return link

    def _take_over_plain_files(self, on_operation: Callable[[str], None]) -> None:
        """Files that an earlier version has published become a build like any other."""
        plain = [self.root / part for part in PARTS if not (self.root / part).is_symlink()]
        plain = [path for path in plain if path.exists()]
        if plain and not self._links_possible():
            return
        if not plain or self.current.is_symlink():
            for path in plain:
                on_operation(f"set {path.name} aside")
                path.replace(self.builds / f"{ASIDE}{os.getpid()}-{path.name}")
            return
        folder = self.builds / "000000-former"
        on_operation("take over plain files")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in plain:
            path.replace(folder / path.name)
        self._make_links(on_operation)
        self._switch(folder, on_operation)

    def _forget(self, keep: int, folder: Path, on_operation: Callable[[str], None]) -> None:
        """Remove all but the last builds. A file that somebody holds open on Windows stays until the next time."""
        builds = [build for build in self.kept() if build.folder != folder]
        for build in builds[: max(0, len(builds) - max(0, keep - 1))]:
            on_operation(f"remove {build.build_id}")
            # The warehouse goes first: without it a folder is no build.
            (build.folder / "warehouse.duckdb").unlink(missing_ok=True)
            shutil.rmtree(build.folder, ignore_errors=True)


def _require_disk(error: OSError) -> None:
    """Raise an error again that does not mean that there are no links here."""
    if error.errno in DISK_REFUSES:
        raise error
