"""Settings of a Spark that is asked short queries on small tables; with much data hardly one of them is wise."""

from __future__ import annotations

from collections.abc import Mapping

# Java compiles fast rather than well and keeps all of it, does not check the classes of Spark, and does not have to
# collect garbage to find out that they take room.
JAVA = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:-UseCodeCacheFlushing -XX:+UseSerialGC"
    " -XX:MetaspaceSize=300m -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
# Compiling costs most there; then plans in words that nobody reads, plans looked over after every step, and the pages
# of memory that every task asks for: of 64 MB each where nothing is said.
TUNED = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.subexpressionElimination.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "0",
    "spark.buffer.pageSize": "1m",
    "spark.broadcast.compress": "false",
    "spark.shuffle.compress": "false",
    "spark.sql.parquet.compression.codec": "uncompressed",
    "spark.driver.extraJavaOptions": JAVA,
}


def as_options(settings: Mapping[str, str]) -> list[str]:
    """Settings as words of a command line of Spark."""
    return [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
