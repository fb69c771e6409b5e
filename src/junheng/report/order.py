"""The order in which the standard names things: primary before junior, the seven indicators as they are numbered."""

from __future__ import annotations

from collections.abc import Sequence

from junheng.report.facts import Facts, Row

STAGES = ("primary", "junior", "special", "senior", "all")


def indicator_order(facts: Facts) -> dict[str, int]:
    """The place of every indicator among those of its group."""
    rows = facts.rows("marts.dim_indicator", ["item_no", "indicator_id"])
    return {row.indicator_id: place for place, row in enumerate(rows)}


def by_stage_and_indicator(rows: Sequence[Row], facts: Facts) -> list[Row]:
    """Rows of stages and indicators in the order of the standard; what is alike stays as it was."""
    order = indicator_order(facts)
    return sorted(rows, key=lambda row: (STAGES.index(row.stage), order[row.indicator_id]))
