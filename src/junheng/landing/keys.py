"""Codes as text: school codes, staff pseudonyms, class numbers, and what spreadsheets do to them."""

from __future__ import annotations

from junheng.landing.sql import literal, struct
from junheng.landing.tidy import WHITE
from junheng.landing.words import cell_words
from junheng.raw_contract import RawColumn

# Columns that may hold a pseudonym and never a person, and the rule that a cell with one breaks.
PSEUDONYMS = ("staff_id",)
PERSONAL = "person_instead_of_pseudonym"
IDENTITY_NUMBER = r"[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
CHINESE_NAME = r"\p{Han}{2,4}|\p{Han}{1,8}[\x{00B7}\x{2022}.]\p{Han}{1,8}"
# 3.15E+11: the digits behind it are gone. 3E11 may be a code.
LOST_DIGITS = r"[0-9]+\.[0-9]+[eE][+-]?[0-9]+|[0-9]+[eE]\+[0-9]+"
DATE = r"([0-9]{4}[-/])?[0-9]{1,2}[-/][0-9]{1,2}"
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# What an English spreadsheet shows of 1-2: 2-Jan.
TIME = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
NAMED_DATE = rf"(?i)[0-9]{{1,2}}-({MONTHS})(-[0-9]{{2,4}})?|({MONTHS})-[0-9]{{1,4}}"
FULL_DATE = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9:.]+)?"


def is_about_a_person(text: str) -> str:
    """SQL boolean: the text is the number of an identity card, or a Chinese name."""
    return f"({is_identity_number(text)} or regexp_full_match({text}, {literal(CHINESE_NAME)}))"


def is_identity_number(text: str) -> str:
    """SQL boolean: the text is the number of an identity card."""
    # Only a text of 18 bytes can be one: the pattern is not tried on the others.
    number = f"regexp_full_match({text}, {literal(IDENTITY_NUMBER)})"
    return f"(case when strlen({text}) = 18 then {number} else false end)"


def read_key(column: RawColumn, text: str) -> str:
    """SQL struct (value, conversions, problem) for the tidied, non-empty text of a code."""
    dated = text
    for word, mark in cell_words("date_mark").items():
        dated = f"replace({dated}, {literal(word)}, {literal(mark)})"
    became_date = (
        f"regexp_full_match({text}, {literal(FULL_DATE)}) or regexp_full_match({text}, {literal(NAMED_DATE)})"
        f" or regexp_full_match({text}, {literal(TIME)})"
        f" or ({dated} <> {text} and regexp_full_match({dated}, {literal(DATE)}))"
    )
    is_float = rf"regexp_full_match({text}, '[0-9]+\.0+')"
    is_spaced = f"regexp_full_match({text}, {literal(f'[0-9]+({WHITE}+[0-9]+)+')})"
    return struct(
        {
            "value": (
                rf"case when {is_float} then regexp_replace({text}, '\.0+$', '')"
                f" when {is_spaced} then regexp_replace({text}, {literal(WHITE)}, '', 'g') else {text} end"
            ),
            "conversions": (
                f"case when {is_float} then ['number_as_code'] when {is_spaced} then ['inner_spaces']"
                " else []::varchar[] end"
            ),
            "problem": (
                f"case when {is_about_a_person(text) if column.name in PSEUDONYMS else 'false'}"
                f" then {literal(PERSONAL)} when regexp_full_match({text}, {literal(LOST_DIGITS)})"
                " then 'code_lost_digits'"
                f" when {became_date} then 'code_became_date' end"
            ),
        }
    )
