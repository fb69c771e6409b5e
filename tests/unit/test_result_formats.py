"""Each form of a result: small golden files, and what they have to be to those who read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import duckdb
import pytest

from junheng.check_reports import write_failing_rows
from junheng.errors import MachineError
from junheng.messages import Messages
from junheng.validation import ValidationResult, validate
from junheng.validation.catalogue import ACCEPTED
from junheng.validation.data_docs import gx_object, write_data_docs
from junheng.validation.gx_json import gx_refusal, number_of, number_or_text
from junheng.validation.junit import junit_document
from tests.unit.results_sample import ROWS, connection, every_status, rule, suite

GOLDEN = Path(__file__).parent / "formats"
STATUSES = {
    "passes": "pass",
    "fails": "fail",
    "unique": "fail",
    "figure": "fail",
    "query": "fail",
    "warns": "warn",
    "no_values": "no_data",
    "no_values_warning": "no_data",
    "not_applicable": "not_applicable",
    "error": "error",
}


@pytest.fixture(scope="module")
def result() -> ValidationResult:
    return validate(connection(), every_status())


def test_the_sample_has_every_status(result: ValidationResult) -> None:
    assert {found.rule_id: found.status for found in result.results} == STATUSES
    assert not result.success


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_on_the_terminal(result: ValidationResult, language: str) -> None:
    assert result.report(language) == (GOLDEN / f"report.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_junit_golden(result: ValidationResult, language: str) -> None:
    assert result.to_junit(language) == (GOLDEN / f"junit.{language}.xml").read_text(encoding="utf-8")


def test_gx_json_golden(result: ValidationResult) -> None:
    assert result.to_gx() == json.loads((GOLDEN / "gx.json").read_text(encoding="utf-8"))


def test_junit_tells_failures_errors_and_skips_apart(result: ValidationResult) -> None:
    root = Xml.fromstring(result.to_junit())  # noqa: S314 - our own text
    cases = {case.attrib["name"]: [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {
        "passes": [],
        "fails": ["failure"],
        "unique": ["failure"],
        "figure": ["failure"],
        "query": ["failure"],
        "warns": ["system-out"],
        "no_values": ["failure"],
        "no_values_warning": ["skipped"],
        "not_applicable": ["skipped"],
        "error": ["error"],
    }
    counts = {"tests": "10", "failures": "5", "errors": "1", "skipped": "2"}
    assert {name: root.attrib[name] for name in counts} == counts
    skipped = {
        case.attrib["name"]: child.attrib["message"] for case in root.iter("testcase") for child in case.iter("skipped")
    }
    assert skipped["not_applicable"] == "Rule not_applicable: No row falls under this rule"


def test_junit_stays_xml_whatever_the_data_holds() -> None:
    opened = duckdb.connect()
    opened.execute("create table t as select 1 as id, chr(1) || ']]>' || chr(8238) || '<a>&' as text")
    found = validate(
        opened,
        suite(rule("r\x02<", "expect_column_values_to_be_in_set", column="text", value_set=["a"])),
        table="t",
    )
    root = Xml.fromstring(found.to_junit())  # noqa: S314 - our own text
    failure = next(root.iter("failure")).text or ""
    assert "\ufffd]]>\ufffd<a>&" in failure


def test_several_results_are_several_test_suites(result: ValidationResult) -> None:
    root = Xml.fromstring(junit_document([result, result], Messages("en")))  # noqa: S314 - our own text
    assert [len(child) for child in root] == [10, 10]
    assert root.attrib["tests"] == "20"


def test_great_expectations_reads_the_json_back(result: ValidationResult) -> None:
    document = json.loads(json.dumps(result.to_gx()))
    read = gx_object(document)
    assert type(read).__name__ == "ExpectationSuiteValidationResult"
    assert read.success is False
    assert [found.expectation_config.meta["rule_id"] for found in read.results] == list(STATUSES)
    assert [found.success for found in read.results] == [True, *[False] * 7, None, False]
    assert read.results[-1].exception_info["raised_exception"] is True
    assert "nowhere" in read.results[-1].exception_info["exception_message"]
    assert read.statistics == {
        "evaluated_expectations": 9,
        "successful_expectations": 1,
        "unsuccessful_expectations": 8,
        "success_percent": 100 / 9,
    }
    back = read.to_json_dict()
    assert [found["result"] for found in back["results"]] == [found["result"] for found in document["results"]]


def test_great_expectations_reads_a_refused_suite(result: ValidationResult) -> None:
    read = gx_object(gx_refusal("town.names", "no such column"))
    assert (read.success, read.results, read.meta) == (False, [], {"error": "no such column"})


def test_figures_are_those_of_great_expectations() -> None:
    import great_expectations as gx
    import pandas as pd

    frame = pd.DataFrame({"id": [1, 2, 3, 4], "v": [1.0, 7.0, None, 9.0], "w": [1, 2, 2, 3]})
    rules = [
        rule("a", "expect_column_values_to_be_between", column="v", min_value=0, max_value=5),
        rule("b", "expect_column_values_to_not_be_null", column="v"),
        rule("c", "expect_column_values_to_be_unique", column="w"),
        rule("d", "expect_column_max_to_be_between", column="w", max_value=2),
        rule("e", "expect_column_values_to_be_between", column="v", min_value=0, max_value=10),
        rule("f", "expect_table_row_count_to_equal", value=4),
    ]
    document = suite(*rules)
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    theirs = batch.validate(gx.ExpectationSuite(**document)).to_json_dict()
    by_rule = {found["expectation_config"]["meta"]["rule_id"]: found for found in theirs["results"]}
    ours = validate(frame, document).to_gx()
    assert len(ours["results"]) == len(by_rule) == 6
    figures = (
        "element_count",
        "unexpected_count",
        "unexpected_percent",
        "missing_count",
        "missing_percent",
        "unexpected_percent_total",
        "unexpected_percent_nonmissing",
        "observed_value",
    )
    compared = 0
    for found in ours["results"]:
        other = by_rule[found["expectation_config"]["meta"]["rule_id"]]
        assert found["success"] == other["success"]
        for name in set(figures) & set(other["result"]):
            assert found["result"][name] == pytest.approx(other["result"][name]), (found["expectation_config"], name)
            compared += 1
    assert compared > 20


def test_data_docs_have_a_page_for_the_result(result: ValidationResult, tmp_path: Path) -> None:
    index = write_data_docs([result], tmp_path / "数据 文档")
    assert index.is_file()
    pages = list(index.parent.glob("validations/**/*.html"))
    assert len(pages) == 1
    page = pages[0].read_text(encoding="utf-8")
    for words in ("Rule fails", "2 unexpected values found", "nowhere", "Rule not_applicable"):
        assert words in page


def test_data_docs_render_every_type(tmp_path: Path) -> None:
    found = validate(connection(), suite(*one_rule_of_each_type()))
    assert {one.expectation_type for one in found.results} == set(ACCEPTED)
    assert {one.status for one in found.results} == {"pass", "fail"}
    index = write_data_docs([found], tmp_path)
    page = next(index.parent.glob("validations/**/*.html")).read_text(encoding="utf-8")
    assert page.count("Rule of ") >= len(ACCEPTED)


def test_a_page_that_is_not_rendered_is_an_error(tmp_path: Path) -> None:
    # Great Expectations does not know a range without bounds.
    found = validate(connection(), suite(rule("r", "expect_column_values_to_be_between", column="pupils")))
    assert found.results[0].status == "error"
    with pytest.raises(MachineError) as raised:
        write_data_docs([found], tmp_path)
    assert raised.value.facts()["found"] == "0"


def one_rule_of_each_type() -> list[dict[str, Any]]:
    values = {
        "column": "pupils",
        "column_A": "id",
        "column_B": "pupils",
        "column_list": ["id", "pupils"],
        "value_set": [3, 5],
        "value_pairs_set": [[1, 3]],
        "value": 4,
        "regex": "x",
        "regex_list": ["x"],
        "like_pattern": "x%",
        "like_pattern_list": ["x%"],
        "strftime_format": "%Y",
        "sum_total": 4,
        "threshold": 3,
        "double_sided": True,
        "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 100]]},
        "other_table_name": "town.pupils",
        "type_": "INTEGER",
        "unexpected_rows_query": "select * from {batch} where id = 2",
    }
    extra = {
        "expect_table_columns_to_match_ordered_list": {"column_list": ["id"]},
        "expect_table_columns_to_match_set": {"column_set": ["id"]},
        "expect_column_values_to_be_in_type_list": {"type_list": ["INTEGER"]},
    }
    texts = ("regex", "like_pattern", "strftime", "lengths")
    found = []
    for kind, accepted in ACCEPTED.items():
        kwargs = {name: values[name] for name in sorted(accepted.required)} | extra.get(kind, {})
        if "min_value" in accepted.arguments:
            kwargs["min_value"] = 1
        if "column" in kwargs and any(word in kind for word in texts):
            kwargs["column"] = "text"
        found.append(rule(f"of {kind}", kind, **kwargs))
    return found


SECRETS = ("张三", "李四", "王五")


@pytest.fixture(scope="module")
def masked() -> ValidationResult:
    """Rules that would show names: as a value, as a key, as a figure, in a query, in the message of an error."""
    rules = [
        rule("value", "expect_column_values_to_be_in_set", column="name", value_set=["赵六"]),
        rule("figure", "expect_column_max_to_be_between", column="name", max_value="2000-01-01"),
        rule("most", "expect_column_most_common_value_to_be_in_set", column="name", value_set=["赵六"]),
        rule("distinct", "expect_column_distinct_values_to_be_in_set", column="name", value_set=["赵六"]),
        rule("pair", "expect_column_pair_values_to_be_equal", column_A="name", column_B="text"),
        rule(
            "query",
            "unexpected_rows_expectation",
            unexpected_rows_query="select *, name || '!' as actual_value, name as required_value from {batch}",
        ),
        rule(
            "error",
            "unexpected_rows_expectation",
            unexpected_rows_query="select * from {batch} where cast(name as integer) > 0",
        ),
        rule("grouped", "expect_compound_columns_to_be_unique", column_list=["name", "nothing"]),
    ]
    return validate(connection(), suite(*rules, keys=["id", "name"], personal=["name"]))


def test_personal_data_is_in_no_format(masked: ValidationResult, tmp_path: Path) -> None:
    results = {found.rule_id: found for found in masked.results}
    assert results["error"].status == "error"
    assert results["value"].rows_failed == 3
    # NULL is no personal data and stays visible; the others are stars.
    assert {row.actual for row in results["value"].sample} == {"***"}
    assert {row.keys["name"] for row in results["value"].sample} == {"***"}
    write_failing_rows([masked], tmp_path / "rows.csv")
    write_data_docs([masked], tmp_path / "docs")
    texts = {
        "json": masked.to_json(),
        "gx": json.dumps(masked.to_gx(), ensure_ascii=False),
        "junit": masked.to_junit("zh"),
        "report": masked.report("zh"),
        "rows": (tmp_path / "rows.csv").read_text(encoding="utf-8"),
        "relation": str(masked.failing_rows().fetchall()),
        "docs": "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "docs").rglob("*.html")),
    }
    for name, text in texts.items():
        assert "***" in text, name
        assert not [secret for secret in SECRETS if secret in text], name


def test_without_the_mark_the_names_are_shown(tmp_path: Path) -> None:
    rules = [rule("value", "expect_column_values_to_be_in_set", column="name", value_set=["赵六"])]
    text = validate(connection(), suite(*rules)).to_json()
    assert all(secret in text for secret in SECRETS)


def test_the_order_of_the_rows_changes_no_byte(tmp_path: Path) -> None:
    written = []
    for number, order in enumerate(("id, code nulls first, text", "text desc, id desc, code desc")):
        opened = duckdb.connect()
        opened.execute(f"create schema town; create table town.pupils as {ROWS} order by {order}")
        found = validate(opened, every_status())
        path = tmp_path / f"{number}.csv"
        write_failing_rows([found], path)
        texts = [found.to_json(), json.dumps(found.to_gx()), found.to_junit(), found.report("zh")]
        written.append((*texts, path.read_bytes()))
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9007199254740993", 9007199254740993),
        ("0.1", 0.1),
        ("1.00", 1),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("nan", "NaN"),
        ("2024-09-01", "2024-09-01"),
        (None, None),
    ],
)
def test_a_figure_is_a_number_where_json_keeps_it(text: str | None, value: object) -> None:
    found = number_or_text(text)
    assert found == value
    assert type(found) is type(value)


def test_a_decimal_bound_is_never_rounded() -> None:
    from decimal import Decimal

    assert number_of(Decimal("0.30000000000000001")) == "0.30000000000000001"
    assert number_of(Decimal("5")) == 5
