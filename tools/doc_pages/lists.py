"""The pages that list: standards, reasons, raw tables."""

from __future__ import annotations

from collections.abc import Sequence

from tools.doc_pages.catalogue import Catalogue, Row
from tools.doc_pages.indicators import case_name, requirement
from tools.doc_pages.markdown import code, codes, link, page, table
from tools.doc_pages.models import model_paths, reasons_of_model


def raw_tables_page(catalogue: Catalogue) -> str:
    """The nine tables column by column, with the codes."""
    blocks = [
        [f"# {catalogue.word('headings', 'raw_tables')}", "", *catalogue.words["intro"]["raw_tables"]["lines"], ""]
    ]
    for name in dict.fromkeys(row["table_name"] for row in catalogue.rows("raw_columns")):
        rows = [
            (
                code(row["column_name"]),
                row["name_zh"],
                row["name_en"],
                catalogue.word("types", row["data_type"]),
                row["unit"],
                _yes(catalogue, row["is_key"]),
                _yes(catalogue, row["is_required"]),
                "<br>".join(
                    f"`{entry['code']}` {entry['name_zh']}"
                    for entry in catalogue.rows("raw_codes", table_name=name, column_name=row["column_name"])
                ),
            )
            for row in catalogue.rows("raw_columns", table_name=name)
        ]
        anchor = f'<a id="{name}"></a>'
        blocks.append([anchor, "", f"## `{name}` {catalogue.word('tables', name)}", ""])
        blocks.append(
            table(_heads(catalogue, "column", "name_zh", "name_en", "type", "unit", "key", "required", "codes"), rows)
        )
    return page(*blocks)


def reasons_page(catalogue: Catalogue) -> str:
    """Every reason with its text and the models that give it."""
    given = {model: reasons_of_model(catalogue, model) for model in model_paths()}
    rows = [
        (
            code(row["reason_id"]),
            row["name_zh"],
            row["name_en"],
            codes(model for model, reasons in given.items() if row["reason_id"] in reasons),
        )
        for row in catalogue.rows("reasons")
    ]
    return page(
        [f"# {catalogue.word('headings', 'reason_list')}", "", *catalogue.words["intro"]["reasons"]["lines"], ""],
        table(_heads(catalogue, "id", "name_zh", "name_en", "models"), rows),
    )


def standards_page(catalogue: Catalogue) -> str:
    """Documents, national thresholds, local targets by date, and the rules that are data."""
    return page(
        [f"# {catalogue.word('headings', 'standards')}", "", *catalogue.words["intro"]["standards"]["lines"], ""],
        _documents(catalogue),
        _thresholds(catalogue, "national"),
        _thresholds(catalogue, "local"),
        _funding_quotas(catalogue),
        _split_weights(catalogue),
        _difference_recipes(catalogue),
        _retention_formulas(catalogue),
        _verdict_classes(catalogue),
        _class_bands(catalogue),
        _county_choices(catalogue),
    )


