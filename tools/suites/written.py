"""Suites of rules that are written one by one: a folder of TOML files, one for each suite.

A rule of a TOML file has its texts and one of three shapes:

* `expect` and `kwargs`: an expectation of Great Expectations on columns; * `where`: rows of the batch that are wrong,
columns unqualified, other tables only in uncorrelated subqueries; * `join` and `where`: rows t of the batch held
against other rows that the join brings.

`scope` says which rows the rule speaks about; `actual` and `expected` are SQL for what a failing row holds and should
hold. `columns` repeats a rule for each of them. In SQL, `@name` stands for a bound of `plausibility_bounds.csv` and
`<<name>>` for a fragment of `fragments.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from suites.json_shape import Json, expectation_of, read_seed, suite_of

HERE = Path(__file__).parent
BOUND = re.compile(r"@([a-z_0-9]+)")
FRAGMENT = re.compile(r"<<([a-z_]+)>>")
TEXTS = ("title_zh", "title_en", "why", "how_to_fix", "required")
# A missing bound gives NULL and with it a rule that never fails: the maker refuses a name that the seed does not have.
BOUND_QUERY = "(select cast(b.value as decimal(20, 4)) from standards.plausibility_bounds as b where b.bound_id = '{}')"
PARAMETER = "plausible__{}"


def written_suites(layer: str) -> list[Json]:
    """The suites of a layer, one for each TOML file of its folder."""
    return [written_suite(layer, path) for path in sorted((HERE / layer).glob("*.toml"))]


def written_suite(layer: str, path: Path) -> Json:
    """The suite of one file."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    keys = document.get("keys") or keys_of(document["table"])
    meta = {"table": document["table"], "keys": keys}
    if "year_column" in document:
        meta["year_column"] = document["year_column"]
    name = f"{layer}.{path.stem}"
    rules = [unique_rule(document, keys)] if document.get("unique") else []
    rules += document["rules"]
    return suite_of(name, meta, [made for rule in rules for made in made_rules(name, meta, document, rule)])


def unique_rule(document: Json, keys: list[str]) -> Json:
    """The rule that no key comes twice, and no part of it is missing, in the words of the raw suites."""
    words = raw_texts()["families"]["unique"]
    facts = {"{table_zh}": document["name_zh"], "{table_en}": document["name_en"], "{keys}": ", ".join(keys)}
    kind, kwargs = ("expect_compound_columns_to_be_unique", {"column_list": keys})
    if len(keys) == 1:
        kind, kwargs = ("expect_column_values_to_be_unique", {"column": keys[0]})
    rule = {
        **words,
        "how_to_fix": document["rules"][0]["how_to_fix"],
        "expect": kind,
        "kwargs": kwargs,
        "id": "key.unique",
    }
    return fill(rule, {name.strip("{}"): text for name, text in facts.items()})


def made_rules(name: str, meta: Json, document: Json, rule: Json) -> Iterator[Json]:
    """The expectations of one entry: one, or one for each of its columns."""
    for column in rule.get("columns", [""]):
        facts = {"column": column, **column_names(document["table"], column)} if column else {}
        filled = fill(rule, facts)
        texts = {field: filled[field] for field in TEXTS}
        used = bounds_of(filled)
        facts_of_rule = {
            "rule_id": f"{name}.{filled['id']}",
            "table": meta["table"],
            "keys": meta["keys"],
            "who_fixes": people()[filled.get("who", document["who"])],
            "source": source_of(document, filled, used),
            **{field: with_bound_values(text) for field, text in texts.items()},
        }
        if "scope" in filled:
            facts_of_rule["scope"] = sql(filled["scope"])
        if filled.get("actual") or filled.get("expected"):
            facts_of_rule["actual"] = "actual_value" if filled.get("actual") else None
        kind, kwargs = shape_of(filled)
        yield expectation_of(kind, kwargs, filled["severity"], {k: v for k, v in facts_of_rule.items() if v})


