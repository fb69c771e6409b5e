"""Where Spark reads the raw tables and writes what it makes of them: a folder of the build, or one all workers see."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from junheng.spark.address import Address

PLACE = "JUNHENG_SPARK_PLACE"
# Where every worker of a cluster reads and writes: a folder on a shared file system.
STORAGE = "JUNHENG_SPARK_STORAGE"
# What the schemas of a build begin with in a catalogue that it shares with others; macros/generate_schema_name.sql.
SCHEMAS = "JUNHENG_SPARK_SCHEMAS"


@dataclass(frozen=True)
class Place:
    """The folders of one run on Spark. `given` are the tables that it begins with, `schema/table.parquet`.

    `schemas` is what schemas begin with on Spark; `is_shared`: Spark reads and writes the folder itself.
    """

    folder: Path
    log: Path
    schemas: str = ""
    is_shared: bool = True

    @classmethod
    def of_build(cls, build_id: str, work: Path, logs: Path) -> Place:
        """In the work folder of the build, or in the storage that the user has named."""
        storage = os.environ.get(STORAGE)
        folder = Path(storage).absolute() / f"junheng-{build_id}" if storage else work / "spark"
        way = Address.told().way
        schemas = "" if way == "session" else f"junheng_{re.sub('[^0-9a-z]+', '_', build_id.lower())}_"
        return cls(folder, logs / "spark.log", schemas, is_shared=bool(storage) or way == "session")

    @classmethod
    def told(cls, environment: Mapping[str, str] = os.environ) -> Place:
        """The place that the build has told this process."""
        told = json.loads(environment[PLACE])
        return cls(Path(told["folder"]), Path(told["log"]), told["schemas"], is_shared=told["is_shared"])

    def tell(self) -> dict[str, str]:
        """What a process has to know that runs here: variables of its environment."""
        package = Path(__file__).resolve().parents[2]
        told = asdict(self) | {"folder": str(self.folder), "log": str(self.log)}
        return {
            PLACE: json.dumps(told),
            SCHEMAS: self.schemas,
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

    @property
    def kept(self) -> Path:
        """Where what was made stays while a server drops its tables, and their files with them."""
        return self.folder / "kept"

    def made_in(self, schema: str) -> Path:
        """The folder of a schema, by its public name or the one that it has on Spark."""
        return self.made / f"{self.public(schema)}.db"

    def public(self, schema: str) -> str:
        """The public name of a schema of Spark."""
        return schema.removeprefix(self.schemas)

    def made_schemas(self) -> list[str]:
        """The public names of the schemas that have a folder."""
        folders = (self.kept if self.kept.exists() else self.made).glob("*.db")
        return sorted(folder.name.removesuffix(".db") for folder in folders)
