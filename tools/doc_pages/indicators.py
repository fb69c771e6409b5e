"""One page per indicator, and their index."""

from __future__ import annotations

from tools.doc_pages.catalogue import Catalogue, Row
from tools.doc_pages.markdown import code, codes, link, page, table
from tools.doc_pages.models import reasons_of_family

FORMULA_SEEDS = {
    "difference_recipes": ("balance",),
    "retention_formulas": ("junior_retention_3y",),
    "verdict_classes": ("school_rule",),
    "class_bands": ("big_class", "super_big_class"),
}


def indicator_page(catalogue: Catalogue, indicator: Row) -> str:
    """The page of one indicator: what it is, when it is met, where it comes from, where its result stands."""
    indicator_id = indicator["indicator_id"]
    heading = [f"# {indicator['name_zh']}", "", f"{indicator['name_en']} · `{indicator_id}`", ""]
    return page(
        heading,
        _definition(catalogue, indicator),
        _section(catalogue, "thresholds", threshold_rows(catalogue, indicator_id)),
        _quotas(catalogue, indicator),
        _exemptions(catalogue, indicator_id),
        _parameters(catalogue, indicator_id),
        _related_seeds(catalogue, indicator),
        _raw(catalogue, indicator),
        _result(catalogue, indicator),
        _reasons(catalogue, indicator),
        [_footer(catalogue)],
    )


def index_page(catalogue: Catalogue) -> str:
    """All indicators by group, with the national thresholds."""
    blocks = [
        [f"# {catalogue.word('headings', 'all_indicators')}", "", *catalogue.words["intro"]["indicators"]["lines"], ""]
    ]
    groups = list(dict.fromkeys(row["grp"] for row in catalogue.rows("indicators")))
    for group in groups:
        rows = [
            (
                link(row["name_zh"], f"{row['indicator_id']}.md"),
                row["name_en"],
                code(row["indicator_id"]),
                "<br>".join(_short_thresholds(catalogue, row)),
                row["unit_zh"],
                catalogue.word("judged_by", row["judged_by"]),
                row["status"],
            )
            for row in catalogue.rows("indicators", grp=group)
        ]
        blocks.append([f"## {catalogue.word('groups', group)}", ""])
        blocks.append(
            table(_heads(catalogue, "indicator", "name_en", "id", "threshold", "unit", "judged_by", "status"), rows)
        )
    return page(*blocks)