def _documents(catalogue: Catalogue) -> list[str]:
    rows = [
        (
            code(row["standard_id"]),
            row["name_zh"],
            row["name_en"],
            _place(catalogue, row),
            row["document"],
            row["issued_on"],
            row["valid_from"],
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("standards")
    ]
    heads = _heads(
        catalogue, "id", "name_zh", "name_en", "jurisdiction", "document", "issued", "valid_from", "source", "status"
    )
    return [f"## {catalogue.word('headings', 'documents')}", "", *table(heads, rows)]


def _thresholds(catalogue: Catalogue, part: str) -> list[str]:
    names = {row["indicator_id"]: row["name_zh"] for row in catalogue.rows("indicators")}
    lines = [f"## {catalogue.word('headings', part)}", ""]
    for standard in catalogue.rows("standards"):
        if (standard["jurisdiction"] == "CN") != (part == "national"):
            continue
        members = catalogue.rows("thresholds", standard_id=standard["standard_id"])
        if part == "local":
            members = sorted(members, key=lambda row: row["valid_from"])
        rows = [
            (
                row["valid_from"],
                link(names[row["indicator_id"]], f"indicators/{row['indicator_id']}.md"),
                catalogue.word("stages", row["stage"]),
                case_name(catalogue, row["indicator_id"], row["case_id"]),
                requirement(row),
                row["valid_to"],
                row["status"],
            )
            for row in members
        ]
        if rows:
            heads = _heads(
                catalogue,
                "due" if part == "local" else "valid_from",
                "indicator",
                "stage",
                "case",
                "requirement",
                "valid_to",
                "status",
            )
            lines += [f"### {standard['name_zh']} `{standard['standard_id']}`", "", *table(heads, rows)]
    return lines


def _funding_quotas(catalogue: Catalogue) -> list[str]:
    names = {row["indicator_id"]: row["name_zh"] for row in catalogue.rows("indicators")}
    rows = [
        (
            link(names[row["quota_item"]], f"indicators/{row['quota_item']}.md"),
            catalogue.word("stages", row["stage"]),
            catalogue.word("regions", row["region"]),
            f"{row['value']} {row['unit']}" if row["value"] else catalogue.word("rows", "set_locally"),
            row["valid_from"],
            row["valid_to"],
            row["status"],
            row["evidence"],
        )
        for row in catalogue.rows("funding_quotas")
    ]
    heads = _heads(catalogue, "indicator", "stage", "region", "quota", "valid_from", "valid_to", "status", "note")
    return _seed_section(catalogue, "funding_quotas", heads, rows)


def _split_weights(catalogue: Catalogue) -> list[str]:
    kinds = {row["code"]: row["name_zh"] for row in catalogue.rows("raw_codes", column_name="school_kind")}
    rows = [
        (
            kinds[row["school_kind"]],
            catalogue.word("stages", row["stage"]),
            row["weight"],
            row["valid_from"],
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("facility_split_weights")
    ]
    return _seed_section(
        catalogue,
        "facility_split_weights",
        _heads(catalogue, "kind", "stage", "weight", "valid_from", "source", "status"),
        rows,
    )


def _difference_recipes(catalogue: Catalogue) -> list[str]:
    rows = [
        (
            code(row["recipe_id"]),
            row["name_zh"],
            row["name_en"],
            code(row["mean_form"]),
            row["ddof"],
            _yes(catalogue, row["is_default"]),
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("difference_recipes")
    ]
    heads = _heads(catalogue, "id", "name_zh", "name_en", "mean_form", "ddof", "default", "source", "status")
    return _seed_section(catalogue, "difference_recipes", heads, rows)


def _retention_formulas(catalogue: Catalogue) -> list[str]:
    rows = [
        (
            code(row["formula_id"]),
            row["name_zh"],
            row["name_en"],
            _yes(catalogue, row["is_default"]),
            row["source"],
            row["status"],
        )
        for row in catalogue.rows("retention_formulas")
    ]
    heads = _heads(catalogue, "id", "name_zh", "name_en", "default", "source", "status")
    return _seed_section(catalogue, "retention_formulas", heads, rows)


def _verdict_classes(catalogue: Catalogue) -> list[str]:
    rows = [
        (
            code(row["class_id"]),
            row["name_zh"],
            row["name_en"],
            row["met_min"] if row["met_min"] == row["met_max"] else f"{row['met_min']}–{row['met_max']}",
            _yes(catalogue, row["is_compliant"]),
        )
        for row in catalogue.rows("verdict_classes")
    ]
    return _seed_section(
        catalogue, "verdict_classes", _heads(catalogue, "id", "name_zh", "name_en", "met", "compliant"), rows
    )


def _class_bands(catalogue: Catalogue) -> list[str]:
    rows = [
        (code(row["band_id"]), row["name_zh"], row["name_en"], f"{row['min_pupils']}–{row['max_pupils']}")
        for row in catalogue.rows("class_bands")
    ]
    return _seed_section(catalogue, "class_bands", _heads(catalogue, "id", "name_zh", "name_en", "pupils"), rows)


def _county_choices(catalogue: Catalogue) -> list[str]:
    rows = [
        (
            _place(catalogue, row),
            code(row["choice_id"]),
            code(row["value"]),
            row["valid_from"],
            row["valid_to"],
            row["source"],
        )
        for row in catalogue.rows("county_choices")
    ]
    heads = _heads(catalogue, "jurisdiction", "choice", "value", "valid_from", "valid_to", "source")
    return _seed_section(catalogue, "county_choices", heads, rows)


def _seed_section(catalogue: Catalogue, seed: str, heads: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f'<a id="{seed}"></a>', "", f"## {catalogue.word('headings', seed)}", "", *table(heads, rows)]


def _place(catalogue: Catalogue, row: Row) -> str:
    return catalogue.only("jurisdictions", jurisdiction=row["jurisdiction"])["name_zh"]


def _yes(catalogue: Catalogue, value: str) -> str:
    return catalogue.chinese("rows", "yes") if value == "true" else ""


def _heads(catalogue: Catalogue, *keys: str) -> list[str]:
    return [catalogue.word("heads", key) for key in keys]
