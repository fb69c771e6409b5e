"""From the text of a cell to its typed value: SQL for the value, for what was done to the text, and for what is wrong.

A cell is plain when casting it is exact and says the same as the text; nearly all are, and the test is cheap. Any other
is read by what its column holds: `numbers.py`, `years.py`, `keys.py`, the labels of `words/`. Nothing is guessed: what
may mean two things has a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from string import ascii_letters, digits

from junheng.landing.keys import PSEUDONYMS, is_identity_number, read_key
from junheng.landing.numbers import decimals as decimals
from junheng.landing.numbers import is_plain_scaled, read_number, scaled
from junheng.landing.sql import chosen, let, listed, struct
from junheng.landing.sql import literal as literal
from junheng.landing.sql import quoted as quoted
from junheng.landing.tidy import tidied
from junheng.landing.words import cell_words, code_labels, traditional_characters
from junheng.landing.years import FIRST, LAST, is_year, read_year
from junheng.raw_contract import RawColumn, plain_name

NUMBERS = ("integer", "count", "measure", "money", "number")
TRUE = ("true", "1", "TRUE", "True", "\u662f")
FALSE = ("false", "0", "FALSE", "False", "\u5426")
NO_UNIT = Decimal(1)
PLAIN_KEY = "[A-Za-z]*[0-9]+[A-Za-z0-9_]*(-[A-Za-z_]*[0-9][A-Za-z0-9_]*)?"
# The unified ideographs that nearly all Chinese texts consist of.
HAN_FIRST, HAN_LAST = 0x4E00, 0x9FFF
PLAIN_TEXT = r"[\p{Han}A-Za-z0-9]([\p{Han}A-Za-z0-9 \x{FF08}\x{FF09}\x{00B7}\x{3001}()_-]*[\p{Han}A-Za-z0-9\x{FF09})])?"


def is_plain(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL boolean: the cell may be cast as it is. Never NULL; false for an empty cell of a required column.

    With a factor: it may be cast and multiplied, which is the conversion `unit_of_header` and nothing else.
    """
    empty = f"{text} is null or {text} = ''"
    match column.data_type:
        case _ if factor != NO_UNIT:
            plain = is_plain_scaled(column, text, factor) if column.data_type in NUMBERS else "false"
        case "integer" if is_year(column):
            plain = f"try_cast({text} as smallint) between {FIRST} and {LAST} and strlen({text}) = 4"
        case "integer" | "count":
            plain = f"try_cast({text} as {column.sql_type})::varchar = {text}"
        case "measure" | "money" | "number":
            # The text of the decimal has all digits of its type: a prefix of it has no sign, zero or digit of its own.
            plain = f"starts_with(try_cast({text} as {column.sql_type})::varchar, {text})"
        case "boolean":
            plain = f"{text} in ({listed((*TRUE, *FALSE))})"
        case "code":
            plain = f"{text} in ({listed(column.codes)})"
        case _ if is_key_like(column):
            plain = f"regexp_full_match({text}, {literal(PLAIN_KEY)})"
            if column.name in PSEUDONYMS:
                # A plain key has no Chinese characters, so it is no name.
                plain += f" and not {is_identity_number(text)}"
        case _:
            words = [word for word in _not_reported(column) if word[0].isalnum()]
            plain = f"regexp_full_match({text}, {literal(PLAIN_TEXT)}) and not list_contains([{listed(words)}], {text})"
            # One pattern for nearly all texts: those that begin as no word for “not reported” does.
            plain = f"case when regexp_full_match({text}, {literal(_clear_text(words))}) then true else {plain} end"
    plain = f"coalesce({plain}, false)"
    return f"({plain})" if column.is_required else f"({empty} or {plain})"


def is_plain_read(column: RawColumn, text: str, value: str, factor: Decimal = NO_UNIT) -> str:
    """SQL boolean like `is_plain`, where `value` is the name of the cell's `plain_value`: cheaper, for many rows.

    `text` is NULL for an empty cell. An empty text that is not NULL is not plain here.
    """
    match column.data_type:
        case _ if factor != NO_UNIT:
            plain = is_plain_scaled(column, text, factor, value) if column.data_type in NUMBERS else "false"
        case "boolean" | "code" if column.data_type == "boolean" or column.codes:
            return f"{value} is not null" if column.is_required else f"({text} is null) = ({value} is null)"
        case "integer" if is_year(column):
            plain = f"{value} between {FIRST} and {LAST} and strlen({text}) = 4"
        case "integer" | "count":
            plain = f"{value}::varchar = {text}"
        case "measure" | "money" | "number":
            plain = f"starts_with({value}::varchar, {text})"
        case _:
            return is_plain(column, text)
    return f"coalesce({plain}, {'false' if column.is_required else f'{text} is null'})"


