"""Which files were handed in: a file, a folder with whatever is in it, archives. What must not be opened is refused."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from junheng.errors import UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing import file_kind
from junheng.landing.archive import ArchiveRefusedError, Budget, Member, members, open_archive, unmarked_name, unpack
from junheng.landing.file_kind import NO_TABLE_SUFFIXES, OTHER_TABLE_SUFFIXES, SUFFIXES, TABLE_SUFFIXES, kind_of
from junheng.landing.limits import DEFAULT_LIMITS, Limits
from junheng.landing.model import HandedFile
from junheng.landing.table_names import is_named_as_table

# What file managers and office programs leave behind.
LEFTOVERS = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
# dbt's descriptions stand beside the tables of the sample county.
DESCRIPTIONS = frozenset({".yml", ".yaml", ".md"})
GLOB = frozenset("*?[")


@dataclass(frozen=True)
class Unread:
    """A file that is not read, and the rule of the finding that says why."""

    file: HandedFile
    rule_id: str
    severity: str


@dataclass(frozen=True)
class Handed:
    """The files to read, and those that are not read; both by name."""

    files: tuple[HandedFile, ...]
    unread: tuple[Unread, ...]


def hand_in(path: Path, scratch: Path, findings: Findings, limits: Limits = DEFAULT_LIMITS) -> Handed:
    """Find the files in a file, a folder or an archive. Members of archives are unpacked into the folder `scratch`.

    That folder is made; later steps of landing write copies into it. Everything that is refused is a finding: critical
    where data may be in it. Raises UsageError for a path that does not exist.
    """
    if not path.exists():
        raise UsageError("raw_folder_missing", file=path)
    scratch.mkdir(parents=True, exist_ok=True)
    intake = _Intake(scratch, findings, limits)
    if path.is_dir():
        intake.add_folder(path)
    else:
        intake.add_file(path, path.name)
    return intake.handed(path)


class _Intake:
    def __init__(self, scratch: Path, findings: Findings, limits: Limits) -> None:
        self.scratch = scratch
        self.findings = findings
        self.limits = limits
        self.budget = Budget(limits.archive_total_bytes, limits.files)
        self.files: list[HandedFile] = []
        self.unread: list[Unread] = []
        self.copies = 0
        self.seen: set[tuple[int, int]] = set()

    def handed(self, path: Path) -> Handed:
        if not self.files and not self.unread:
            self.findings.add(Finding("empty_folder", CRITICAL, file=path.name))
        by_name = sorted(self.files, key=lambda file: file.name)
        return Handed(tuple(by_name), tuple(sorted(self.unread, key=lambda unread: unread.file.name)))

    def add_folder(self, root: Path) -> None:
        """Take the files of a folder and the folders in it; links only where they lead to something new inside."""
        inside = root.resolve()
        links: list[tuple[Path, str]] = []
        for path, name in self._walk(root, "", 0, links):
            if not self._may_add():
                return
            self.add_file(path, name)
        # A link to a file that was found anyway is no second file.
        while links:
            path, name = links.pop(0)
            try:
                target = path.resolve(strict=True)
            except (OSError, RuntimeError):
                self._refuse("link_broken", CRITICAL, path, name)
                continue
            if not target.is_relative_to(inside):
                self._refuse("link_outside", CRITICAL, path, name)
            elif target.is_dir():
                for below, below_name in self._walk(target, f"{name}/", 0, links):
                    if not self._may_add():
                        return
                    self.add_file(below, below_name)
            elif self._is_new(target):
                self.add_file(target, name)

    def _may_add(self) -> bool:
        self.budget.files_left -= 1
        if self.budget.files_left == -1:
            self.findings.add(Finding("too_many_files", CRITICAL, expected=str(self.limits.files)))
        return self.budget.files_left >= 0

    def _is_new(self, path: Path) -> bool:
        status = path.stat()
        key = (status.st_dev, status.st_ino)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _walk(self, folder: Path, prefix: str, depth: int, links: list[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
        if not self._is_new(folder):
            return
        if depth > self.limits.folder_depth:
            self._refuse("folder_too_deep", CRITICAL, folder, prefix)
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._refuse("file_unreadable", CRITICAL, folder, prefix, error.strerror)
            return
        for entry in entries:
            name = prefix + shown_name(entry.name)
            if is_leftover(name):
                continue
            if entry.is_symlink():
                links.append((Path(entry.path), name))
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk(Path(entry.path), f"{name}/", depth + 1, links)
            elif entry.is_file(follow_symlinks=False):
                self._is_new(Path(entry.path))
                yield Path(entry.path), name
            else:
                self._refuse("special_file", WARNING, Path(entry.path), name)

    def add_file(self, path: Path, name: str, depth: int = 0) -> None:
        """Take one file by what its bytes are."""
        if PurePosixPath(name).suffix.lower() in DESCRIPTIONS:
            return
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                self._refuse("special_file", WARNING, path, name)
                return
            file = HandedFile(name, path, path.stat().st_size, _sha256(path))
            if file.size == 0:
                self._refuse_file("empty_file", CRITICAL, file)
                return
            file = replace(file, kind=kind_of(path, self.limits))
        except OSError as error:
            self._refuse("file_unreadable", CRITICAL, path, name, error.strerror)
            return
        if file.kind == file_kind.ZIP:
            self._add_archive(file, depth)
        elif not self._is_refused(file):
            suffix = PurePosixPath(name).suffix.lower()
            if suffix not in SUFFIXES[file.kind]:
                self.findings.add(Finding("wrong_suffix", WARNING, file=name, found=suffix, expected=file.kind))
            self.files.append(replace(file, path=self._readable_path(path)))

    def _is_refused(self, file: HandedFile) -> bool:
        """Say of a file that cannot be read why; whether it would have been a table is told by its name."""
        suffix = PurePosixPath(file.name).suffix.lower()
        is_table = suffix in TABLE_SUFFIXES
        is_other_table = suffix in OTHER_TABLE_SUFFIXES or file.kind == file_kind.OTHER_TABLE
        may_hold_data = is_other_table or (suffix not in NO_TABLE_SUFFIXES and is_named_as_table(file.name))
        if file.kind == file_kind.ENCRYPTED and (is_table or may_hold_data):
            self._refuse_file("workbook_encrypted", CRITICAL, file)
        elif file.kind == file_kind.OTHER_ARCHIVE:
            self._refuse_file("archive_kind_unknown", CRITICAL, file)
        elif file.kind == file_kind.DAMAGED:
            self._refuse_file("file_damaged", CRITICAL, file)
        elif file.kind in (file_kind.HTML, file_kind.XML) and is_table:
            self._refuse_file("markup_as_workbook", CRITICAL, file, file.kind)
        elif file.kind not in SUFFIXES and is_table and not is_other_table:
            self._refuse_file("not_a_table_file", CRITICAL, file)
        elif (file.kind not in SUFFIXES or not is_table) and may_hold_data:
            self._refuse_file("file_kind_not_read", CRITICAL, file)
        elif file.kind not in SUFFIXES or (file.kind == file_kind.TEXT and not is_table):
            self._refuse_file("file_not_read", WARNING, file)
        else:
            return False
        return True

    def _add_archive(self, file: HandedFile, depth: int) -> None:
        if depth >= self.limits.archive_depth:
            self._refuse_file("archive_too_deep", CRITICAL, file, expected=f"≤ {self.limits.archive_depth}")
            return
        try:
            archive = open_archive(file.path, self.limits)
        except ArchiveRefusedError as refused:
            self._refuse_file(refused.rule_id, CRITICAL, file, refused.found, refused.expected)
            return
        with archive:
            before = len(self.files) + len(self.unread)
            for member in members(archive):
                name = f"{file.name}/{member.name}"
                if is_leftover(member.name):
                    continue
                if not self._may_add():
                    break
                handed = HandedFile(name, file.path, member.info.file_size, "", file_kind.OTHER)
                if member.refusal:
                    self._refuse_file(member.refusal, CRITICAL, handed)
                    continue
                if not _may_hold_table(member):
                    self._pass_over_member(handed)
                    continue
                target = self._new_path(member.name)
                try:
                    unpack(archive, member, target, self.limits, self.budget)
                except ArchiveRefusedError as refused:
                    self._refuse_file(refused.rule_id, CRITICAL, handed, refused.found, refused.expected)
                    if refused.rule_id in ("archive_bomb", "archive_too_large"):
                        break
                    continue
                self.add_file(target, name, depth + 1)
        if len(self.files) + len(self.unread) == before:
            self._refuse_file("empty_archive", CRITICAL, file)

    def _pass_over_member(self, handed: HandedFile) -> None:
        """A member that its suffix says cannot be read is not unpacked."""
        suffix = PurePosixPath(handed.name).suffix.lower()
        if suffix in DESCRIPTIONS:
            return
        is_data = suffix in OTHER_TABLE_SUFFIXES or (
            suffix not in NO_TABLE_SUFFIXES and is_named_as_table(PurePosixPath(handed.name).name)
        )
        self._refuse_file(
            "file_kind_not_read" if is_data else "file_not_read", CRITICAL if is_data else WARNING, handed
        )

    def _new_path(self, name: str) -> Path:
        """A new path below the scratch folder; of the name only a known suffix is kept."""
        suffix = PurePosixPath(name).suffix.lower()
        while True:
            self.copies += 1
            path = self.scratch / f"handed_{self.copies:05}{suffix if suffix in TABLE_SUFFIXES else ''}"
            if not path.exists():
                return path

    def _readable_path(self, path: Path) -> Path:
        """The path, or that of a copy when its name means something to a database or is not Unicode."""
        text = str(path)
        if not GLOB & set(text) and text.isprintable():
            return path
        copy = self._new_path(path.name)
        try:
            os.link(path, copy)
        except OSError:  # another disk, or one without links
            shutil.copyfile(path, copy)
        return copy

    def _refuse(self, rule_id: str, severity: str, path: Path, name: str, found: str | None = None) -> None:
        self._refuse_file(rule_id, severity, HandedFile(name, path, 0, "", file_kind.OTHER), found)

    def _refuse_file(
        self, rule_id: str, severity: str, file: HandedFile, found: str | None = None, expected: str | None = None
    ) -> None:
        self.findings.add(Finding(rule_id, severity, file=file.name, found=found, expected=expected))
        self.unread.append(Unread(file, rule_id, severity))


def is_leftover(name: str) -> bool:
    """Is it a hidden file, a lock file of an office program, or what a file manager leaves behind?"""
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    return any(part.startswith((".", "~$")) or part.lower() in LEFTOVERS for part in parts)


def shown_name(name: str) -> str:
    """The name of a file as text: counties unpack archives whose names are GBK. Accented Latin is left alone."""
    return unmarked_name(os.fsencode(name), foreign_from="\u0250")


def _may_hold_table(member: Member) -> bool:
    """Is a member worth unpacking? Without a suffix it may be anything."""
    suffix = PurePosixPath(member.name).suffix.lower()
    return suffix in TABLE_SUFFIXES or suffix in ("", ".html", ".htm", ".xlsb", ".rar", ".7z", ".gz")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
