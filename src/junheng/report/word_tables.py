"""The tables of the self-assessment: head, widths and rows, every cell a text of the warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.texts import Texts
from junheng.report.word_format import Column

STAGE_COLUMNS = ("primary", "junior", "all")


@dataclass(frozen=True)
class TableText:
    """A table before it is drawn. The cells of a column in `merged` that repeat are one."""

    columns: Sequence[Column]
    rows: list[list[str]]
    merged: tuple[int, ...] = ()


class Tables:
    """The tables of one county in one language."""

    def __init__(self, facts: Facts, county: Row, texts: Texts, ledger: Ledger) -> None:
        self.facts, self.texts, self.ledger = facts, texts, ledger
        self.place = {"school_year": facts.school_year, "county_code": county.county_code}
        self.schools = {
            row.school_code: row for row in facts.rows("display.shown_school", ["school_code"], **self.place)
        }

    def table(self, name: str) -> TableText:
        """The table of a placeholder."""
        found: TableText = getattr(self, f"_{name}")()
        return found

    def _head(self, name: str, width: float, align: str = "center") -> Column:
        return Column(self.texts.text(f"word.head_{name}"), width, align)

    def _table_classes(self) -> TableText:
        rows = self.facts.rows("display.shown_county_class", ["class_position", "stage"], **self.place)
        word = self.texts.word
        stages = {row.stage: word(row, "stage") for row in rows}
        counts = {(row.class_position, row.stage): row.units_shown for row in rows}
        classes = {row.class_position: row for row in rows}
        shown = [stage for stage in STAGE_COLUMNS if stage in stages]
        return TableText(
            [self._head("class", 72, "left"), *(Column(stages[stage], 24) for stage in shown), self._head("sign", 12)],
            [
                [word(row, "class"), *(counts[position, stage] for stage in shown), row.sign]
                for position, row in classes.items()
            ],
        )

    def _table_indicators(self) -> TableText:
        rows = self.facts.rows("display.shown_indicator_summary", ["stage_position", "item_no"], **self.place)
        word = self.texts.word
        return TableText(
            [
                self._head("stage", 16),
                self._head("indicator", 46, "left"),
                self._head("standard", 25),
                self._head("mean", 18, "right"),
                self._head("units", 13, "right"),
                self._head("met", 12, "right"),
                self._head("at_floor", 12, "right"),
                self._head("below", 14, "right"),
            ],
            [
                [
                    word(row, "stage"),
                    f"{word(row, 'name')}（{word(row, 'unit')}）"
                    if self.texts.language == "zh"
                    else f"{word(row, 'name')} ({word(row, 'unit')})",
                    word(row, "limit"),
                    row.mean_shown or "…",
                    row.units_shown,
                    row.units_met_shown,
                    row.units_at_floor_shown,
                    row.units_below_floor_shown,
                ]
                for row in rows
            ],
            (0,),
        )

    def _table_not_compliant(self) -> TableText:
        text, word = self.texts.text, self.texts.word
        lacking: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self.facts.rows("display.shown_remediation", ["ratio_to_threshold"], **self.place):
            lacking[row.school_code, row.stage].append(
                text(
                    "word.missing_line",
                    name=word(row, "name"),
                    value=with_unit_or_sign(row),
                    threshold=row.threshold_shown,
                    lacking=word(row, "lacking"),
                )
            )
        units = self.facts.rows(
            "display.shown_unit_verdict",
            ["-class_position", "-stage", "school_code"],
            standing="not_met",
            **self.place,
        )
        rows = [
            [
                str(number),
                self._school_stage(row),
                word(row, "class"),
                "\n".join(lacking[row.school_code, row.stage]),
            ]
            for number, row in enumerate(units, start=1)
        ]
        return TableText(
            [
                self._head("number", 11),
                self._head("school", 38, "left"),
                self._head("class", 31, "left"),
                self._head("missing", 76, "left"),
            ],
            rows or [["", text("word.none"), "", ""]],
        )

    def _table_coefficients(self) -> TableText:
        rows = self.facts.rows("display.shown_county_difference", ["-stage", "indicator_id"], **self.place)
        numbers = {row.indicator_id: row.item_no for row in self.facts.rows("marts.dim_indicator", ["indicator_id"])}
        word = self.texts.word
        rows.sort(key=lambda row: (row.stage != "primary", numbers[row.indicator_id] or 0))
        return TableText(
            [
                self._head("stage", 16),
                self._head("indicator", 68, "left"),
                self._head("coefficient", 26, "right"),
                self._head("limit", 24),
                self._head("verdict", 22),
            ],
            [
                [
                    word(row, "stage"),
                    word(row, "name"),
                    row.value_shown or row.sign,
                    word(row, "limit"),
                    f"{row.sign} {word(row, 'standing')}",
                ]
                for row in rows
            ],
            (0,),
        )

    def _table_ledger(self) -> TableText:
        text, word = self.texts.text, self.texts.word
        own = self.facts.rows("display.shown_county_remediation", ["grp_position", "-stage", "item_no"], **self.place)
        rows = self.facts.rows("display.shown_remediation", ["school_code", "-stage", "indicator_id"], **self.place)
        lines = [([word(row, "grp"), self._problem(row), self._short_of(row)], row) for row in own]
        lines += [([self._school_stage(row), word(row, "name"), word(row, "lacking")], row) for row in rows]
        cells = [[str(number), *problem, *self._filled_in(row)] for number, (problem, row) in enumerate(lines, start=1)]
        return TableText(
            [
                self._head("number", 10),
                self._head("subject", 28, "left"),
                self._head("problem", 30, "left"),
                self._head("lacking", 22, "left"),
                self._head("measure", 26, "left"),
                self._head("owner", 14),
                self._head("deadline", 14),
                self._head("status", 12),
            ],
            cells or [["", text("word.none"), "", "", "", "", "", ""]],
        )

    def _problem(self, row: Row) -> str:
        """An item by its name; a coefficient with its stage."""
        name = self.texts.word(row, "name")
        return (
            name
            if row.item_id
            else self.texts.text("word.coefficient_of", stage=self.texts.word(row, "stage"), name=name)
        )

    def _short_of(self, row: Row) -> str:
        """How far an item or a coefficient is from its limit, and by when it is to be put right."""
        text, word = self.texts.text, self.texts.word
        shown = text("word.against", value=f"{row.value_shown} {word(row, 'unit')}".strip(), limit=word(row, "limit"))
        parts = [shown if row.value_shown is not None else word(row, "standing")]
        parts += [text("remediation.by_end_of", year=row.due_year_shown)] if row.due_year_shown else []
        return text("word.sentence_list").join(parts)

    def _filled_in(self, row: Row) -> list[str]:
        entry = self.ledger.entry(row)
        status = self.texts.text(f"ledger.{entry.status}") if entry.status else ""
        return [entry.measure, entry.owner, entry.deadline, status]

    def _school_stage(self, row: Row) -> str:
        school = self.schools.get(row.school_code)
        name = (school.school_name if school else None) or row.school_code
        return self.texts.text("word.school_stage", school=name, stage=self.texts.word(row, "stage"))


def with_unit_or_sign(row: Row) -> str:
    """The figure of a row, or the sign that stands for it."""
    return str(row.sign if row.value_shown is None else row.value_shown)
