"""Years as people write them: `2024-2025学年`, `二〇二四年`, a date, the number of a day in a spreadsheet.

A school year is the year in which it starts (on 1 September); a date from August on belongs to the year that starts
then, an earlier one to the year before. What could be two years (`2006-07`: a school year, or July) is not read.
"""

from __future__ import annotations

from junheng.landing.sql import let, literal, named_where, struct
from junheng.landing.words import cell_words
from junheng.raw_contract import RawColumn

FIRST, LAST = 1900, 2100
# The days that spreadsheets count: 1 January 1970 to 31 December 2099, from 30 December 1899.
SERIAL_FIRST, SERIAL_LAST = 25569, 73050
SCHOOL_YEAR = "school_year"
# From this month on a date belongs to the school year that starts in its own year.
FIRST_MONTH = 8


def is_year(column: RawColumn) -> bool:
    """Whether the cells of a column are years."""
    return column.data_type == "integer" and column.name.endswith("_year")


def read_year(column: RawColumn, text: str) -> str:
    """SQL struct (value, conversions, problem) for the tidied, non-empty text of a cell in a column of years."""
    result = let("_year", _candidates(column), _judged(column))
    result = let("_date", _date(column, "_words.dated"), result)
    return let("_words", _words(column, text), result)


def _words(column: RawColumn, text: str) -> str:
    """The text without what people add: numerals as digits, one mark for a range, the words after a year taken off."""
    numerals = cell_words("numeral")
    digits = f"translate({text}, {literal(''.join(numerals))}, {literal(''.join(numerals.values()))})"
    marks = cell_words("range_mark")
    joined = f"translate({digits}, {literal(''.join(marks))}, {literal('-' * len(marks))})"
    compact = rf"lower(regexp_replace({joined}, '\s', '', 'g'))"
    dated = f"rtrim(rtrim({joined}), '-')"
    for word, mark in cell_words("date_mark").items():
        dated = f"replace({dated}, {literal(word)}, {literal(mark)})"
    as_digits = str.maketrans(numerals)
    tails = sorted((word.translate(as_digits) for word in cell_words("year_tail", column.name)), key=len, reverse=True)
    tail = rf"regexp_replace({compact}, '^([0-9]{{4}}(?:[-/]+[0-9]+)?)({'|'.join(tails) or '$'})$', '\1')"
    return struct(
        {
            "bare": f"regexp_replace({tail}, '--+', '-')",
            "compact": compact,
            "given": text,
            "dated": f"trim({dated}, '- ')",
        }
    )


def _date(column: RawColumn, text: str) -> str:
    """The date that a text is, as year, month and whether month and day exist; NULL when it is none."""
    pattern = r"^([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0*)?)?)?$"
    parts = f"regexp_extract({text}, {literal(pattern)}, ['y', 'm', 'd'])"
    compact = f"regexp_extract({text}, '^([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})$', ['y', 'm', 'd'])"
    # 2024.1 may be what a spreadsheet left of 2024.10; a school year that is a number with decimals is no month.
    decimals = "[.][0-9]{1,2}" if column.name == SCHOOL_YEAR else "[.]1"
    unclear = f"regexp_full_match({text}, '[0-9]{{4}}{decimals}')"
    serial = f"try_cast(regexp_extract({text}, '^([0-9]{{5}})([.][0-9]+)?$', 1) as integer)"
    of_serial = f"case when {serial} between {SERIAL_FIRST} and {SERIAL_LAST} then date '1899-12-30' + {serial} end"
    day = "case _p.d when '' then '01' else lpad(_p.d, 2, '0') end"
    of_parts = f"try_cast(_p.y || '-' || lpad(_p.m, 2, '0') || '-' || {day} as date)"
    either = f"case when ({parts}).y <> '' and not {unclear} then {parts} else {compact} end"
    return f"coalesce({let('_p', either, of_parts)}, {of_serial})"


def _candidates(column: RawColumn) -> str:
    """The years that a text may mean, by the way they are written; NULL for each way that it is not."""
    single = "try_cast(regexp_extract(_words.bare, '^([0-9]{4})([.]0+)?$', 1) as integer)"
    school = column.name == SCHOOL_YEAR
    pair = let(
        "_pair",
        "regexp_extract(_words.bare, '^([0-9]{4})[-/]?([0-9]{4}|[0-9]{2})$', ['a', 'b'])",
        "case when _pair.a = '' or not (_words.bare like '%-%' or _words.bare like '%/%' or strlen(_words.bare) = 8)"
        " then null when strlen(_pair.b) = 4 and _pair.b::integer = _pair.a::integer + 1 then _pair.a::integer"
        " when strlen(_pair.b) = 2 and _pair.b::integer = (_pair.a::integer + 1) % 100 then _pair.a::integer end",
    )
    start = f"year(_date) - case when month(_date) < {FIRST_MONTH} then 1 else 0 end" if school else "year(_date)"
    return struct(
        {
            "single": single,
            "pair": pair if school else "null::integer",
            "date": start,
        }
    )


def _judged(column: RawColumn) -> str:
    value = "coalesce(_year.single, _year.pair, _year.date)"
    broken = "not_a_school_year" if column.name == SCHOOL_YEAR else "not_a_year"
    is_two = "_year.pair is not null and _year.date is not null and _year.pair <> _year.date"
    problem = f"case when {is_two} or coalesce({value} not between {FIRST} and {LAST}, true) then '{broken}' end"
    conversions = named_where(
        {
            "text_number": "_year.single is not null and _words.bare like '%.%'",
            "year_words": (
                "_year.pair is not null or (_year.single is not null and strlen(_words.given) > 4"
                " and not _words.compact like '%.%')"
            ),
            "date_as_year": "_year.single is null and _year.pair is null",
        }
    )
    return struct({"value": f"{value}::varchar", "conversions": conversions, "problem": problem})
