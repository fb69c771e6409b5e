"""Dagster: one asset that runs the command; junheng_command.py lies beside it.

Try it: dagster dev -f dagster_definitions.py
"""

# No "from __future__ import annotations" here: Dagster looks at the annotations themselves.
import os
import sys
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    Definitions,
    Failure,
    MaterializeResult,
    RetryRequested,
    ScheduleDefinition,
    asset,
    define_asset_job,
)

sys.path.insert(0, str(Path(__file__).parent))
import junheng_command


@asset(description="The published warehouse of the county.")
def junheng_warehouse(context: AssetExecutionContext) -> MaterializeResult:
    try:
        answer = junheng_command.build(os.environ["JUNHENG_RAW"], os.environ["JUNHENG_OUT"])
    except junheng_command.BuildFailed as error:
        if error.again and context.retry_number < 2:
            raise RetryRequested(max_retries=2, seconds_to_wait=600) from error
        raise Failure(description=str(error), allow_retries=False) from error
    verdicts = {county["county_code"]: county["verdict"] for county in answer["counties"]}
    return MaterializeResult(metadata={"status": answer["status"], "verdicts": verdicts})


nightly = define_asset_job("junheng_nightly", selection=[junheng_warehouse])
schedule = ScheduleDefinition(job=nightly, cron_schedule="30 2 * * *", execution_timezone="Asia/Shanghai")
defs = Definitions(assets=[junheng_warehouse], jobs=[nightly], schedules=[schedule])
