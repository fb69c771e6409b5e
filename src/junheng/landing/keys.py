"""Codes as text: school codes, staff pseudonyms, class numbers, and what spreadsheets do to them."""

from __future__ import annotations

from junheng.landing.sql import literal, struct
from junheng.landing.tidy import WHITE
from junheng.landing.words import cell_words

# 3.15E+11: the digits behind it are gone. 3E11 may be a code.
LOST_DIGITS = r"[0-9]+\.[0-9]+[eE][+-]?[0-9]+|[0-9]+[eE]\+[0-9]+"
DATE = r"([0-9]{4}[-/])?[0-9]{1,2}[-/][0-9]{1,2}"
FULL_DATE = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9:.]+)?"


def read_key(text: str) -> str:
    """SQL struct (value, conversions, problem) for the tidied, non-empty text of a code."""
    dated = text
    for word, mark in cell_words("date_mark").items():
        dated = f"replace({dated}, {literal(word)}, {literal(mark)})"
    became_date = (
        f"regexp_full_match({text}, {literal(FULL_DATE)})"
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
                f"case when regexp_full_match({text}, {literal(LOST_DIGITS)}) then 'code_lost_digits'"
                f" when {became_date} then 'code_became_date' end"
            ),
        }
    )
