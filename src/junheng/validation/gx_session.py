"""Great Expectations, silent and offline: rules in, its own results out, on a DuckDB query or a Spark data frame."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import duckdb

# The second one belongs to Spark and prints the stack of every query that fails.
LOGGERS = ("great_expectations", "SQLQueryContextLogger")


@dataclass(frozen=True)
class GxRule:
    """One rule as Great Expectations is given it. `name` comes back in its result."""

    name: str
    expectation_type: str
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class GxOutcomes:
    """What came back: the results of each rule by its name, and why a rule could not even be stated."""

    results: Mapping[str, Sequence[Any]]
    problems: Mapping[str, str]


@contextmanager
def silence() -> Iterator[None]:
    """No warnings and no log lines of Great Expectations and Spark: what they have to say is in the results."""
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def judge_query(
    connection: duckdb.DuckDBPyConnection, query: str, rules: Sequence[GxRule], result_format: Mapping[str, Any]
) -> GxOutcomes:
    """Ask rules of the rows of a DuckDB query. The connection stays open and in its state."""
    with silence():
        context = _context()
        import junheng.validation.gx_metrics  # noqa: F401 - defining the metrics registers them
        from junheng.validation.gx_duckdb import CONNECTIONS

        name = f"junheng_{uuid4().hex}"
        CONNECTIONS[name] = connection
        # A view and not a query: Great Expectations runs a query once for its columns, and does not learn their types.
        connection.execute(f"create temp view {name} as {query}")
        try:
            datasource = context.data_sources.add_junheng_duckdb("judged", connection_string=name)
            asset = datasource.add_table_asset("judged", table_name=name)
            outcomes = _judge(asset.add_batch_definition_whole_table("all").get_batch(), rules, result_format)
            datasource.get_execution_engine().close()
            return outcomes
        finally:
            connection.execute(f"drop view {name}")
            del CONNECTIONS[name]


def judge_frame(frame: Any, rules: Sequence[GxRule], result_format: Mapping[str, Any]) -> GxOutcomes:
    """Ask rules of a Spark data frame."""
    with silence():
        # The caller says whether the frame is kept in memory; Great Expectations would keep it for good.
        asset = _context().data_sources.add_spark("judged", persist=False).add_dataframe_asset("judged")
        definition = asset.add_batch_definition_whole_dataframe("all")
        return _judge(definition.get_batch({"dataframe": frame}), rules, result_format)


def _context() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # The mode is explicit: without it, stray environment variables would select a context that uses the network.
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _judge(batch: Any, rules: Sequence[GxRule], result_format: Mapping[str, Any]) -> GxOutcomes:
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    stated, problems = [], {}
    for rule in rules:
        meta = {"rule_id": rule.name}
        try:
            # One by one: a suite drops in silence what it cannot read.
            configuration = ExpectationConfiguration(type=rule.expectation_type, kwargs=dict(rule.kwargs), meta=meta)
            stated.append(configuration.to_domain_obj())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the arguments is the rule's own error
            problems[rule.name] = first_line(error)
    results: dict[str, list[Any]] = {rule.name: [] for rule in rules}
    if stated:
        suite = gx.ExpectationSuite(name="judged", expectations=stated)
        for outcome in batch.validate(suite, result_format=dict(result_format)).results:
            results[outcome.expectation_config.meta["rule_id"]].append(outcome)
    return GxOutcomes(results, problems)


def first_line(error: BaseException) -> str:
    """An exception in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
