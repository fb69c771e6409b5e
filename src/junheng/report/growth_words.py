"""What became of the county's funds since the year before, in words."""

from __future__ import annotations

from junheng.report.facts import Facts, Row
from junheng.report.texts import Texts


def change_in_words(texts: Texts, shown: str) -> str:
    """A change on the year before, in per cent as shown: `-3.2` is a fall of 3.2 %. A public report may hide it."""
    size = shown.removeprefix("-")
    if not size[:1].isdigit():
        return texts.text("growth.hidden", value=shown)
    if not size.strip("0."):
        return texts.text("growth.none")
    return texts.text("growth.up" if size == shown else "growth.down", value=size)


def finance_growth(facts: Facts, county: Row, texts: Texts) -> str:
    """The sentences on the county's funds in the judged year, one for each indicator and stage."""
    text, word = texts.text, texts.word
    rows = facts.rows(
        "display.shown_finance_growth",
        ["indicator_id", "-stage"],
        fiscal_year=facts.school_year,
        county_code=county.county_code,
    )
    sentences = [
        text(
            "word.finance_growth",
            year=row.fiscal_year,
            stage=word(row, "stage"),
            name=word(row, "name"),
            value=row.sign if row.value_shown is None else change_in_words(texts, row.value_shown),
            standing=word(row, "standing"),
        )
        for row in rows
    ]
    if not sentences:
        return text("word.finance_none")
    return text("word.sentence_list").join(sentences) + text("word.end")