def threshold_rows(catalogue: Catalogue, indicator_id: str) -> list[str]:
    """The table of an indicator's thresholds, national ones first as in the seed."""
    rows = [
        (
            catalogue.only("jurisdictions", jurisdiction=row["jurisdiction"])["name_zh"],
            code(row["standard_id"]),
            catalogue.word("stages", row["stage"]),
            case_name(catalogue, indicator_id, row["case_id"]),
            requirement(row),
            row["floor_ratio"],
            row["valid_from"],
            row["valid_to"],
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("thresholds", indicator_id=indicator_id)
    ]
    return table(
        _heads(
            catalogue,
            "jurisdiction",
            "standard",
            "stage",
            "case",
            "requirement",
            "floor",
            "valid_from",
            "valid_to",
            "source",
            "status",
        ),
        rows,
    )


def requirement(row: Row) -> str:
    """`≥ 4.2 人/百生`: operator, value and unit of a threshold."""
    operator = {">=": "≥", "<=": "≤", "<": "<", "=": "="}[row["operator"]]
    return f"{operator} {row['value']} {row['unit']}".rstrip()


def case_name(catalogue: Catalogue, indicator_id: str, case_id: str) -> str:
    """The name of an exemption's case; ordinary is a word of its own."""
    if case_id == "ordinary":
        return catalogue.word("cases", case_id)
    row = catalogue.only("exemptions", indicator_id=indicator_id, case_id=case_id)
    return f"{row['name_zh']} {row['name_en']}"


def _short_thresholds(catalogue: Catalogue, indicator: Row) -> list[str]:
    rows = catalogue.rows("thresholds", indicator_id=indicator["indicator_id"], case_id="ordinary")
    national = [row for row in rows if row["jurisdiction"] == "CN"] or rows
    dated = len(national) > len({row["stage"] for row in national})
    return [
        (f"{catalogue.chinese('stages', row['stage'])} " if row["stage"] != "all" else "")
        + requirement(row)
        + (f" ({row['valid_from']})" if dated or row["jurisdiction"] != "CN" else "")
        for row in national
    ]


def _definition(catalogue: Catalogue, indicator: Row) -> list[str]:
    item = catalogue.rows("evaluation_items", item_id=indicator["item_id"])
    family = catalogue.family(indicator)
    pairs = [
        ("item", item[0]["name_zh"] if item else "", item[0]["name_en"] if item else ""),
        ("unit", indicator["unit_zh"], indicator["unit_en"]),
        ("numerator", indicator["numerator_zh"], indicator["numerator_en"]),
        ("denominator", indicator["denominator_zh"], indicator["denominator_en"]),
        ("applies_to", indicator["applies_to_zh"], indicator["applies_to_en"]),
        ("exceptions", indicator["exceptions_zh"], indicator["exceptions_en"]),
        ("level", catalogue.chinese("levels", indicator["level"]), catalogue.english("levels", indicator["level"])),
        (
            "judged_by",
            catalogue.chinese("judged_by", indicator["judged_by"]),
            catalogue.english("judged_by", indicator["judged_by"]),
        ),
        ("how", family.how_zh, family.how_en),
    ]
    rows = [(catalogue.word("rows", key), chinese, english) for key, chinese, english in pairs if chinese or english]
    notes = [
        f"- {catalogue.word('rows', key)}: {indicator[column]}"
        for key, column in [
            ("source", "source"),
            ("status", "status"),
            ("status_note", "status_note"),
            ("evidence", "evidence"),
        ]
        if indicator[column]
    ]
    return [*table(("", "中文", "English"), rows), *notes, ""]


def _section(catalogue: Catalogue, key: str, lines: list[str]) -> list[str]:
    return [f"## {catalogue.word('headings', key)}", "", *lines] if lines else []


def _quotas(catalogue: Catalogue, indicator: Row) -> list[str]:
    rows = [
        (
            catalogue.word("stages", row["stage"]),
            catalogue.word("regions", row["region"]),
            f"{row['value']} {row['unit']}" if row["value"] else catalogue.word("rows", "set_locally"),
            row["valid_from"],
            row["valid_to"],
            row["source"],
            row["status"],
            row["evidence"],
        )
        for row in catalogue.rows("funding_quotas", quota_item=indicator["indicator_id"])
    ]
    return _section(
        catalogue,
        "quotas",
        table(
            _heads(catalogue, "stage", "region", "quota", "valid_from", "valid_to", "source", "status", "note"), rows
        ),
    )


def _exemptions(catalogue: Catalogue, indicator_id: str) -> list[str]:
    rows = [
        (
            row["name_zh"],
            row["name_en"],
            code(row["case_id"]),
            catalogue.word("effects", row["effect"]),
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("exemptions", indicator_id=indicator_id)
    ]
    return _section(
        catalogue, "exemptions", table(_heads(catalogue, "case", "name_en", "id", "effect", "source", "status"), rows)
    )


def _parameters(catalogue: Catalogue, indicator_id: str) -> list[str]:
    rows = [
        (
            code(row["parameter_id"]),
            catalogue.word("stages", row["stage"]),
            f"{row['value']} {row['unit']}",
            row["valid_from"],
            row["valid_to"],
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("parameters", indicator_id=indicator_id)
    ]
    return _section(
        catalogue,
        "parameters",
        table(_heads(catalogue, "id", "stage", "value", "valid_from", "valid_to", "source", "status"), rows),
    )


def _related_seeds(catalogue: Catalogue, indicator: Row) -> list[str]:
    lines = [
        f"- {link(catalogue.word('headings', seed), f'../standards.md#{seed}')}"
        for seed, members in FORMULA_SEEDS.items()
        if indicator["grp"] in members or indicator["indicator_id"] in members
    ]
    return _section(catalogue, "see_also", [*lines, ""] if lines else [])


def _raw(catalogue: Catalogue, indicator: Row) -> list[str]:
    family = catalogue.family(indicator)
    names = {(row["table_name"], row["column_name"]): row for row in catalogue.rows("raw_columns")}
    rows = [
        (
            link(code(name), f"../raw-tables.md#{name}"),
            "<br>".join(f"`{column}` {names[name, column]['name_zh']}" for column in columns),
        )
        for name, columns in family.raw_of(indicator).items()
    ]
    facts = [
        fact.format(indicator_id=indicator["indicator_id"])
        for fact in catalogue.words["facts"].get(family.family_id, {}).get("ids", [])
    ]
    fact_line = [f"{catalogue.word('rows', 'fact_ids')}: {codes(facts)}", ""] if facts else []
    form = (
        [f"{catalogue.word('rows', 'form')}: {indicator['statistics_source']}", ""]
        if indicator["statistics_source"]
        else []
    )
    return _section(catalogue, "raw", [*table(_heads(catalogue, "table", "columns"), rows), *fact_line, *form])


def _result(catalogue: Catalogue, indicator: Row) -> list[str]:
    family = catalogue.family(indicator)
    rows = [(code(f"marts.{mart}"), codes(columns)) for mart, columns in family.marts.items()]
    indicator_id = indicator["indicator_id"]
    query = family.query.format(indicator_id=indicator_id, resource_id=indicator_id.removeprefix("cv_"))
    command = ["```sh", f'junheng query "{query}"', "```", ""] if query else []
    return _section(catalogue, "result", [*table(_heads(catalogue, "mart", "columns"), rows), *command])


def _reasons(catalogue: Catalogue, indicator: Row) -> list[str]:
    names = {row["reason_id"]: row for row in catalogue.rows("reasons")}
    reasons = reasons_of_family(catalogue, catalogue.family(indicator))
    rows = [(code(reason), names[reason]["name_zh"], names[reason]["name_en"]) for reason in reasons]
    return _section(catalogue, "reasons", table(_heads(catalogue, "id", "name_zh", "name_en"), rows))


def _footer(catalogue: Catalogue) -> str:
    back = [("all_indicators", "index.md"), ("standards", "../standards.md"), ("reason_list", "../reasons.md")]
    return " · ".join(link(catalogue.word("headings", key), target) for key, target in back)


def _heads(catalogue: Catalogue, *keys: str) -> list[str]:
    return [catalogue.word("heads", key) for key in keys]
