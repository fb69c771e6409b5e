"""How much is read before a file is refused: far above what a county hands in, far below what hurts a machine."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on what is opened. All sizes are bytes after unpacking, counted while unpacking, never taken on trust.

    A national year as CSV has about 1 GiB in its largest table; a workbook of a whole county about 50 MiB.
    """

    # Files of a folder and members of an archive.
    files: int = 20_000
    folder_depth: int = 32
    # Archives inside archives.
    archive_depth: int = 2
    archive_member_bytes: int = 4096 * MEBIBYTE
    archive_total_bytes: int = 8192 * MEBIBYTE
    archive_directory_bytes: int = 8 * MEBIBYTE
    # Tables shrink to a twentieth; a member that shrinks further than this, and is large, is a bomb.
    ratio: int = 200
    ratio_free_bytes: int = 16 * MEBIBYTE
    # Workbooks.
    workbook_bytes: int = 300 * MEBIBYTE
    workbook_sheets: int = 1000
    workbook_cells: int = 10_000_000
    workbook_text_bytes: int = 600 * MEBIBYTE
    # Rows times columns from A1 to the last cell of a sheet, and of all sheets: the reader holds them all.
    sheet_area: int = 10_000_000
    workbook_area: int = 20_000_000


DEFAULT_LIMITS = Limits()
