"""Every type of expectation on the columns that are awkward for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.conformance.awkward import COLUMNS

Json = dict[str, Any]

NUMBERS = ("whole", "big", "money", "ratio", "wild", "steady", "select", 'a"b', "two words", "Upper")
TEXTS = ("code", "name", "名称")
TIMES = ("day", "moment")
SPREAD = ("whole", "steady", "wild", "money", "nothing")
ODD = {"type": "comparison", "column": {"name": "id"}, "operator": "IN", "parameter": [1, 3, 5, 7, 9]}
NEVER = {"type": "comparison", "column": {"name": "id"}, "operator": ">", "parameter": 100}


def column(*names: str, **more: Any) -> Iterator[Json]:
    """The same arguments for several columns."""
    for name in names:
        yield {"column": name, **more}


def nullity(name: str, is_null: bool) -> Json:
    """A condition on the presence of a value."""
    return {"type": "nullity", "column": {"name": name}, "is_null": is_null}


def compared(name: str, operator: str, parameter: Any) -> Json:
    """A condition that compares a column with a value."""
    return {"type": "comparison", "column": {"name": name}, "operator": operator, "parameter": parameter}


PAIR = {"column_A": "high", "column_B": "low"}
TEXT_PAIR = {"column_A": "code", "column_B": "名称"}
LIST = {"column_list": ["low", "high", "sum"]}
KEYS = {"column_list": ["whole", "select"]}
IGNORE_PAIR = ("both_values_are_missing", "either_value_is_missing", "neither")
IGNORE_LIST = ("all_values_are_missing", "any_value_is_missing", "never")

CASES: dict[str, list[Json]] = {
    "expect_column_values_to_not_be_null": [
        *column("id", "whole", "nothing", 'a"b', "名称"),
        *column("whole", mostly=0.9),
        *column("whole", mostly=0.91),
        *column("whole", row_condition=ODD),
        *column("whole", row_condition=NEVER),
        *column("whole", row_condition={"type": "and", "conditions": [ODD, nullity("code", True)]}),
        *column("whole", row_condition={"type": "or", "conditions": [compared("id", "==", 7), compared("id", "<", 3)]}),
        *column("whole", row_condition=compared("code", "!=", "A1")),
        *column("whole", row_condition=compared("name", "==", "O'Brien")),
        *column("whole", row_condition=compared("name", "NOT_IN", ["鱼池小学"])),
        *column("whole", row_condition=compared('a"b', ">=", 7)),
        *column("whole", row_condition=compared("money", "<", 0.3)),
    ],
    "expect_column_values_to_be_null": [*column("id", "whole", "nothing", "select"), *column("whole", mostly=0.1)],
    "expect_column_values_to_be_between": [
        *column(*NUMBERS, min_value=0, max_value=10),
        *column(*NUMBERS, min_value=1),
        *column(*NUMBERS, max_value=5, strict_max=True),
        *column("whole", min_value=0, max_value=10, strict_min=True, strict_max=True),
        *column("whole", min_value=0, max_value=10, mostly=0.75),
        *column("whole", min_value=0, max_value=10, mostly=0.8),
        *column("whole", min_value=0, row_condition=ODD),
        *column("nothing", min_value=0),
        *column("big", max_value=9007199254740992),
        *column("big", min_value=9007199254740993),
        *column("big", max_value=9223372036854775806),
        *column("money", max_value=0.3, strict_max=True),
        *column("money", min_value=0.1, max_value=0.1),
        *column("ratio", max_value=0.3),
        *column("ratio", min_value=0.0),
        *column("day", min_value="2000-01-01", max_value="2024-02-29"),
        *column("moment", min_value="2000-01-01", max_value="2024-02-29"),
        *column("name", min_value="a", max_value="z"),
    ],
    "expect_column_values_to_be_in_set": [
        *column("flag", value_set=[True, False]),
        *column("whole", "steady", "select", value_set=[1, 5, 10]),
        *column("big", value_set=[9007199254740993, 0]),
        *column("money", "ratio", value_set=[0.1, 0.2, 0.3]),
        *column("wild", value_set=[1, 2, 3, 4, 5, 100]),
        *column(*TEXTS, value_set=["A1", "é", "甲", "O'Brien", 'said "no"']),
        *column("day", value_set=["2024-02-29", "2024-01-01"]),
        *column("flag", value_set=[True]),
        *column("nothing", value_set=[1]),
        *column("whole", value_set=[1, None]),
    ],
    "expect_column_values_to_not_be_in_set": [
        *column("whole", value_set=[2, 3]),
        *column("whole", "wild", "steady", value_set=[1, 5, 10]),
        *column("big", value_set=[9007199254740993]),
        *column("money", "ratio", value_set=[0.3]),
        *column(*TEXTS, value_set=["A1", "é", "甲"]),
        *column("whole", value_set=[1, None]),
        *column("no_text", value_set=["A1"]),
    ],
    "expect_column_value_lengths_to_be_between": [
        *column(*TEXTS, "no_text", min_value=1, max_value=4),
        *column("code", min_value=2, strict_min=True),
        *column("name", max_value=4, mostly=0.5),
    ],
    "expect_column_value_lengths_to_equal": [
        *column(*TEXTS, value=1),
        *column("code", value=2),
        *column("name", value=4),
    ],
    "expect_column_values_to_match_regex": [
        *column("名称", regex=r"^\S$"),
        *column("code", regex="^[A-Z][0-9]$"),
        *column("code", regex="A1"),
        *column("code", "no_text", regex="^$"),
        *column("name", regex="^[\u4e00-\u9fff]+$"),
        *column("name", regex="^.{1,3}$"),
        *column("名称", regex="[甲乙]", row_condition=ODD),
    ],
    "expect_column_values_to_not_match_regex": [
        *column("名称", regex="[a-z]"),
        *column("code", regex="^[A-Z][0-9]$"),
        *column("name", regex="[%_']"),
    ],
    "expect_column_values_to_match_regex_list": [
        *column("名称", regex_list=["[甲乙丙丁]", "[戊己庚辛]"]),
        *column("code", regex_list=["^A", "2$"]),
        *column("code", regex_list=["^A", "1"], match_on="all"),
    ],
    "expect_column_values_to_not_match_regex_list": [
        *column("code", regex_list=["^A", "2$"]),
        *column("name", regex_list=["x", "y"]),
    ],
    "expect_column_values_to_match_like_pattern": [
        *column("名称", like_pattern="_"),
        *column("code", like_pattern="A%"),
        *column("code", like_pattern="A_"),
        *column("name", like_pattern="%!%%", escape="!"),
        *column("name", like_pattern="__"),
    ],
    "expect_column_values_to_not_match_like_pattern": [
        *column("名称", like_pattern="%a%"),
        *column("code", like_pattern="A%"),
        *column("name", like_pattern="%!_%", escape="!"),
    ],
    "expect_column_values_to_match_like_pattern_list": [
        *column("名称", like_pattern_list=["甲%", "_"]),
        *column("code", like_pattern_list=["A%", "B_"]),
        *column("code", like_pattern_list=["A%", "%1"], match_on="all"),
    ],
    "expect_column_values_to_not_match_like_pattern_list": [
        *column("code", like_pattern_list=["A%", "B_"]),
        *column("name", like_pattern_list=["x%"]),
    ],
    "expect_column_values_to_match_strftime_format": [
        *column("date_text", strftime_format="%Y-%m-%d", row_condition=compared("id", "==", 1)),
        *column("date_text", strftime_format="%Y-%m-%d"),
        *column("no_text", strftime_format="%Y-%m-%d"),
    ],
    "expect_column_pair_values_a_to_be_greater_than_b": [
        PAIR,
        {**PAIR, "or_equal": True},
        *({**PAIR, "or_equal": True, "ignore_row_if": ignored} for ignored in IGNORE_PAIR),
        {**PAIR, "or_equal": True, "mostly": 0.8},
        {**PAIR, "or_equal": True, "row_condition": ODD},
        {"column_A": "wild", "column_B": "steady", "or_equal": True},
        {"column_A": "money", "column_B": "ratio"},
        {"column_A": "nothing", "column_B": "low"},
    ],
    "expect_column_pair_values_to_be_equal": [
        PAIR,
        *({**PAIR, "ignore_row_if": ignored} for ignored in IGNORE_PAIR),
        {**PAIR, "row_condition": ODD},
        {"column_A": "select", "column_B": 'a"b'},
        {"column_A": "wild", "column_B": "wild"},
    ],
    "expect_column_pair_values_to_be_in_set": [
        {"column_A": "select", "column_B": "Upper", "value_pairs_set": [[n, n] for n in range(1, 9)]},
        {**PAIR, "value_pairs_set": [[1, 1], [3, 2], [5, 4], [5, 5]]},
        *({**PAIR, "value_pairs_set": [[1, 1], [9, 9]], "ignore_row_if": ignored} for ignored in IGNORE_PAIR),
        {**TEXT_PAIR, "value_pairs_set": [["A1", "甲"], ["A2", "乙"]]},
    ],
    "expect_multicolumn_sum_to_equal": [
        {"column_list": ["low", "high"], "sum_total": 10, "row_condition": compared("id", "==", 5)},
        *({"column_list": ["low", "high"], "sum_total": 10, "ignore_row_if": ignored} for ignored in IGNORE_LIST),
        {"column_list": ["low", "high"], "sum_total": 10},
        {"column_list": ["money", "low"], "sum_total": 1.1},
        {"column_list": ["ratio", "steady"], "sum_total": 2.2},
    ],
    "expect_multicolumn_values_to_be_equal": [
        {"column_list": ["select", 'a"b', "two words", "Upper"]},
        *({**LIST, "ignore_row_if": ignored} for ignored in IGNORE_LIST),
    ],
    "expect_select_column_values_to_be_unique_within_record": [
        {"column_list": ["id", "big"]},
        LIST,
        *({**LIST, "ignore_row_if": ignored} for ignored in IGNORE_LIST),
        {**LIST, "row_condition": ODD},
    ],
    "expect_column_values_to_be_unique": [
        *column("id", "whole", "big", "money", "wild", "code", "name", "day", "nothing", "select", "名称"),
        *column("whole", mostly=0.5),
        *column("whole", row_condition=ODD),
    ],
    "expect_compound_columns_to_be_unique": [
        KEYS,
        *({**KEYS, "ignore_row_if": ignored} for ignored in IGNORE_LIST),
        {"column_list": ["code", "名称"]},
        {"column_list": ["id", "whole"]},
        {"column_list": ["steady", "flag"]},
        {"column_list": ["steady", "flag"], "row_condition": ODD},
    ],
    "expect_column_value_z_scores_to_be_less_than": [
        *column("select", threshold=2, double_sided=True),
        *column(*SPREAD, threshold=2, double_sided=True),
        *column("steady", threshold=1, double_sided=False),
    ],
    "expect_column_values_to_not_be_outliers": [
        *column("select", method="iqr", multiplier=1.5),
        *column(*SPREAD, method="iqr", multiplier=1.5),
        *column(*SPREAD, method="std", multiplier=2),
    ],
    "expect_column_min_to_be_between": [
        *column(*NUMBERS, "nothing", min_value=-1, max_value=1),
        *column("day", min_value="1900-01-01", max_value="1900-01-02"),
        *column("name", min_value="1", max_value="2"),
        *column("whole", min_value=0, row_condition=ODD),
    ],
    "expect_column_max_to_be_between": [
        *column(*NUMBERS, "nothing", min_value=0, max_value=100),
        *column("big", max_value=9223372036854775806),
        *column("day", min_value="9999-12-31"),
        *column("steady", max_value=50, strict_max=True),
    ],
    "expect_column_sum_to_be_between": [
        *column("whole", "steady", "select", "nothing", min_value=0, max_value=100),
        *column("money", min_value=10000000000000001, max_value=10000000000000002),
        *column("big", max_value=9223372036854775807),
        *column("wild", min_value=0),
    ],
    "expect_column_mean_to_be_between": [
        *column("whole", "steady", "select", "nothing", min_value=4, max_value=8),
        *column("wild", "money", "big", min_value=0),
    ],
    "expect_column_median_to_be_between": [
        *column("whole", "steady", "select", "nothing", "ratio", min_value=3, max_value=5),
        *column("wild", "money", "big", min_value=0, max_value=5),
    ],
    "expect_column_stdev_to_be_between": [
        *column("steady", "select", "nothing", min_value=1, max_value=20),
        *column("whole", "wild", "money", min_value=0),
    ],
    "expect_column_quantile_values_to_be_between": [
        *column(
            "steady",
            "select",
            "nothing",
            quantile_ranges={"quantiles": [0.25, 0.5, 0.9], "value_ranges": [[1, 2], [3, 4], [None, 50]]},
        ),
        *column("whole", "wild", quantile_ranges={"quantiles": [0.5], "value_ranges": [[3, 5]]}),
    ],
    "expect_column_proportion_of_non_null_values_to_be_between": [
        *column("id", "whole", "nothing", min_value=0.9, max_value=1),
        *column("whole", min_value=0.9, strict_min=True),
        *column("whole", min_value=0.9, row_condition=ODD),
    ],
    "expect_table_row_count_to_be_between": [
        {"min_value": 1, "max_value": 10},
        {"min_value": 11},
        {"max_value": 5, "row_condition": ODD},
        {"max_value": 10, "strict_max": True},
    ],
    "expect_table_row_count_to_equal": [{"value": 10}, {"value": 0}],
    "expect_table_row_count_to_equal_other_table": [{"other_table_name": "awkward"}, {"other_table_name": "empty"}],
    "expect_column_unique_value_count_to_be_between": [
        *column("whole", "code", "steady", "wild", "money", "nothing", min_value=6, max_value=7),
        *column("name", max_value=8, row_condition=ODD),
    ],
    "expect_column_proportion_of_unique_values_to_be_between": [
        *column("id", "whole", "code", "steady", "nothing", min_value=0.9),
        *column("whole", max_value=0.8),
    ],
    "expect_column_distinct_values_to_be_in_set": [
        *column("steady", value_set=[1, 2, 3, 4, 50]),
        *column("whole", value_set=[1, 5, 10]),
        *column("code", "名称", value_set=["A1", "A2", "a1", "A1\n", "A1 ", "", "B22", "B2"]),
        *column("day", value_set=["2024-02-29"]),
        *column("money", value_set=[0.1, 0.2]),
        *column("nothing", value_set=[1]),
    ],
    "expect_column_distinct_values_to_contain_set": [
        *column("whole", "steady", "wild", value_set=[1, 2]),
        *column("code", value_set=["A1", "B2"]),
        *column("money", "ratio", value_set=[0.1, 0.2]),
        *column("big", value_set=[9007199254740993]),
        *column("nothing", value_set=[1]),
        *column("whole", value_set=[1, None]),
    ],
    "expect_column_distinct_values_to_equal_set": [
        *column("steady", value_set=[1, 2, 3, 4, 50]),
        *column("whole", value_set=[1, 5, 10]),
        *column("flag", value_set=[True, False]),
        *column("名称", value_set=["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"]),
    ],
    "expect_column_most_common_value_to_be_in_set": [
        *column("steady", value_set=[3]),
        *column("whole", value_set=[5]),
        *column("whole", value_set=[5], ties_okay=True),
        *column("code", value_set=["A1"]),
        *column("nothing", value_set=[1]),
    ],
    "expect_column_to_exist": [
        *column("whole", "select", 'a"b', "名称", "missing", "upper"),
        *column("id", column_index=0),
        *column("id", column_index=1),
    ],
    "expect_column_type_to_be": [
        *column("whole", type_="BIGINT"),
        *column("whole", type_="INTEGER"),
        *column("name", type_="VARCHAR"),
    ],
    "expect_column_values_to_be_of_type": [
        *column("whole", type_="INTEGER"),
        *column("name", type_="VARCHAR"),
        *column("money", type_="DECIMAL"),
        *column("whole", type_="VARCHAR"),
    ],
    "expect_column_values_to_be_in_type_list": [
        *column("whole", type_list=["INTEGER", "BIGINT"]),
        *column("name", type_list=["INTEGER", "BIGINT"]),
    ],
    "expect_table_column_count_to_be_between": [{"min_value": 1, "max_value": 23}, {"min_value": 24}],
    "expect_table_column_count_to_equal": [{"value": 23}, {"value": 22}],
    "expect_table_columns_to_match_ordered_list": [{"column_list": list(COLUMNS)}, {"column_list": ["id", "whole"]}],
    "expect_table_columns_to_match_set": [
        {"column_set": ["id", "whole"], "exact_match": False},
        {"column_set": ["id", "whole"]},
        {"column_set": ["ID"], "exact_match": False},
    ],
    "unexpected_rows_expectation": [
        {"unexpected_rows_query": "select * from {batch} where whole > 5"},
        {"unexpected_rows_query": "select id from {batch} where low = high"},
        {"unexpected_rows_query": "select max(id) as id, code from {batch} group by code having count(*) > 1"},
        {"unexpected_rows_query": "select id from {batch} where name like '%%' and nowhere > 1"},
        {"unexpected_rows_query": "select id from {batch} where 1 = 0"},
    ],
}


def rule_name(expectation_type: str, kwargs: Json) -> str:
    """A rule as one line, unique in the matrix."""
    told = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in kwargs.items())
    return f"{expectation_type}({told})"


def spark_cases() -> dict[str, list[Json]]:
    """The first two cases of each type and the last one: Spark takes a fifth of a second for a rule."""
    return {kind: several if len(several) <= 3 else [*several[:2], several[-1]] for kind, several in CASES.items()}


def suite_of(cases: dict[str, list[Json]], table: str) -> Json:
    """A suite document with every case."""
    expectations = [
        {"type": kind, "kwargs": kwargs, "meta": {"rule_id": rule_name(kind, kwargs)}}
        for kind, several in cases.items()
        for kwargs in several
    ]
    return {"name": "conformance", "meta": {"table": table, "keys": ["id"]}, "expectations": expectations}
