"""What Great Expectations cannot ask of DuckDB, as metrics of our engine: patterns, formats of dates, outliers.

Importing this module registers them and the datasource. They apply to `JunhengExecutionEngine` only; import it only
inside a function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.expectations.metrics.column_aggregate_metric_provider import ColumnAggregateMetricProvider
from great_expectations.expectations.metrics.column_aggregate_metrics.column_outlier_statistics import (
    IQR_METHOD,
    OutlierStatistics,
    validate_method,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_value

from junheng.validation.gx_duckdb import JunhengExecutionEngine


def found(column: Any, regex: str) -> Any:
    """Whether a regular expression of RE2 is found in a text; `$` is the very end, also after a newline."""
    return sa.func.regexp_matches(column, regex)


def any_or_all(conditions: Sequence[Any], match_on: str | None) -> Any:
    """The conditions joined as `match_on` says; any of them by default."""
    return sa.and_(*conditions) if match_on == "all" else sa.or_(*conditions)


class JunhengMatchRegex(ColumnMapMetricProvider):
    """Values in which a regular expression is found."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805 - the decorator makes a class method of it
        return found(column, regex)


class JunhengNotMatchRegex(ColumnMapMetricProvider):
    """Values in which a regular expression is not found."""

    condition_metric_name = "column_values.not_match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805
        return sa.not_(found(column, regex))


class JunhengMatchRegexList(ColumnMapMetricProvider):
    """Values in which any or all of several regular expressions are found."""

    condition_metric_name = "column_values.match_regex_list"
    condition_value_keys = ("regex_list", "match_on")

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, regex_list: Sequence[str], match_on: str | None = None, **_: Any) -> Any:  # noqa: N805
        return any_or_all([found(column, regex) for regex in regex_list], match_on)


class JunhengNotMatchRegexList(ColumnMapMetricProvider):
    """Values in which none of several regular expressions is found."""

    condition_metric_name = "column_values.not_match_regex_list"
    condition_value_keys = ("regex_list",)

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, regex_list: Sequence[str], **_: Any) -> Any:  # noqa: N805
        return sa.not_(sa.or_(*(found(column, regex) for regex in regex_list)))


class JunhengMatchLikePattern(ColumnMapMetricProvider):
    """Values like a pattern."""

    condition_metric_name = "column_values.match_like_pattern"
    condition_value_keys = ("like_pattern", "escape")

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, like_pattern: str, escape: str | None = None, **_: Any) -> Any:  # noqa: N805
        return column.like(like_pattern, escape=escape)


class JunhengNotMatchLikePattern(ColumnMapMetricProvider):
    """Values not like a pattern."""

    condition_metric_name = "column_values.not_match_like_pattern"
    condition_value_keys = ("like_pattern", "escape")

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, like_pattern: str, escape: str | None = None, **_: Any) -> Any:  # noqa: N805
        return sa.not_(column.like(like_pattern, escape=escape))


class JunhengMatchLikePatternList(ColumnMapMetricProvider):
    """Values like any or all of several patterns."""

    condition_metric_name = "column_values.match_like_pattern_list"
    condition_value_keys = ("like_pattern_list", "match_on", "escape")

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(
        cls,  # noqa: N805
        column: Any,
        like_pattern_list: Sequence[str],
        match_on: str | None = None,
        escape: str | None = None,
        **_: Any,
    ) -> Any:
        return any_or_all([column.like(pattern, escape=escape) for pattern in like_pattern_list], match_on)


class JunhengNotMatchLikePatternList(ColumnMapMetricProvider):
    """Values like none of several patterns."""

    condition_metric_name = "column_values.not_match_like_pattern_list"
    condition_value_keys = ("like_pattern_list", "escape")

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, like_pattern_list: Sequence[str], escape: str | None = None, **_: Any) -> Any:  # noqa: N805
        return sa.not_(sa.or_(*(column.like(pattern, escape=escape) for pattern in like_pattern_list)))


class JunhengMatchStrftimeFormat(ColumnMapMetricProvider):
    """Texts that DuckDB can read by a format."""

    condition_metric_name = "column_values.match_strftime_format"
    condition_value_keys = ("strftime_format",)

    @column_condition_partial(engine=JunhengExecutionEngine)
    def _duckdb(cls, column: Any, strftime_format: str, **_: Any) -> Any:  # noqa: N805
        return sa.func.try_strptime(column, strftime_format).is_not(None)


class JunhengOutlierStatistics(ColumnAggregateMetricProvider):
    """Quartiles, or mean and standard deviation, that outliers are measured against."""

    metric_name = "column.outlier_statistics"
    value_keys = ("method",)
    filter_column_isnull = True

    @metric_value(engine=JunhengExecutionEngine)
    def _duckdb(
        cls,  # noqa: N805
        execution_engine: JunhengExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> Any:
        method = metric_value_kwargs["method"]
        validate_method(method)
        selectable, _compute, accessor = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.COLUMN
        )
        value = sa.cast(sa.column(accessor["column"]), sa.Double)
        if method == IQR_METHOD:
            asked = [sa.func.quantile_cont(value, place) for place in (0.25, 0.75)]
        else:
            asked = [sa.func.avg(value), sa.func.stddev_samp(value)]
        low, high = execution_engine.execute_query(sa.select(*asked).select_from(selectable)).fetchone()
        if method != IQR_METHOD:
            return OutlierStatistics.symmetric(center=low, spread=high)
        return OutlierStatistics(lower_reference=low, upper_reference=high, spread=None if low is None else high - low)
