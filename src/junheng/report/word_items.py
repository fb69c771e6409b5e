"""The items of the self-assessment in words: figures, what the county wrote, what is still to be said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from junheng.report.facts import Facts, Row
from junheng.report.texts import Texts
from junheng.report.word_format import printable

GROUPS = ("government", "quality", "social", "veto", "application")
RETENTION = "junior_retention_3y"
JUDGED = ("met", "not_met", "remediation")


@dataclass(frozen=True)
class Item:
    """An item as a template prints it."""

    item_id: str
    name: str
    facts: str
    conclusion: str


class ItemWriter:
    """Writes the items of one county."""

    def __init__(self, facts: Facts, county: Row, texts: Texts) -> None:
        place = {"school_year": facts.school_year, "county_code": county.county_code}
        self.texts = texts
        self.items = facts.rows("display.shown_county_item", ["grp_position", "item_no"], **place)
        self.names = facts.rows("standards.evaluation_items", ["grp", "item_no"])
        self.indicators: defaultdict[str, list[Row]] = defaultdict(list)
        for row in facts.rows("display.shown_county_indicator", ["-stage", "indicator_id"], **place):
            self.indicators[row.item_id].append(row)
        schools = {
            row.school_code: row.school_name for row in facts.rows("display.shown_school", ["school_code"], **place)
        }
        self.failing: defaultdict[str, list[str]] = defaultdict(list)
        self.failing_shown: dict[str, str | None] = {}
        for row in facts.rows("display.shown_school_item", ["school_code", "stage"], standing="not_met", **place):
            self.failing[row.indicator_id].append(schools.get(row.school_code) or row.school_code)
            self.failing_shown[row.indicator_id] = row.failing_shown
        self.retention = facts.rows(
            "display.shown_retention",
            ["graduated_in"],
            graduated_in=facts.school_year,
            county_code=county.county_code,
            school_code=None,
            is_chosen=True,
        )

    def all(self) -> dict[str, Item]:
        """Every item of the standards by its id; one that the data does not judge is to be filled in."""
        known = {row.item_id: self._item(row) for row in self.items}
        for row in self.names:
            known.setdefault(
                row.item_id,
                Item(
                    row.item_id,
                    printable(self.texts.word(row, "name")),
                    self._to_fill("to_fill_result"),
                    self.texts.text("word.conclusion", standing=self._to_fill("to_fill_result")),
                ),
            )
        return known

    def _item(self, row: Row) -> Item:
        clauses = [clause for one in self.indicators[row.item_id] for clause in self._clauses(one)]
        text = self.texts.text("word.sentence_list").join(clauses)
        ended = f"{text}{self.texts.text('word.end')}" if text else ""
        return Item(
            row.item_id,
            printable(self.texts.word(row, "name")),
            printable(ended + self._still_to_say(row)),
            printable(self.texts.word(row, "conclusion")),
        )

    def _still_to_say(self, row: Row) -> str:
        """What people have to add: nothing about a result that the data gives in full."""
        indicators = self.indicators[row.item_id]
        if row.standing == "remediation" or row.standing == "not_met":
            return self._to_fill("to_fill_remedy")
        if row.standing not in JUDGED:
            return self._to_fill("to_fill_result")
        if any(one.judged_by == "document_review" for one in indicators):
            return self._to_fill("to_fill_evidence")
        return ""

    def _clauses(self, row: Row) -> list[str]:
        text = self.texts.text
        found = [self._figures(row)]
        names = self.failing[row.indicator_id] if row.is_share else []
        if names:
            count, schools = self.failing_shown[row.indicator_id], text("word.list").join(names)
            found.append(
                text("word.failing_schools", count=count, schools=schools)
                if count
                else text("word.failing_schools_hidden", schools=schools)
            )
        if row.evidence:
            found.append(text("word.evidence", evidence=row.evidence))
        return found

    def _figures(self, row: Row) -> str:
        """What an indicator says: its parts, its value, or that people judged it."""
        text, word = self.texts.text, self.texts.word
        if row.indicator_id == RETENTION and self.retention and row.value_shown is not None:
            return self._retention(self.retention[0])
        name, limit = word(row, "name"), word(row, "limit")
        if row.value_shown is None:
            if row.judged_by == "document_review" and row.standing in JUDGED:
                return text("word.clause_review", name=name, standing=word(row, "standing"))
            reason = word(row, "reason")
            shown = text("word.clause_open", name=name, standing=word(row, "standing"))
            return shown + (text("word.clause_reason", reason=reason) if reason else "")
        value = with_unit(row.value_shown, word(row, "unit"))
        if row.numerator_shown is None or row.denominator_shown is None:
            return text("word.clause_value", name=name, value=value, limit=limit)
        return text(
            "word.clause_parts",
            name=name,
            numerator_name=word(row, "numerator"),
            numerator=row.numerator_shown,
            denominator_name=word(row, "denominator"),
            denominator=row.denominator_shown,
            value=value,
            limit=limit,
        )

    def _retention(self, row: Row) -> str:
        text, word = self.texts.text, self.texts.word
        parts = [
            text(
                "word.retention",
                year=row.graduated_in,
                graduates=row.graduates_shown,
                entrants=row.entrants_shown,
                out=row.transfers_out_shown,
                suspended=row.suspended_shown,
                resumed=row.resumed_shown,
                deaths=row.deaths_shown,
                formula=word(row, "formula"),
                value=with_unit(row.value_shown, word(row, "unit")),
                limit=word(row, "limit"),
                **{"in": row.transfers_in_shown},
            )
        ]
        parts += [text("word.retention_above")] if row.exceeds_100 else []
        parts += [text("word.retention_flips")] if row.choice_flips_verdict else []
        return text("word.sentence_list").join(parts)

    def _to_fill(self, key: str) -> str:
        return self.texts.text("word.to_fill", what=self.texts.text(f"word.{key}"))


def with_unit(value: str, unit: str) -> str:
    """A figure and its unit, one space between them."""
    return f"{value} {unit}".rstrip()


def of_group(items: Sequence[Row], group: str) -> list[Row]:
    """The rows of a group of items, in their order."""
    return [row for row in items if row.grp == group]
