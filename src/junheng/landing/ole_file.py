"""The streams of an old Office file, which is a small file system of its own, with every chain checked for loops."""

from __future__ import annotations

import struct

from junheng.landing.sheet_facts import WorkbookRefusedError

HEADER = 512
FIRST_DIFAT = 109
FREE = 0xFFFFFFFA
ENTRY = 128
STREAM, ROOT = 2, 5


def stream_of(content: bytes, names: tuple[str, ...]) -> bytes | None:
    """The first stream that has one of the names. Raises WorkbookRefusedError for a file that contradicts itself."""
    try:
        return _stream_of(content, names)
    except struct.error as error:
        raise WorkbookRefusedError("workbook_damaged", "OLE") from error


def _stream_of(content: bytes, names: tuple[str, ...]) -> bytes | None:
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise WorkbookRefusedError("workbook_damaged", "OLE")
    size = 1 << shift
    (directory_start,) = struct.unpack_from("<L", content, 48)
    smallest, mini_start, _, difat_start, _ = struct.unpack_from("<5L", content, 56)
    total = len(content) // size + 1

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        if start >= len(content):
            raise WorkbookRefusedError("workbook_damaged", "OLE")
        return content[start : start + size].ljust(size, b"\0")

    fat_sectors = list(struct.unpack_from(f"<{FIRST_DIFAT}L", content, 76))
    number, steps = difat_start, 0
    while number < FREE:
        steps += 1
        if steps > total:
            raise WorkbookRefusedError("workbook_damaged", "OLE")
        numbers = struct.unpack(f"<{size // 4}L", sector(number))
        fat_sectors += numbers[:-1]
        number = numbers[-1]
    fat: list[int] = []
    for number in fat_sectors[:total]:
        if number < FREE:
            fat += struct.unpack(f"<{size // 4}L", sector(number))

    def chain(start: int, table: list[int]) -> list[int]:
        found: list[int] = []
        number = start
        while number < FREE:
            if number >= len(table) or len(found) > len(table):
                raise WorkbookRefusedError("workbook_damaged", "OLE")
            found.append(number)
            number = table[number]
        return found

    directory = b"".join(sector(number) for number in chain(directory_start, fat))
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY)]
    root = next((entry for entry in entries if entry[66] == ROOT), None)
    wanted = {name.lower() for name in names}
    for entry in entries:
        if entry[66] != STREAM:
            continue
        length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 62)
        if entry[:length].decode("utf-16-le", errors="replace").lower() not in wanted:
            continue
        start, used = struct.unpack_from("<LL", entry, 116)
        if used >= smallest or root is None:
            return b"".join(sector(number) for number in chain(start, fat))[:used]
        mini_fat_bytes = b"".join(sector(number) for number in chain(mini_start, fat))
        mini_fat = list(struct.unpack(f"<{len(mini_fat_bytes) // 4}L", mini_fat_bytes))
        mini = b"".join(sector(number) for number in chain(struct.unpack_from("<L", root, 116)[0], fat))
        return b"".join(mini[number * 64 : number * 64 + 64] for number in chain(start, mini_fat))[:used]
    return None