def plain_value(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL: the typed value of a plain cell, NULL of an empty one. It means nothing for a cell that is not plain."""
    if factor != NO_UNIT:
        return scaled(column, text, factor)
    match column.data_type:
        case "boolean":
            return f"case when {text} in ({listed(TRUE)}) then true when {text} in ({listed(FALSE)}) then false end"
        case "code":
            return chosen(text, {word: literal(code) for word, code in column.codes.items()})
        case "text":
            return f"nullif({text}, '')"
        case _:
            return f"try_cast(nullif({text}, '') as {column.sql_type})"


def cleaned(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL: the text of the cell after cleaning, plain again; NULL when empty, "not reported", or with a problem."""
    return f"({reading(column, text, factor)}).value"


def conversions(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL `varchar[]`: what was done to the cell that is not trivial; empty when nothing, or when it has a problem."""
    return f"({reading(column, text, factor)}).conversions"


def problem(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL: the rule that the cell breaks, or NULL."""
    return f"({reading(column, text, factor)}).problem"


def reading(column: RawColumn, text: str, factor: Decimal = NO_UNIT) -> str:
    """SQL struct (value, conversions, problem): what `cleaned`, `conversions` and `problem` give, computed once."""
    missing = "'required_cell_empty'" if column.is_required else "null::varchar"
    errors = sorted({plain_name(word) for word in cell_words("formula_error")})
    word = "_tidy.half" if _is_free_text(column) else "_tidy.compact"
    found = (
        f"case when _tidy.text = '' then {_outcome('null::varchar', problem=missing)}"
        f" when _tidy.compact in ({listed(errors)}) or regexp_full_match(_tidy.compact, '#+|err:[0-9]+')"
        f" then {_outcome('null::varchar', problem=literal('formula_error'))}"
        f" when _tidy.half like '=_%' then {_outcome('null::varchar', problem=literal('formula_without_value'))}"
        f" when {word} in ({listed(_not_reported(column))})"
        f" then {_outcome('null::varchar', ['not_reported_word'], missing)}"
        f" else {_of_kind(column, factor)} end"
    )
    settled = struct(
        {
            "value": "case when _cell.problem is null then _cell.value end",
            "conversions": "case when _cell.problem is not null or _tidy.text = '' then []::varchar[]"
            " else list_concat(_tidy.conversions, _cell.conversions) end",
            "problem": "_cell.problem",
        }
    )
    read = tidied(column, text, let("_cell", found, settled))
    if factor != 1:
        return read
    # Most cells of a row that is not plain are: they need none of this.
    value = (
        f"{plain_value(column, text)}::varchar" if column.data_type in ("boolean", "code") else f"nullif({text}, '')"
    )
    return f"case when {is_plain(column, text)} then {_outcome(value)} else {read} end"


def _clear_text(words: Sequence[str]) -> str:
    """The pattern of plain texts without inner marks whose first character is that of none of the words."""
    first = sorted({word[0] for word in words})
    ranges, after = [], HAN_FIRST
    for character in first:
        if HAN_FIRST <= ord(character) <= HAN_LAST:
            ranges.append((after, ord(character) - 1))
            after = ord(character) + 1
    ranges.append((after, HAN_LAST))
    han = "".join(rf"\x{{{low:X}}}-\x{{{high:X}}}" for low, high in ranges if low <= high)
    others = "".join(character for character in ascii_letters + digits if character not in first)
    return rf"[{han}{others}][\p{{Han}}A-Za-z0-9]*"


def is_key_like(column: RawColumn) -> bool:
    """Whether a column of text holds codes: identifiers of schools, staff, rooms, classes."""
    return column.data_type == "text" and (column.is_key or column.name.endswith(("_code", "_id", "_no")))


def _is_free_text(column: RawColumn) -> bool:
    return column.data_type == "text" and not is_key_like(column)


def _not_reported(column: RawColumn) -> list[str]:
    """The words that say "not reported" in a column, in the spelling in which its cells are compared with them."""
    kind = "key" if is_key_like(column) else column.data_type
    words = cell_words("not_reported", kind, column.name)
    if not _is_free_text(column):
        own = _labels(column)
        return sorted({plain_name(word) for word in words} - set(own))
    to_traditional = {ord(simple): old for old, simple in traditional_characters().items()}
    return sorted(
        {
            variant
            for word in words
            for spelling in (word, word.translate(to_traditional))
            for variant in (spelling, spelling.lower(), spelling.upper(), spelling.title())
        }
    )


def _of_kind(column: RawColumn, factor: Decimal) -> str:
    """The reading of a tidied cell that says something."""
    labels = _labels(column)
    known = f"_tidy.compact in ({listed(labels)})"
    if column.data_type == "boolean" or (column.data_type == "code" and column.codes):
        exact = (*TRUE, *FALSE) if column.data_type == "boolean" else tuple(column.codes)
        unknown = "not_a_boolean" if column.data_type == "boolean" else "unknown_code"
        variant = "yes_no_word" if column.data_type == "boolean" else "code_label_variant"
        return (
            f"case when not {known} then {_outcome('null::varchar', problem=literal(unknown))}"
            f" when _tidy.simple in ({listed(exact)}) then {_outcome(_label(labels))}"
            f" else {_outcome(_label(labels), [variant], _unclear(labels))} end"
        )
    if is_year(column):
        return read_year(column, "_tidy.simple")
    if column.data_type in NUMBERS:
        number = read_number(column, "_tidy.simple", factor)
        if not labels:
            return number
        words = _outcome(_label(labels), ["grade_words"], _unclear(labels))
        return f"case when {known} then {words} else {number} end"
    if is_key_like(column):
        return read_key(column, "_tidy.half")
    return _outcome("_tidy.text")


def _labels(column: RawColumn) -> dict[str, str | None]:
    """What each known word of a column means, None where it may mean several things."""
    if column.data_type == "boolean":
        return {
            plain_name(word): value for value in ("true", "false") for word in cell_words(value, "boolean", column.name)
        }
    return {} if column.data_type == "text" else code_labels(column)


def _label(labels: Mapping[str, str | None]) -> str:
    return chosen("_tidy.compact", {word: literal(code) for word, code in labels.items() if code})


def _unclear(labels: Mapping[str, str | None]) -> str:
    several = [word for word, code in labels.items() if not code]
    return f"case when _tidy.compact in ({listed(several)}) then 'ambiguous_word' end"


def _outcome(value: str, done: Sequence[str] = (), problem: str = "null::varchar") -> str:
    return struct({"value": value, "conversions": f"[{listed(done) if done else ''}]::varchar[]", "problem": problem})
