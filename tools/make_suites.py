"""Write `expectations/raw/*.json` from the raw contract and `suite_rules.toml`: `python tools/make_suites.py [--check]`.

The contract (`seeds/standards/raw_columns.csv`, `raw_codes.csv`) says which cells are keys, required, coded or counted; the TOML holds the words and
the few rules with SQL of their own. The output is a function of these three files: the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "seeds" / "standards"
RULES = Path(__file__).with_name("suite_rules.toml")
SUITES = ROOT / "expectations"
GX_VERSION = "1.24.1"
COUNTED = {"count", "measure", "money"}
YEARS = {"school_year", "fiscal_year"}

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write the suites, or with `--check` report the files that differ from what would be written."""
    stale = []
    for path, text in sorted(suite_files().items()):
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.relative_to(ROOT).as_posix())
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if stale:
        print("not what tools/make_suites.py writes:", ", ".join(stale))
    return 1 if stale else 0


def suite_files() -> dict[Path, str]:
    """Every suite file with the text that belongs into it."""
    texts = tomllib.loads(RULES.read_text(encoding="utf-8"))
    columns: dict[str, list[dict[str, str]]] = {}
    for row in _rows("raw_columns.csv"):
        columns.setdefault(row["table_name"], []).append(row)
    codes: dict[tuple[str, str], list[str]] = {}
    for row in _rows("raw_codes.csv"):
        codes.setdefault((row["table_name"], row["column_name"]), []).append(row["code"])
    suites = [raw_suite(table, members, codes, texts) for table, members in columns.items()]
    return {SUITES.joinpath(*suite["name"].split(".")).with_suffix(".json"): render(suite) for suite in suites}


def render(suite: Json) -> str:
    """The bytes of a suite as Great Expectations writes them: sorted keys, two spaces."""
    return json.dumps(suite, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def stable_id(name: str) -> str:
    """The uuid of a suite or rule: the same name gives the same id for ever."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"junheng:{name}"))


def suite_of(name: str, meta: Json, expectations: list[Json]) -> Json:
    """A suite in the JSON shape of Great Expectations."""
    return {
        "name": name,
        "id": stable_id(name),
        "notes": None,
        "meta": {"great_expectations_version": GX_VERSION, **meta},
        "expectations": expectations,
    }


def expectation_of(expectation_type: str, kwargs: Json, severity: str, meta: Json) -> Json:
    """One expectation; its id follows from its rule id and its description from its titles."""
    return {
        "type": expectation_type,
        "id": stable_id(meta["rule_id"]),
        "severity": severity,
        "description": f"{meta['title_zh']}。 {meta['title_en']}.",
        "kwargs": kwargs,
        "meta": meta,
    }


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
        if column["data_type"] in COUNTED:
            rules.append(maker.family("not_negative", column, "expect_column_values_to_be_between", {"min_value": 0}))
        if name in YEARS:
            bounds = {"min_value": texts["bounds"]["year_min"], "max_value": texts["bounds"]["year_max"]}
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
        """No key comes twice. A query, because it must bring back every row of every repeated key."""
        same = " and ".join(f"t.{key} = d.{key}" for key in self.keys)
        names = ", ".join(self.keys)
        where = f"exists (select 1 from (select {names} from batch_rows group by {names} having count(*) > 1) as d where {same})"
        words = self.texts["families"]["unique"]
        return self._rule("unexpected_rows_expectation", _query(where), "key.unique", words, keys=names)

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

    def code(self, column: dict[str, str], values: list[str]) -> Json:
        """The column holds one of its codes."""
        listed = ", ".join(values)
        return self.family("code", column, "expect_column_values_to_be_in_set", {"value_set": values}, codes=listed)

    def own(self, rule: Json, column: dict[str, str]) -> Json:
        """A rule with SQL of its own."""
        kinds, grades = self.texts["stages_of_kind"], self.texts["grades_of_stage"]
        params = {
            "stages": ", ".join(_literals(list(grades))),
            "kind_misfit": " or ".join(
                f"(s.school_kind = '{kind}' and t.stage not in ({', '.join(_literals(stages))}))"
                for kind, stages in kinds.items()
            ),
            "kinds_text": "; ".join(f"{kind}: {', '.join(stages)}" for kind, stages in kinds.items()),
            "grade_misfit": " or ".join(
                f"(t.stage = '{stage}' and t.grade not between {low} and {high})"
                for stage, (low, high) in grades.items()
            ),
            "grades_text": "; ".join(f"{stage}: {low} – {high}" for stage, (low, high) in grades.items()),
        }
        scope = rule["scope"].format(**params)
        where = f"({scope}) and ({rule['where'].format(**params)})"
        name = f"{rule['column']}.{rule['name']}"
        made = self._rule("unexpected_rows_expectation", _query(where), name, rule, column, **params)
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


def _query(where: str) -> Json:
    # The batch is named once, in a CTE: Great Expectations puts a table or a derived table with an alias of its own there.
    return {
        "unexpected_rows_query": f"with batch_rows as (select * from {{batch}}) select t.* from batch_rows as t where {where}"
    }


def _literals(values: list[str]) -> list[str]:
    return [f"'{value}'" for value in values]


def _rows(name: str) -> list[dict[str, str]]:
    with (CONTRACT / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
