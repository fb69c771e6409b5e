"""Suites of the raw tables, from the raw contract (`raw_columns.csv`, `raw_codes.csv`) and `raw.toml`.

The contract says which cells are keys, required, coded or counted; the TOML holds the words and the few rules with SQL
of their own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from suites.json_shape import Json, expectation_of, literals, query_of, read_seed, suite_of

RULES = Path(__file__).with_name("raw.toml")
COUNTED = {"count", "measure", "money"}
YEARS = {"school_year", "fiscal_year", "due_year"}


def raw_suites() -> list[Json]:
    """One suite for each raw table."""
    texts = tomllib.loads(RULES.read_text(encoding="utf-8"))
    columns: dict[str, list[dict[str, str]]] = {}
    for row in read_seed("raw_columns.csv"):
        columns.setdefault(row["table_name"], []).append(row)
    codes: dict[tuple[str, str], list[str]] = {}
    for row in read_seed("raw_codes.csv"):
        codes.setdefault((row["table_name"], row["column_name"]), []).append(row["code"])
    texts["subjects"] = [row["subject"] for row in read_seed("subjects.csv")]
    return [raw_suite(table, members, codes, texts) for table, members in columns.items()]


def raw_suite(table: str, columns: list[dict[str, str]], codes: dict[tuple[str, str], list[str]], texts: Json) -> Json:
    """The suite of one raw table."""
    maker = RawRules(table, [column["column_name"] for column in columns if column["is_key"] == "true"], texts)
    rules = [maker.not_empty()] if table == "schools" else []
    rules.append(maker.unique())
    for column in columns:
        name = column["column_name"]
        if column["is_required"] == "true":
            rules.append(maker.family("required", column, "expect_column_values_to_not_be_null", {}))
        if (table, name) in codes:
            rules.append(maker.code(column, codes[table, name]))
        if name == "subject":
            rules.append(maker.code(column, texts["subjects"], "known_subject"))
        if column["data_type"] in COUNTED:
            rules.append(maker.family("not_negative", column, "expect_column_values_to_be_between", {"min_value": 0}))
        if name == "county_code":
            kind = "expect_column_value_lengths_to_equal"
            rules.append(maker.family("six_digits", column, kind, {"value": texts["bounds"]["county_digits"]}))
        if name in YEARS:
            bounds: Json = {"min_value": texts["bounds"]["year_min"], "max_value": texts["bounds"]["year_max"]}
            if column["is_required"] != "true":  # a column that nobody has to fill is not missing when nobody did
                bounds["row_condition"] = {"type": "nullity", "column": {"name": name}, "is_null": False}
            rules.append(maker.family("year", column, "expect_column_values_to_be_between", bounds))
        rules += [
            maker.own(rule, column) for rule in texts["rules"] if rule["column"] == name and table in rule["tables"]
        ]
    return suite_of(f"raw.{table}", {"table": f"raw.{table}", "keys": maker.keys}, rules)


class RawRules:
    """Makes the rules of one raw table."""

    def __init__(self, table: str, keys: list[str], texts: Json) -> None:
        self.table = table
        self.keys = keys
        self.texts = texts

    def not_empty(self) -> Json:
        """The table has rows at all."""
        return self._rule(
            "expect_table_row_count_to_be_between",
            {"min_value": 1},
            "table.not_empty",
            self.texts["families"]["not_empty"],
        )

    def unique(self) -> Json:
        """No key comes twice, and no part of it is missing."""
        words = self.texts["families"]["unique"]
        kwargs = {"column_list": self.keys}
        return self._rule(
            "expect_compound_columns_to_be_unique", kwargs, "key.unique", words, keys=", ".join(self.keys)
        )

    def family(self, family: str, column: dict[str, str], expectation_type: str, kwargs: Json, **params: str) -> Json:
        """A rule of a family on one column."""
        name = column["column_name"]
        words = self.texts["families"][family]
        return self._rule(
            expectation_type,
            {"column": name, **kwargs},
            f"{name}.{family}",
            words,
            column,
            **self.texts["bounds"],
            **params,
        )

    def code(self, column: dict[str, str], values: list[str], family: str = "code") -> Json:
        """The column holds one of its codes."""
        listed = ", ".join(values)
        return self.family(family, column, "expect_column_values_to_be_in_set", {"value_set": values}, codes=listed)

    def own(self, rule: Json, column: dict[str, str]) -> Json:
        """A rule with SQL of its own."""
        kinds, grades = self.texts["stages_of_kind"], self.texts["grades_of_stage"]
        params = {
            "stages": literals(list(grades)),
            "kinds": literals(list(kinds)),
            "offered": ", ".join(f"({literals([kind, stage])})" for kind, stages in kinds.items() for stage in stages),
            "kinds_text": "; ".join(f"{kind}: {', '.join(stages)}" for kind, stages in kinds.items()),
            "grade_misfit": " or ".join(
                f"(stage = '{stage}' and grade not between {low} and {high})" for stage, (low, high) in grades.items()
            ),
            "grades_text": "; ".join(f"{stage}: {low} – {high}" for stage, (low, high) in grades.items()),
        }
        scope = rule["scope"].format(**params)
        where = f"({scope}) and ({rule['where'].format(**params)})"
        name = f"{rule['column']}.{rule['name']}"
        made = self._rule("unexpected_rows_expectation", query_of(where), name, rule, column, **params)
        made["meta"] |= {"actual": rule["column"], "scope": scope}
        return made

    def _rule(
        self, kind: str, kwargs: Json, name: str, words: Json, column: dict[str, str] | None = None, **params: object
    ) -> Json:
        table_zh, table_en = self.texts["tables"][self.table]
        facts = {"table_zh": table_zh, "table_en": table_en, **params}
        if column is not None:
            facts |= {"column": column["column_name"], "column_zh": column["name_zh"], "column_en": column["name_en"]}
        meta: Json = {
            "rule_id": f"raw.{self.table}.{name}",
            "table": f"raw.{self.table}",
            "keys": self.keys,
            "who_fixes": self.texts["people"][self.texts["owners"][self.table]],
            "source": "seeds/standards/raw_columns.csv",
        }
        meta |= {
            field: words[field].format(**facts) for field in ("title_zh", "title_en", "why", "how_to_fix", "required")
        }
        return expectation_of(kind, kwargs, words["severity"], meta)
