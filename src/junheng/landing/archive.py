"""ZIP archives that may be hostile: bounded, names in any encoding, nothing written outside the folder given.

Members are written under names of our own, so that no path of an archive ever becomes a path of the machine.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from junheng.landing.limits import Limits

CHUNK = 1 << 20
IS_ENCRYPTED = 0x1
IS_UTF8 = 0x800
END_OF_DIRECTORY = b"PK\x05\x06"
END_OF_DIRECTORY_64 = b"PK\x06\x06"
LONGEST_COMMENT = 65_535
# Letters below need two bytes in UTF-8, as Chinese ones do in GBK.
CHINESE_FROM = "\u0800"
# What reading a damaged or hostile archive raises; NotImplementedError for unknown compression.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


class ArchiveRefusedError(Exception):
    """An archive, or a member of it, that is not unpacked: the rule that it breaks, and what was found."""

    def __init__(self, rule_id: str, found: str | None = None, expected: str | None = None) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id
        self.found = found
        self.expected = expected


@dataclass(frozen=True)
class Member:
    """A file in an archive under the name that a reader sees. `refusal` is the rule for which it is not unpacked."""

    name: str
    info: zipfile.ZipInfo
    refusal: str | None


@dataclass
class Budget:
    """What all archives of one run may still unpack."""

    bytes_left: int
    files_left: int


def open_archive(path: Path, limits: Limits) -> zipfile.ZipFile:
    """Open a ZIP whose list of members is of bounded size. Raises ArchiveRefusedError."""
    try:
        if _directory_size(path) > limits.archive_directory_bytes:
            raise ArchiveRefusedError("archive_too_many_members", expected=str(limits.files))
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise ArchiveRefusedError("archive_damaged", type(error).__name__) from error
    if len(archive.filelist) > limits.files:
        found = str(len(archive.filelist))
        archive.close()
        raise ArchiveRefusedError("archive_too_many_members", found, str(limits.files))
    return archive


def members(archive: zipfile.ZipFile) -> list[Member]:
    """The files of an archive, by name; folders are left out."""
    named = [(member_name(info), info) for info in archive.infolist()]
    times = Counter(name for name, info in named if not info.is_dir())
    found = [
        Member(name, info, _refusal(name, info, times[name]))
        for name, info in named
        if not info.is_dir() and not name.endswith("/")
    ]
    return sorted(found, key=lambda member: (member.name, member.info.header_offset))


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member, with `/`. Programs in China write GBK without saying so, others UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & IS_UTF8:
        with suppress(UnicodeEncodeError):
            name = unmarked_name(name.encode("cp437"))
    return name.replace("\\", "/")


def unmarked_name(raw: bytes, foreign_from: str = "\x80") -> str:
    """A name in UTF-8 or GBK, whichever it is.

    Many a short name in GBK is valid UTF-8 too, but then of letters from `foreign_from` on that need two bytes there:
    Cyrillic and the like, never Chinese.
    """
    with suppress(UnicodeDecodeError):
        name = raw.decode("utf-8")
        if not any(foreign_from <= letter < CHINESE_FROM for letter in name):
            return name
    for encoding in ("gb18030", "utf-8"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("cp437")


def unpack(archive: zipfile.ZipFile, member: Member, target: Path, limits: Limits, budget: Budget) -> None:
    """Write one member to `target`, counting what comes out. Raises ArchiveRefusedError; then nothing is left there."""
    size = 0
    try:
        with archive.open(member.info) as source, target.open("xb") as copy:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                check_ratio(size, member.info.compress_size, limits)
                if size > limits.archive_member_bytes:
                    raise ArchiveRefusedError("archive_member_too_large", expected=str(limits.archive_member_bytes))
                budget.bytes_left -= len(chunk)
                if budget.bytes_left < 0:
                    raise ArchiveRefusedError("archive_too_large", expected=str(limits.archive_total_bytes))
                copy.write(chunk)
    except ArchiveRefusedError:
        target.unlink(missing_ok=True)
        raise
    except BROKEN as error:
        target.unlink(missing_ok=True)
        raise ArchiveRefusedError("archive_damaged", type(error).__name__) from error


def check_ratio(size: int, packed: int, limits: Limits) -> None:
    """Raise ArchiveRefusedError when so few packed bytes gave so many."""
    if size > limits.ratio_free_bytes and size > packed * limits.ratio:
        raise ArchiveRefusedError("archive_bomb", f"{packed} → > {size}", f"≤ {limits.ratio} : 1")


def _refusal(name: str, info: zipfile.ZipInfo, times: int) -> str | None:
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return "archive_path_outside"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "archive_link"
    if info.flag_bits & IS_ENCRYPTED:
        return "archive_encrypted"
    if times > 1:
        return "archive_duplicate_member"
    return None


def _directory_size(path: Path) -> int:
    """The size of the list of members as the archive states it, which is what is read of it."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - LONGEST_COMMENT - 100))
        tail = file.read()
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise zipfile.BadZipFile
    size = int(struct.unpack_from("<L", tail, at + 12)[0])
    at_64 = tail.rfind(END_OF_DIRECTORY_64, 0, at)
    if at_64 >= 0 and len(tail) - at_64 >= 56:
        size = max(size if size != 0xFFFFFFFF else 0, int(struct.unpack_from("<Q", tail, at_64 + 40)[0]))
    # Lists reach to the end of the file and no further.
    return min(size, end)
