"""Great Expectations on a pandas data frame, read from Parquet."""

from __future__ import annotations

import logging
import os
import warnings

from benchmarks.checks import suite
from benchmarks.contenders.gx_duckdb import counts, result_format
from benchmarks.contenders.job import Job


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule: verdicts only where all rows pass, every failing row with its key otherwise."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    warnings.simplefilter("ignore")
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    document = suite(job.checks, "measured")
    del document["meta"]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    frame = pd.read_parquet(job.parquet)
    for name in ("opened_on", "counted_on"):
        if name in frame:
            # Dates come as objects, which Great Expectations cannot compare with the dates of a suite.
            frame[name] = pd.to_datetime(frame[name])
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("measured")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    outcome = batch.validate(gx.ExpectationSuite(**document), result_format=result_format(job, len(frame)))
    return counts(list(outcome.results), job)
