"""Cells without any cleaning: how the first reader of CSV files judges them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from junheng.landing.numbers import decimals
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawColumn

WHITE_SPACE = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"
INTEGER = r"[+-]?[0-9]+(\.0*)?"
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"


def trimmed(column: str) -> str:
    """The text of a cell without surrounding white space; NULL when nothing is left."""
    return f"nullif(trim({quoted(column)}, {WHITE_SPACE}), '')"


def strict_value(column: RawColumn, words: Mapping[str, Sequence[str]]) -> str:
    """SQL for the typed value of a cell. Only valid for cells in which `strict_problem` finds nothing."""
    text = trimmed(column.name)
    match column.data_type:
        case "integer" | "count":
            return f"cast(regexp_replace({text}, '\\.0*$', '') as {column.sql_type})"
        case "measure" | "money" | "number":
            return f"cast({text} as {column.sql_type})"
        case "boolean":
            return f"lower({text}) in ({_list(words['true'])})"
        case "code":
            cases = " ".join(f"when {literal(word)} then {literal(code)}" for word, code in column.codes.items())
            return f"case {text} {cases} end" if cases else text
        case _:
            return text


def strict_problem(column: RawColumn, words: Mapping[str, Sequence[str]]) -> str:
    """SQL that gives the rule a cell breaks, or NULL."""
    text = trimmed(column.name)
    empty = f"case when {text} is null then 'required_cell_empty' end" if column.is_required else "null"
    match column.data_type:
        case "integer" | "count":
            broken = (
                f"when not regexp_full_match({text}, '{NUMBER}') then 'text_in_number'"
                f" when not regexp_full_match({text}, '{INTEGER}') then 'not_a_whole_number'"
                f" when try_cast(regexp_replace({text}, '\\.0*$', '') as {column.sql_type}) is null"
                " then 'number_too_large'"
            )
        case "measure" | "money" | "number":
            scale = decimals(column)
            exact = rf"[+-]?([0-9]+(\.[0-9]{{0,{scale}}}0*)?|\.[0-9]{{1,{scale}}}0*)"
            broken = (
                f"when not regexp_full_match({text}, '{NUMBER}') then 'text_in_number'"
                f" when not regexp_full_match({text}, '{exact}') then 'too_many_decimals'"
                f" when try_cast({text} as {column.sql_type}) is null then 'number_too_large'"
            )
        case "boolean":
            accepted = [*words["true"], *words["false"]]
            broken = f"when lower({text}) not in ({_list(accepted)}) then 'not_a_boolean'"
        case "code" if column.codes:
            broken = f"when {text} not in ({_list(tuple(column.codes))}) then 'unknown_code'"
        case _:
            return empty
    return f"case when {text} is null then {empty} {broken} end"


def _list(words: Sequence[str]) -> str:
    return ", ".join(literal(word) for word in words)
