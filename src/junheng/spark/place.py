"""Where Spark reads the raw tables and writes what it makes of them: a folder of the build, or one all workers see."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

PLACE = "JUNHENG_SPARK_PLACE"
# Where every worker of a cluster reads and writes: a folder on a shared file system.
STORAGE = "JUNHENG_SPARK_STORAGE"


@dataclass(frozen=True)
class Place:
    """The folders of one run on Spark. `given` are the tables that it begins with, `schema/table.parquet`."""

    folder: Path
    log: Path

    @classmethod
    def of_build(cls, build_id: str, work: Path, logs: Path) -> Place:
        """In the work folder of the build, or in the storage that the user has named."""
        storage = os.environ.get(STORAGE)
        return cls(Path(storage).absolute() / f"junheng-{build_id}" if storage else work / "spark", logs / "spark.log")

    @classmethod
    def told(cls, environment: Mapping[str, str] = os.environ) -> Place:
        """The place that the build has told this process."""
        told = json.loads(environment[PLACE])
        return cls(Path(told["folder"]), Path(told["log"]))

    def tell(self) -> dict[str, str]:
        """What a process has to know that runs here: variables of its environment."""
        package = Path(__file__).resolve().parents[2]
        return {
            PLACE: json.dumps({name: str(path) for name, path in asdict(self).items()}),
            "PYTHONPATH": os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])]),
            # Java takes the names of files for ASCII where nothing says otherwise.
            "LC_ALL": "C.UTF-8",
        }

    @property
    def given(self) -> Path:
        """The tables that Spark begins with."""
        return self.folder / "given"

    @property
    def made(self) -> Path:
        """The tables that Spark has made: a folder for each, in one for each schema."""
        return self.folder / "made"
