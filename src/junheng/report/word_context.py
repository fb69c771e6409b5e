"""What a template of the self-assessment may print: every placeholder and its text, from the published warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from junheng.report.facts import Facts, Row
from junheng.report.growth_words import finance_growth
from junheng.report.texts import Texts
from junheng.report.word_format import printable
from junheng.report.word_items import GROUPS, Item, ItemWriter, of_group, with_unit

# A placeholder of these names becomes a table or a chart (of `charts.py`); it stands in a paragraph of its own.
TABLES = ("table_classes", "table_indicators", "table_not_compliant", "table_coefficients", "table_ledger")
CHARTS = {"chart_indicators": "strip", "chart_coefficients": "coefficients", "chart_retention": "retention"}
STAGES = ("primary", "junior")
ALL_STAGES = (*STAGES, "special")


def placeholder_mark(name: str) -> str:
    """What stands in the rendered text where a table or a picture comes."""
    return f"⟦{name}⟧"


class Context:
    """The placeholders of one county in one language."""

    def __init__(self, facts: Facts, county: Row, texts: Texts) -> None:
        self.facts, self.county, self.texts = facts, county, texts
        self.place = {"school_year": facts.school_year, "county_code": county.county_code}
        self.items = ItemWriter(facts, county, texts)

    def values(self, used: Iterable[str]) -> dict[str, Any]:
        """All placeholders. `used` are those of the template: items it does not name come in `other_<group>`."""
        items = self.items.all()
        values: dict[str, Any] = {
            "county": self._county(),
            "basics": self._basics(),
            "resources": self._resources(),
            "coefficients": self._coefficients(),
            "finance": {"sentence": finance_growth(self.facts, self.county, self.texts)},
            "remediation": self._remediation(),
            "notes": self._notes(),
        }
        for group in GROUPS:
            values[group] = {"sentence": self._group_sentence(group)}
            rows = of_group(self.items.items, group)
            values[f"other_{group}"] = [items[row.item_id] for row in rows if row.item_id not in set(used)]
        plain: dict[str, Any] = cleaned(values)
        return plain | items | {name: placeholder_mark(name) for name in (*TABLES, *CHARTS)}

    def _county(self) -> dict[str, str]:
        county, word = self.county, self.texts.word
        return {
            "name": county.county_name or county.county_code,
            "code": county.county_code,
            "school_year": county.school_year_shown,
            "stock_date": self._stock_date(),
            "headline": word(county, "headline"),
            "verdict": word(county, "verdict"),
        }

    def _stock_date(self) -> str:
        """The date of the stock as the language writes it in a document."""
        year, month, day = self.county.stock_date_shown.split("-")
        return self.texts.text(
            "word.date", date=self.county.stock_date_shown, year=year, month=int(month), day=int(day)
        )

    def _basics(self) -> dict[str, str]:
        rows = self.facts.rows("display.shown_county_basic", ["stage_position", "school_kind"], **self.place)
        known = {(row.basic, row.stage): row for row in rows if row.school_kind is None}
        shown = {key: row.value_shown for key, row in known.items()}
        text = self.texts.text
        stages = [
            text(
                "word.basics_stage",
                stage=self.texts.word(known["units", stage], "stage"),
                units=shown["units", stage],
                kinds=text("word.list").join(
                    text("word.basics_kind", kind=self.texts.word(row, "school_kind"), units=row.value_shown)
                    for row in rows
                    if row.basic == "units" and row.stage == stage and row.school_kind is not None
                ),
            )
            for stage in STAGES
            if ("units", stage) in known
        ]
        return {
            "units": text(
                "word.basics_units",
                all=self.county.units_shown,
                stages=text("word.list").join(stages) or text("word.none"),
                institutions=shown.get(("institutions", "all")) or "0",
                special=shown.get(("institutions", "special")) or "0",
            ),
            "pupils": self._or_to_fill(
                [known.get(("pupils", "all")), known.get(("classes", "all"))],
                ("what_pupils", "what_classes"),
                lambda: text(
                    "word.basics_pupils",
                    all=shown["pupils", "all"],
                    classes=shown["classes", "all"],
                    stages=self._by_stage(known, "pupils"),
                ),
            ),
            "teachers": self._or_to_fill(
                [known.get(("staff", "all"))],
                ("what_teachers",),
                lambda: text(
                    "word.basics_teachers",
                    staff=shown["staff", "all"],
                    staff_stages=self._by_stage(known, "staff"),
                    teachers=shown["full_time_teachers", "all"],
                    teacher_stages=self._by_stage(known, "full_time_teachers"),
                ),
            ),
            "rates": text(
                "word.basics_rates", retention=self._item_value("quality_01"), disabled=self._item_value("quality_02")
            )
            + text("word.to_fill", what=text("word.enrolment_rate")),
        }

    def _or_to_fill(self, rows: list[Row | None], names: tuple[str, ...], sentence: Any) -> str:
        """The sentence when all of its figures are there; else what is missing and why."""
        missing = [(name, row) for name, row in zip(names, rows, strict=True) if row is None or row.value_shown is None]
        if not missing:
            return str(sentence())
        text = self.texts.text
        parts = []
        for name, row in missing:
            reason = self.texts.word(row, "reason") if row is not None else ""
            what = text(f"word.{name}")
            parts.append(text("word.basics_missing", what=what, reason=reason) if reason else what)
        return text("word.to_fill", what=text("word.sentence_list").join(parts))

    def _by_stage(self, known: Mapping[tuple[str, str], Row], basic: str) -> str:
        rows = [known[basic, stage] for stage in ALL_STAGES if (basic, stage) in known]
        return self.texts.text("word.list").join(
            self.texts.text("word.basics_count", stage=self.texts.word(row, "stage"), value=row.value_shown)
            for row in rows
        )

    def _item_value(self, item_id: str) -> str:
        for row in self.items.items:
            if row.item_id == item_id and row.value_shown is not None:
                return with_unit(row.value_shown, self.texts.word(row, "unit"))
        return self.texts.text("word.to_fill", what=self.texts.text("word.to_fill_result"))

    def _resources(self) -> dict[str, str]:
        text, word, county = self.texts.text, self.texts.word, self.county
        rows = self.facts.rows("display.shown_indicator_summary", ["item_no"], **self.place)
        names = dict.fromkeys(word(row, "name") for row in rows)
        classes = self.facts.rows("display.shown_county_class", ["class_position"], stage="all", **self.place)
        floors = [row.floor_pct_shown for row in rows if row.floor_pct_shown is not None]
        # The best class meets all indicators; the last one that complies, as many as a unit has to.
        all_of = classes[0].met_max_shown if classes else text("word.none")
        least = [row.met_min_shown for row in classes if row.is_compliant]
        without = county.units_no_data_shown
        return {
            "indicators": text("word.list").join(names),
            "count": all_of,
            "least": least[-1] if least else text("word.none"),
            "floor": text("word.list").join(dict.fromkeys(floors)) or text("word.none"),
            "sentence": text(
                "word.resources_sentence",
                units=county.units_shown,
                compliant=county.units_compliant_shown,
                not_compliant=county.units_not_compliant_shown,
                classes=text("word.sentence_list").join(
                    text("word.resources_class", units=row.units_shown, **{"class": word(row, "class")})
                    for row in classes
                ),
            ),
            "without_data": text("word.resources_all_judged")
            if without == "0"
            else text("word.resources_without_data", count=without),
            "conclusion": text("word.conclusion", standing=word(county, "resources")),
        }

    def _coefficients(self) -> dict[str, str]:
        text, word, county = self.texts.text, self.texts.word, self.county
        rows = self.facts.rows("display.shown_county_difference", ["-stage", "indicator_id"], **self.place)
        limits = {row.stage: word(row, "limit") for row in rows}
        over = [self._coefficient(row) for row in rows if row.standing == "not_met"]
        flips = [self._coefficient(row) for row in rows if row.choice_flips_verdict]
        return {
            "limit_primary": limits.get("primary", ""),
            "limit_junior": limits.get("junior", ""),
            "sentence": text(
                "word.coefficients_sentence",
                all=county.coefficients_shown,
                met=county.coefficients_met_shown,
                over=county.coefficients_over_shown,
                which=text("word.coefficients_over", list=text("word.sentence_list").join(over)) if over else "",
            )
            + (
                text("word.coefficients_without_data", count=county.coefficients_no_data_shown)
                if county.coefficients_no_data_shown != "0"
                else ""
            ),
            "recipe": next((word(row, "recipe") for row in rows), ""),
            "recipe_note": text("word.coefficients_flips", list=text("word.sentence_list").join(flips))
            if flips
            else text("word.coefficients_stable"),
            "conclusion": text("word.conclusion", standing=word(county, "coefficients")),
        }

    def _coefficient(self, row: Row) -> str:
        word = self.texts.word
        return self.texts.text(
            "word.coefficients_one",
            stage=word(row, "stage"),
            name=word(row, "name"),
            value=row.value_shown,
            limit=word(row, "limit"),
        )

    def _group_sentence(self, group: str) -> str:
        """How many items of a group have each conclusion."""
        text, word = self.texts.text, self.texts.word
        rows = self.facts.rows("display.shown_county_group", ["standing_position"], grp=group, **self.place)
        if not rows:
            return text("word.to_fill", what=text("word.to_fill_result"))
        counts = [text("word.group_count", standing=word(row, "standing"), count=row.items_shown) for row in rows]
        return text("word.group_sentence", all=rows[0].group_items_shown, counts=text("word.list").join(counts))

    def _remediation(self) -> dict[str, str]:
        text, word, county = self.texts.text, self.texts.word, self.county
        rows = self.facts.rows("display.shown_remediation", ["school_code"], **self.place)
        open_items = [row for row in self.items.items if row.standing in ("remediation", "not_met")]
        items = [
            text(
                "word.remediation_due" if row.due_year_shown else "word.remediation_item",
                name=word(row, "name"),
                standing=word(row, "standing"),
                year=row.due_year_shown,
            )
            for row in open_items
        ]
        gaps = rows[0].gaps_shown if rows else None
        return {
            "sentence": text(
                "word.remediation_sentence" if gaps else "word.remediation_sentence_plain",
                units=county.units_not_compliant_shown,
                rows=gaps,
                over=county.coefficients_over_shown,
            ),
            "open_items": text("word.remediation_items", list=text("word.sentence_list").join(items))
            if items
            else text("word.remediation_no_items"),
            "ledger": text("word.ledger_sentence"),
        }

    def _notes(self) -> dict[str, str]:
        text, word = self.texts.text, self.texts.word
        coefficients = self.facts.rows("display.shown_county_difference", ["indicator_id", "stage"], **self.place)
        retention = self.items.retention
        return {
            "source": text(
                "word.source",
                year=self.county.school_year_shown,
                date=self._stock_date(),
                build=self.facts.run.build_id,
            ),
            "rounding": text("word.rounding"),
            "formula": text(
                "word.formula",
                recipe=word(coefficients[0], "recipe") if coefficients else text("word.none"),
                formula=word(retention[0], "formula") if retention else text("word.none"),
            ),
        }


def cleaned(value: Any) -> Any:
    """The texts of a nested value as Word can hold them."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [one if isinstance(one, Item) else cleaned(one) for one in value]
    return value
