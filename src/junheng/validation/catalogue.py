"""The types of expectations that the DuckDB engine runs, with their arguments, and those that it refuses, with the
reason.

Great Expectations is not needed to read this: a test holds it against the JSON schemas of the installed version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

# How a rule is judged: cell by cell, by groups of equal values, by one figure, by the names and types of the columns,
# or by a query.
Kind = Literal["row", "unique", "spread", "aggregate", "distinct", "shape", "query"]

CONDITION = "row_condition condition_parser"
ROWS = f"mostly {CONDITION}"
RANGE = "min_value max_value strict_min strict_max"
ROW, AGGREGATE = f"column {ROWS}", f"column {CONDITION}"


@dataclass(frozen=True)
class Accepted:
    """How one type is judged and what it is given. `arguments` holds the required ones too."""

    kind: Kind
    arguments: frozenset[str]
    required: frozenset[str]


def _type(kind: Kind, arguments: str, required: str) -> Accepted:
    needed = frozenset(required.split())
    return Accepted(kind, frozenset(arguments.split()) | needed, needed)


def _pair(*more: str) -> str:
    return f"column_A column_B ignore_row_if {ROWS} {' '.join(more)}"


MEMBERS = f"column_list ignore_row_if {ROWS}"

ACCEPTED: Mapping[str, Accepted] = MappingProxyType(
    {
        "expect_column_values_to_not_be_null": _type("row", ROW, "column"),
        "expect_column_values_to_be_null": _type("row", ROW, "column"),
        "expect_column_values_to_be_between": _type("row", f"{ROW} {RANGE}", "column"),
        "expect_column_values_to_be_in_set": _type("row", ROW, "column value_set"),
        "expect_column_values_to_not_be_in_set": _type("row", ROW, "column value_set"),
        "expect_column_value_lengths_to_be_between": _type("row", f"{ROW} {RANGE}", "column"),
        "expect_column_value_lengths_to_equal": _type("row", ROW, "column value"),
        "expect_column_values_to_match_regex": _type("row", f"{ROW} regex", "column"),
        "expect_column_values_to_not_match_regex": _type("row", ROW, "column regex"),
        "expect_column_values_to_match_regex_list": _type("row", f"{ROW} match_on", "column regex_list"),
        "expect_column_values_to_not_match_regex_list": _type("row", ROW, "column regex_list"),
        "expect_column_values_to_match_like_pattern": _type("row", f"{ROW} escape", "column like_pattern"),
        "expect_column_values_to_not_match_like_pattern": _type("row", f"{ROW} escape", "column like_pattern"),
        "expect_column_values_to_match_like_pattern_list": _type(
            "row", f"{ROW} match_on escape", "column like_pattern_list"
        ),
        "expect_column_values_to_not_match_like_pattern_list": _type(
            "row", f"{ROW} escape", "column like_pattern_list"
        ),
        "expect_column_values_to_match_strftime_format": _type("row", ROW, "column strftime_format"),
        "expect_column_pair_values_a_to_be_greater_than_b": _type("row", _pair("or_equal"), "column_A column_B"),
        "expect_column_pair_values_to_be_equal": _type("row", _pair(), "column_A column_B"),
        "expect_column_pair_values_to_be_in_set": _type("row", _pair(), "column_A column_B value_pairs_set"),
        "expect_multicolumn_sum_to_equal": _type("row", MEMBERS, "column_list sum_total"),
        "expect_multicolumn_values_to_be_equal": _type("row", MEMBERS, "column_list"),
        "expect_select_column_values_to_be_unique_within_record": _type("row", MEMBERS, "column_list"),
        "expect_column_values_to_be_unique": _type("unique", ROW, "column"),
        "expect_compound_columns_to_be_unique": _type("unique", MEMBERS, "column_list"),
        "expect_column_value_z_scores_to_be_less_than": _type("spread", ROW, "column threshold double_sided"),
        "expect_column_values_to_not_be_outliers": _type("spread", f"{ROW} method multiplier", "column"),
        "expect_column_min_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_max_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_sum_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_mean_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_median_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_stdev_to_be_between": _type("aggregate", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_quantile_values_to_be_between": _type(
            "aggregate", f"{AGGREGATE} allow_relative_error", "column quantile_ranges"
        ),
        "expect_column_proportion_of_non_null_values_to_be_between": _type(
            "aggregate", f"{AGGREGATE} {RANGE}", "column"
        ),
        "expect_table_row_count_to_be_between": _type("aggregate", f"{CONDITION} {RANGE}", ""),
        "expect_table_row_count_to_equal": _type("aggregate", CONDITION, "value"),
        "expect_table_row_count_to_equal_other_table": _type("aggregate", CONDITION, "other_table_name"),
        "expect_column_unique_value_count_to_be_between": _type("distinct", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_proportion_of_unique_values_to_be_between": _type("distinct", f"{AGGREGATE} {RANGE}", "column"),
        "expect_column_distinct_values_to_be_in_set": _type("distinct", AGGREGATE, "column value_set"),
        "expect_column_distinct_values_to_contain_set": _type("distinct", AGGREGATE, "column value_set"),
        "expect_column_distinct_values_to_equal_set": _type("distinct", AGGREGATE, "column value_set"),
        "expect_column_most_common_value_to_be_in_set": _type("distinct", f"{AGGREGATE} ties_okay", "column value_set"),
        "expect_column_to_exist": _type("shape", "column_index", "column"),
        "expect_column_type_to_be": _type("shape", "", "column type_"),
        "expect_column_values_to_be_of_type": _type("shape", ROW, "column type_"),
        "expect_column_values_to_be_in_type_list": _type("shape", f"{ROW} type_list", "column"),
        "expect_table_column_count_to_be_between": _type("shape", "min_value max_value", ""),
        "expect_table_column_count_to_equal": _type("shape", "", "value"),
        "expect_table_columns_to_match_ordered_list": _type("shape", "column_list", ""),
        "expect_table_columns_to_match_set": _type("shape", "column_set exact_match", ""),
        "unexpected_rows_expectation": _type("query", "", "unexpected_rows_query"),
    }
)

NO_SCHEMA = "Great Expectations ships no schema for it: it is not part of its public types."
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "expect_column_kl_divergence_to_be_less_than": (
            "It scores a distribution against stored bins with smoothing weights: no row can be named that fails, and the score is an approximation."
        ),
        "expect_query_results_to_match_comparison": (
            "It compares at most 200 rows of two data sources and the second source is a name in a GX context. Write an unexpected_rows_expectation with a "
            "full join instead."
        ),
        "expect_column_values_to_be_increasing": f"{NO_SCHEMA} The rows of a table have no order.",
        "expect_column_values_to_be_decreasing": f"{NO_SCHEMA} The rows of a table have no order.",
        "expect_column_values_to_be_dateutil_parseable": (
            f"{NO_SCHEMA} What dateutil accepts is a guess; name the format: expect_column_values_to_match_strftime_format."
        ),
        "expect_column_values_to_be_json_parseable": f"{NO_SCHEMA} Write an unexpected_rows_expectation with json_valid.",
        "expect_column_values_to_match_json_schema": f"{NO_SCHEMA} A JSON schema cannot be judged in SQL.",
        "expect_multicolumn_values_to_be_unique": (
            f"{NO_SCHEMA} Deprecated there; use expect_select_column_values_to_be_unique_within_record."
        ),
        "expect_column_pair_cramers_phi_value_to_be_less_than": f"{NO_SCHEMA} A statistical test names no failing row.",
        "expect_column_bootstrapped_ks_test_p_value_to_be_greater_than": f"{NO_SCHEMA} It draws random samples.",
        "expect_column_chisquare_test_p_value_to_be_greater_than": f"{NO_SCHEMA} A statistical test names no failing row.",
        "expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than": (
            f"{NO_SCHEMA} A statistical test names no failing row."
        ),
    }
)
ROW_COUNTS = frozenset(name for name in ACCEPTED if name.startswith("expect_table_row_count"))
