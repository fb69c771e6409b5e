"""The tables of a worksheet: stacked under each other or side by side, each with its titles and its header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from junheng.landing.header import (
    Header,
    HeaderSearch,
    IsHeaderWord,
    Row,
    filled,
    has_colon,
    is_pairs,
    known_words,
    line,
)
from junheng.landing.model import Block, GridRows, HandedFile, Merge, Sheet
from junheng.raw_contract import plain_name

LOOK_AHEAD = 60
LOOK_BACK = 10


def no_word(_text: str) -> bool:
    """For a caller that knows no words: the shape of the rows decides alone."""
    return False


def header_of(
    rows: Sequence[Row],
    merged: Sequence[Merge] = (),
    is_header_word: IsHeaderWord = no_word,
    numbers: Sequence[int] | None = None,
    given: Sequence[int] | None = None,
) -> Header:
    """Find the header among the first rows of a table: (titles, header_rows, headers).

    `numbers` are the rows' numbers, 1, 2, 3 … when not given. `headers` is as wide as the header's rows. Without a
    header, all three are empty. `given` are the numbers of the header's rows when a map names them.
    """
    return HeaderSearch(rows[:LOOK_AHEAD], merged, is_header_word, numbers).header(given)


def blocks(
    file: HandedFile,
    sheet: Sheet,
    is_header_word: IsHeaderWord = no_word,
    header_rows: Sequence[int] | None = None,
) -> list[Block]:
    """The tables of a sheet, from top to bottom and from left to right.

    A sheet without any table is one block without header whose rows are all titles; so is an empty sheet.
    The columns of a block keep their positions in the sheet, so that position 0 is always column A. `rows_read` of all
    blocks below each other is the number of the sheet's last row that is not blank. When a map names `header_rows`, the
    sheet is one table.
    """
    if not sheet.rows:
        return [Block(file, sheet.name, sheet.is_hidden, 1, None, None, (), (), (), GridRows([], []))]
    if header_rows is not None:
        whole = (0, len(sheet.rows)), (0, len(sheet.rows[0]))
        return [_block(file, sheet, *whole, 0, is_header_word, 1, header_rows)]
    found: list[Block] = []
    before = 0
    for start, end in _segments(sheet, is_header_word):
        for left, right in _column_groups(sheet, start, end, is_header_word):
            found.append(_block(file, sheet, (start, end), (left, right), before, is_header_word, len(found) + 1))
        before = sheet.numbers[end - 1]
    return found


def _segments(sheet: Sheet, is_header_word: IsHeaderWord) -> list[tuple[int, int]]:
    """Where tables begin and end below each other, as ranges of indexes of rows."""
    starts = [0]
    header = header_of(sheet.rows, sheet.merges, is_header_word, sheet.numbers)
    if header.header_rows:
        lowest = sheet.numbers.index(header.header_rows[-1])
        names = _names(header.headers)
        for index in range(lowest + 2, len(sheet.rows)):
            if index <= lowest or not _may_be_header(sheet.rows[index], is_header_word):
                continue
            start = _start_of_table(sheet, index, lowest + 1, names, is_header_word)
            if start is not None:
                below = slice(start, start + LOOK_AHEAD)
                following = header_of(sheet.rows[below], sheet.merges, is_header_word, sheet.numbers[below])
                starts.append(start)
                lowest = sheet.numbers.index(following.header_rows[-1]) if following.header_rows else index
                names = _names(following.headers)
    return list(zip(starts, [*starts[1:], len(sheet.rows)], strict=True))


def _names(headers: Sequence[str]) -> frozenset[str]:
    return frozenset(plain_name(part) for header in headers for part in header.split(" / ") if part)


def _may_be_header(row: Row, is_header_word: IsHeaderWord) -> bool:
    known = known_words(row, is_header_word)
    if all((row[place] or "").rstrip().endswith((":", "：")) for place in filled(row)):
        return False  # who filled in and who checked the table: names to be signed
    return known >= 2 and 2 * known >= len(filled(row)) and not is_pairs(row, is_header_word)


def _start_of_table(
    sheet: Sheet, index: int, first: int, names: frozenset[str], is_header_word: IsHeaderWord
) -> int | None:
    """The first row of a new table whose header is at `index`; None when the row belongs to the table above.

    A new table has blank rows or a title before it. The same header without a title is the header of the next page.
    """
    gap = None
    for row in range(index, max(first, index - LOOK_BACK) - 1, -1):
        if sheet.numbers[row] - sheet.numbers[row - 1] > 1:
            gap = row
            break
    row_texts = {plain_name(sheet.rows[index][place] or "") for place in filled(sheet.rows[index])}
    is_repeated = row_texts <= names
    above = range(gap if gap is not None else first, index)
    titles = 0
    while titles < len(above) and _is_title(sheet.rows[index - 1 - titles], is_header_word):
        titles += 1
    if gap is not None and (titles == len(above) or not is_repeated):
        return None if is_repeated and not titles else gap
    return index - titles if titles else None


def _is_title(row: Row, is_header_word: IsHeaderWord) -> bool:
    return len(filled(row)) == 1 or has_colon(row) or is_pairs(row, is_header_word)


def _column_groups(sheet: Sheet, start: int, end: int, is_header_word: IsHeaderWord) -> list[tuple[int, int]]:
    """Ranges of columns: one, or several when empty columns stand between headers of known words."""
    width = len(sheet.rows[start])
    whole = [(0, width)]
    top = slice(start, min(end, start + LOOK_AHEAD))
    header = header_of(sheet.rows[top], sheet.merges, is_header_word, sheet.numbers[top])
    if not header.header_rows:
        return whole
    first = sheet.numbers.index(header.header_rows[0])
    used = [False] * width
    for row in sheet.rows[first:end]:
        for place in filled(row):
            used[place] = True
    for merge in sheet.merges:
        if header.header_rows[0] <= merge.first_row <= sheet.numbers[end - 1]:
            used[merge.first_column : merge.last_column + 1] = [True] * len(
                used[merge.first_column : merge.last_column + 1]
            )
    groups: list[tuple[int, int]] = []
    for left, right in _runs(used):
        words = sum(1 for text in header.headers[left:right] if _is_known(text, is_header_word))
        if words >= 2 or not groups:
            groups.append((left, right))
        else:
            groups[-1] = (groups[-1][0], right)
    tables = [group for group in groups if _known(header, group, is_header_word) >= 2]
    return groups if len(tables) == len(groups) and len(groups) > 1 else whole


def _known(header: Header, group: tuple[int, int], is_header_word: IsHeaderWord) -> int:
    return sum(1 for text in header.headers[slice(*group)] if _is_known(text, is_header_word))


def _is_known(header: str, is_header_word: IsHeaderWord) -> bool:
    return bool(header) and (is_header_word(header) or any(is_header_word(part) for part in header.split(" / ")))


def _runs(used: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for place, is_used in enumerate([*used, False]):
        if is_used and start is None:
            start = place
        elif not is_used and start is not None:
            yield start, place
            start = None


def _block(
    file: HandedFile,
    sheet: Sheet,
    rows: tuple[int, int],
    columns: tuple[int, int],
    before: int,
    is_header_word: IsHeaderWord,
    number: int,
    given: Sequence[int] | None = None,
) -> Block:
    """One table: `rows` and `columns` are ranges of indexes, `before` the last row of the table above."""
    start, end = rows
    numbers = sheet.numbers[start:end]
    part = [_only(row, *columns) for row in sheet.rows[start:end]]
    header = header_of(part, sheet.merges, is_header_word, numbers, given)
    blank = numbers[-1] - before - len(numbers)
    if not header.header_rows:
        lines = tuple(line(row, shown, is_header_word) for row, shown in zip(part, numbers, strict=True) if filled(row))
        blank += len(part) - len(lines)
        return Block(file, sheet.name, sheet.is_hidden, number, None, None, lines, (), (), GridRows([], []), blank, ())
    top = numbers.index(header.header_rows[-1]) + 1
    body = [(row, shown) for row, shown in zip(part[top:], numbers[top:], strict=True) if filled(row)]
    blank += len(numbers) - len(header.titles) - len(header.header_rows) - len(body)
    width = max([len(header.headers), *(filled(row)[-1] + 1 for row, _ in body)]) if body else len(header.headers)
    while width > 1 and not any(row[width - 1] for row, _ in body) and not _padded(header.headers, width)[-1]:
        width -= 1
    last_header, last_row = header.header_rows[-1], numbers[-1]
    merges = tuple(
        merge
        for merge in sheet.merges
        if merge.first_row > last_header
        and merge.last_row > merge.first_row
        and merge.first_row <= last_row
        and columns[0] <= merge.first_column < columns[1]
    )
    return Block(
        file,
        sheet.name,
        sheet.is_hidden,
        number,
        None,
        None,
        header.titles,
        header.header_rows,
        tuple(_padded(header.headers, width)),
        GridRows([list(row[:width]) for row, _ in body], [shown for _, shown in body]),
        blank,
        merges,
    )


def _only(row: Row, left: int, right: int) -> Row:
    if left == 0 and right >= len(row):
        return row
    return [text if left <= place < right else None for place, text in enumerate(row)]


def _padded(headers: Sequence[str], width: int) -> list[str]:
    return [*headers[:width], *[""] * (width - len(headers))]