def shape_of(rule: Json) -> tuple[str, Json]:
    """Type and arguments of a rule."""
    if "expect" in rule:
        return rule["expect"], parameters_in(rule["kwargs"])
    shown = f", {sql(rule['actual'])} as actual_value" if rule.get("actual") else ""
    shown += f", {sql(rule['expected'])} as required_value" if rule.get("expected") else ""
    scope = f"({sql(rule['scope'])}) and " if "scope" in rule else ""
    where = f"where {scope}({sql(rule['where'])})"
    if "query" in rule:
        query = sql(rule["query"])
    elif "join" in rule:
        # Great Expectations names the batch itself unless the query joins: then the query has to.
        query = f"select t.*{shown} from {{batch}} as t {sql(rule['join'])} {where}"
    else:
        query = f"select *{shown} from {{batch}} {where}"
    return "unexpected_rows_expectation", {"unexpected_rows_query": query}


def sql(text: str) -> str:
    """SQL in one line, fragments and bounds put in."""
    while FRAGMENT.search(text):
        text = FRAGMENT.sub(lambda match: fragments()[match[1]].strip(), text)
    text = BOUND.sub(lambda match: BOUND_QUERY.format(known_bound(match[1])), text)
    return " ".join(text.split())


def parameters_in(value: Any) -> Any:
    """Arguments of a core type: `"@name"` becomes the parameter that is filled from the same bound."""
    if isinstance(value, dict):
        return {key: parameters_in(member) for key, member in value.items()}
    if isinstance(value, list):
        return [parameters_in(member) for member in value]
    if isinstance(value, str) and value.startswith("@"):
        return {"$PARAMETER": PARAMETER.format(known_bound(value[1:]))}
    return value


def with_bound_values(text: str) -> str:
    """A text with bounds as parameters, so that the value in force is shown."""
    return BOUND.sub(lambda match: "$" + PARAMETER.format(known_bound(match[1])), text)


def bounds_of(rule: Json) -> list[str]:
    """The bounds that a rule uses, in their order."""
    texts = [str(rule.get(field, "")) for field in ("scope", "join", "where", "query", "kwargs")]
    texts += [fragments()[name] for text in texts for name in FRAGMENT.findall(text)]
    return list(dict.fromkeys(name for text in texts for name in BOUND.findall(text)))


def source_of(document: Json, rule: Json, used: list[str]) -> str:
    """Where the rule comes from: the file and, for a bound, its rows."""
    source = rule.get("source", document["source"])
    return f"{source}; seeds/standards/plausibility_bounds.csv ({', '.join(used)})" if used else source


def fill(value: Any, facts: dict[str, str]) -> Any:
    """A rule with the names of its column put in. Only `{column…}` is replaced.

    SQL and arguments may hold other braces.
    """
    if isinstance(value, dict):
        return {key: fill(member, facts) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(member, facts) for member in value]
    if isinstance(value, str):
        for name, text in facts.items():
            value = value.replace("{" + name + "}", text)
    return value


def keys_of(table: str) -> list[str]:
    """Key columns of a raw table."""
    rows = read_seed("raw_columns.csv")
    return [row["column_name"] for row in rows if f"raw.{row['table_name']}" == table and row["is_key"] == "true"]


def column_names(table: str, column: str) -> dict[str, str]:
    """Names of a raw column in both languages."""
    for row in read_seed("raw_columns.csv"):
        if (f"raw.{row['table_name']}", row["column_name"]) == (table, column):
            return {"column_zh": row["name_zh"], "column_en": row["name_en"]}
    if table.startswith("raw."):
        raise SystemExit(f"{table} has no column {column}")
    return {}


@cache
def fragments() -> dict[str, str]:
    """Subqueries that several rules share."""
    return dict(tomllib.loads((HERE / "fragments.toml").read_text(encoding="utf-8")))


@cache
def people() -> dict[str, str]:
    """Who mends a finding."""
    return dict(raw_texts()["people"])


@cache
def raw_texts() -> Json:
    """The words of the raw suites, some of which hold for all."""
    return tomllib.loads((HERE / "raw.toml").read_text(encoding="utf-8"))


def known_bound(name: str) -> str:
    """A bound that the seed has."""
    if name not in {row["bound_id"] for row in read_seed("plausibility_bounds.csv")}:
        raise SystemExit(f"plausibility_bounds.csv has no bound {name}")
    return name
