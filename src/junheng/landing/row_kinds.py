"""What a row is that cannot be taken as it stands: data, a total, a note, a repeated header, or blank.

A row of data is never taken for anything else: a row whose key is complete and readable is data, whatever else stands
in it. A row without such a key that is nothing known here is data too: it is rejected with its reason, not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from junheng.landing.cells import cleaned, is_key_like
from junheng.landing.plain import tidy
from junheng.landing.sql import let, listed, literal, replaced, struct
from junheng.landing.tidy import HALF_WIDTH, INVISIBLE, WHITE
from junheng.landing.words import cell_words, traditional_characters
from junheng.raw_contract import RawColumn, plain_name

DATA, TOTAL, NOTE, HEADER, BLANK = "data", "total", "note", "header", "blank"
# A lone text of this length in a column of codes is a sentence.
SENTENCE = 8
# A row of the numbers of columns counts at least so far.
COUNTED = 3


def row_kind(cells: str, headers: str, keys: Sequence[tuple[RawColumn, str]]) -> str:
    """SQL text, one of DATA, TOTAL, NOTE, HEADER, BLANK, for a row of a block.

    `cells` is SQL for a list of the texts of all cells of the row, `headers` for the block's `header_words`. `keys` are
    the key columns of the raw table that stand in the block, with SQL for their text; not those that are constants.
    """
    plain = f"list_transform({cells}, lambda _cell: {_plain('_cell')})"
    row = struct(
        {
            "filled": f"list_filter({plain}, lambda _cell: _cell <> '')",
            "width": f"len({cells})",
            "keys": "[" + ", ".join(_plain(text) for _, text in keys) + "]::varchar[]",
            "read": "[" + ", ".join(f"{cleaned(*key)} is not null" for key in keys) + "]::boolean[]",
        }
    )
    columns = [column for column, _ in keys]
    places = [f"_row.keys[{place}]" for place in range(1, len(keys) + 1)]
    values = [f"_row.read[{place}]" for place in range(1, len(keys) + 1)]
    readable = " and ".join(map(_is_readable, columns, places, values)) or "false"
    keys_empty = " and ".join(f"{place} = ''" for place in places) or "false"
    total_in_key = " or ".join(is_total(place) for place in places) or "false"
    sentence = " or ".join(map(_is_sentence, columns, places, values)) or "false"
    body = (
        f"case when len(_row.filled) = 0 then '{BLANK}'"
        f" when {readable} then '{DATA}'"
        f" when {_is_header(headers)} then '{HEADER}'"
        f" when {is_total('_row.filled[1]')} or {total_in_key} then '{TOTAL}'"
        f" when {_is_note('_row.filled[1]')} then '{NOTE}'"
        # A lone figure is no remark: whose it is, the county has to say.
        rf" when len(_row.filled) = 1 and regexp_matches(_row.filled[1], '\pL') and _row.width > 1"
        f" and ({keys_empty} or {sentence}) then '{NOTE}'"
        f" else '{DATA}' end"
    )
    return let("_row", row, body)


def row_label(cells: str) -> str:
    """SQL: the first cell of a row that names a total, as words are compared; NULL when none does."""
    plain = f"list_transform({cells}, lambda _cell: {_plain('_cell')})"
    return f"list_filter({plain}, lambda _cell: {is_total('_cell')})[1]"


def header_words(headers: Sequence[str]) -> list[str]:
    """What the cells of a repeated header say: each header and each of its levels, as words are compared."""
    levels = {plain_name(tidy(level)) for header in headers for level in (header, *header.split(" / "))}
    return sorted(levels - {""})


def is_total(text: str) -> str:
    """SQL boolean: a text, as `row_label` gives it, names a total or a subtotal."""
    return _names(text, {**cell_words("total"), **cell_words("subtotal")})


def is_subtotal(text: str) -> str:
    """SQL boolean: a text, as `row_label` gives it, names a total of some of the rows only."""
    grand = _pattern(dict.fromkeys(cell_words("total"), ""))
    return f"({is_total(text)} and not regexp_full_match({text}, {literal(grand)}))"


def _names(text: str, words: Mapping[str, str]) -> str:
    return f"coalesce(regexp_full_match({text}, {literal(_pattern(words))}), false)"


def _pattern(words: Mapping[str, str]) -> str:
    """The words alone or with a remark in brackets behind; those marked `end` may have a name before them."""
    ends = [re.escape(plain_name(word)) for word, meaning in words.items() if meaning == "end"]
    alone = [re.escape(plain_name(word)) for word in words]
    named = f"|.*(?:{'|'.join(ends)})" if ends else ""
    return rf"(?:{'|'.join(alone)}{named})(?::|\(.*\)|\d+)*"


def _plain(text: str) -> str:
    """The text of a cell as words are compared: simplified, half-width, lower case, nothing invisible or white."""
    nothing = f"[{WHITE[1:-1]}{INVISIBLE[1:-1]}]"
    shown = f"regexp_replace({replaced(text, {**HALF_WIDTH, **traditional_characters()})}, {literal(nothing)}, '', 'g')"
    return f"coalesce(lower({shown}), '')"


def _is_readable(column: RawColumn, plain: str, is_read: str) -> str:
    """A cell of a key has a value. Any word will do for a code as text: those of totals and notes do not count."""
    if not is_key_like(column):
        return is_read
    return f"({plain} <> '' and not {is_total(plain)} and not {_is_note(plain)} and {is_read})"


def _is_sentence(column: RawColumn, plain: str, is_read: str) -> str:
    """A text in a key column that is none of its values: unreadable and with letters, or too long for a code."""
    words = rf"regexp_matches({plain}, '\p{{Han}}')"
    if is_key_like(column):
        return f"(length({plain}) >= {SENTENCE} and {words})"
    return f"({words} and not {is_read})"


def _is_note(text: str) -> str:
    """A text that begins as notes and signatures do: a word of them alone, before a colon, or numbered."""
    words = "|".join(re.escape(plain_name(word)) for word in cell_words("note"))
    numerals = "".join(cell_words("numeral"))
    pattern = rf"[(*\x{{203B}}]?(?:{words})[0-9{numerals}]*(?:[)]?[:.\x{{3001}}].*|[)])?"
    return f"coalesce(regexp_full_match({text}, {literal(pattern)}), false)"


def _is_header(headers: str) -> str:
    """The header again (more than half of the cells are words of it), or a row of the numbers of the columns."""
    own = f"len(list_filter(_row.filled, lambda _cell: list_contains({headers}, _cell)))"
    letters = listed(cell_words("column_letter"))
    numbers = (
        "list_transform(list_filter(_row.filled, lambda _cell: regexp_full_match(_cell, '[(]?[0-9]{1,3}[)]?')),"
        " lambda _cell: cast(trim(_cell, '()') as bigint))"
    )
    counted = (
        f"len(_row.filled) >= {COUNTED} and len(_numbers) >= 1 and _numbers[1] <= 2"
        " and _numbers = range(_numbers[1], _numbers[1] + len(_numbers))"
        f" and len(_numbers) + len(list_filter(_row.filled, lambda _cell: _cell in ({letters}))) = len(_row.filled)"
    )
    return f"({own} >= 2 and {own} * 2 > len(_row.filled) or {let('_numbers', numbers, counted)})"
