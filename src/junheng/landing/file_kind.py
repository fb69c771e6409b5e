"""What a file is, by its bytes: names lie (an export called .xls is often HTML or text with tabs)."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from junheng.landing.archive import ArchiveRefusedError, open_archive
from junheng.landing.limits import Limits

HEAD = 4096
TEXT, PARQUET, XLSX, XLS, ET, ODS, ZIP = "text", "parquet", "xlsx", "xls", "et", "ods", "zip"
# Recognised, but not read.
ENCRYPTED, HTML, XML, OTHER_ARCHIVE, DAMAGED, OTHER = "encrypted", "html", "xml", "other_archive", "damaged", "other"
# Spreadsheets and data bases that are not read: with a warning only, their data would be missing.
OTHER_TABLE = "other_table"

SUFFIXES = {
    TEXT: {".csv", ".tsv", ".txt", ".tab"},
    PARQUET: {".parquet", ".pq"},
    XLSX: {".xlsx", ".xlsm", ".xltx", ".xltm", ".et"},
    XLS: {".xls", ".xlt"},
    ET: {".et", ".ett"},
    ODS: {".ods", ".ots"},
    ZIP: {".zip"},
}
TABLE_SUFFIXES = frozenset().union(*SUFFIXES.values())
# Files that hold tables whatever they are called.
OTHER_TABLE_SUFFIXES = frozenset(
    {
        *(".xlsb", ".xlam", ".numbers", ".fods", ".sxc", ".wks", ".wk1", ".wk3", ".wk4", ".123", ".slk", ".dif"),
        *(".dbf", ".mdb", ".accdb", ".sqlite", ".sqlite3", ".duckdb", ".sav", ".zsav", ".dta", ".sas7bdat", ".rds"),
        *(".feather", ".arrow", ".orc", ".avro"),
    }
)
# Pictures, sound, film and programs: none of them is a table that was handed in, whatever its name.
NO_TABLE_SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".svg", ".ico", ".psd"),
        *(".mp3", ".wav", ".mp4", ".avi", ".mov", ".exe", ".dll", ".lnk", ".url", ".ttf", ".otf"),
    }
)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"MSCF")
OTHER_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90\0")
DATA_BASES = (b"SQLite format 3\0", b"\0\1\0\0Standard ")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def kind_of(path: Path, limits: Limits) -> str:
    """The kind of a file by its bytes. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _kind_of_archive(path, limits)
    if head.startswith(OLE):
        return _kind_of_ole(path)
    if head.startswith(b"PAR1"):
        return PARQUET if _has_parquet_footer(path) else DAMAGED
    if head.startswith(OTHER_ARCHIVES):
        return OTHER_ARCHIVE
    if head.startswith(DATA_BASES):
        return OTHER_TABLE
    if head.startswith(OTHER_BINARY):
        return OTHER
    start = _ascii(head).lstrip().lower()
    if re.match(r"<!doctype html|<html|<head|<table|<meta|mime-version:", start):
        return HTML
    if start.startswith("<?xml"):
        return HTML if "<html" in start else XML
    return TEXT


def _kind_of_archive(path: Path, limits: Limits) -> str:
    try:
        with open_archive(path, limits) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names or "_rels/.rels" in names:
                if any(name.startswith("xl/") and name.endswith(".bin") for name in names) and not any(
                    name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names
                ):
                    return OTHER_TABLE
                return XLSX if any(name.replace("\\", "/").lower().startswith("xl/") for name in names) else OTHER
            if any(name.lower().endswith(".iwa") for name in names):
                return OTHER_TABLE if path.suffix.lower() not in (".pages", ".key") else OTHER
            if "mimetype" in names and "content.xml" in names:
                mimetype = archive.getinfo("mimetype")
                text = archive.read(mimetype) if mimetype.file_size < HEAD else b""
                return ODS if b"opendocument.spreadsheet" in text else OTHER
    except ArchiveRefusedError:
        # The one who opens it says why.
        return XLSX if path.suffix.lower() in SUFFIXES[XLSX] else ZIP
    except Exception:  # noqa: BLE001 - whatever a broken mimetype raises, it is no spreadsheet
        return DAMAGED
    return ZIP


def _kind_of_ole(path: Path) -> str:
    """Old Office files are small file systems; the names of their streams tell what they hold."""
    with path.open("rb") as file:
        content = file.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return ENCRYPTED
    if any(f"{name}\0".encode("utf-16-le") in content for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        return ET if path.suffix.lower() in SUFFIXES[ET] else XLS
    return OTHER


def _has_parquet_footer(path: Path) -> bool:
    """Does the length that the footer states fit into the file?"""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < 12:
            return False
        file.seek(size - 8)
        length, mark = struct.unpack("<L4s", file.read(8))
    return bool(mark == b"PAR1" and 0 < length <= size - 12)


def _ascii(head: bytes) -> str:
    """The start of a file, for words of ASCII only."""
    if head.startswith(UTF16_MARKS):
        return head.decode("utf-16", errors="ignore")
    return head.removeprefix(b"\xef\xbb\xbf").decode("ascii", errors="ignore")
