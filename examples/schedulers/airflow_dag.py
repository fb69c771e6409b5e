"""Airflow: one task that runs the command. Put this file and junheng_command.py into the folder of DAGs.

It runs where junheng is installed; paths are variables of Airflow. Tries again only what another try may mend.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

sys.path.insert(0, str(Path(__file__).parent))
import junheng_command


@dag(
    dag_id="junheng",
    schedule="30 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
)
def junheng() -> None:
    """Every night: the verdict on the county."""

    @task(execution_timeout=timedelta(hours=2))
    def build() -> dict[str, Any]:
        raw, out = os.environ["JUNHENG_RAW"], os.environ["JUNHENG_OUT"]
        try:
            answer = junheng_command.build(raw, out)
        except junheng_command.BuildFailed as error:
            if error.again:
                raise
            raise AirflowFailException(str(error)) from error
        counties = [{name: county[name] for name in ("county_code", "verdict")} for county in answer["counties"]]
        return {"status": answer["status"], "counties": counties}

    build()


junheng()
