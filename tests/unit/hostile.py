"""Run in a process of its own: take a path in with little memory, and print what was said and what it took."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from junheng.findings import CRITICAL, WARNING, Findings
from junheng.landing import file_kind
from junheng.landing.intake import hand_in
from junheng.landing.layout import blocks
from junheng.landing.refused import FileRefusedError
from junheng.landing.text_file import read_text_file
from junheng.landing.workbook import KINDS, sheets

MEMORY = 2 << 30


def main(path: Path, scratch: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    start = time.process_time()
    with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as connection:
        connection.execute("attach ':memory:' as scratch")
        findings = Findings(connection)
        rows = 0
        for file in hand_in(path, scratch, findings).files:
            try:
                if file.kind in KINDS:
                    rows += sum(
                        len(block.rows.rows) for sheet in sheets(file, findings) for block in blocks(file, sheet)
                    )
                elif file.kind == file_kind.TEXT:
                    read_text_file(file, scratch)
            except FileRefusedError as refused:
                findings.add(refused.finding)
        said = {
            severity: [
                [finding.rule_id, finding.file, finding.sheet, finding.row, finding.column, finding.found]
                for finding in findings.first(severity, 20)
            ]
            for severity in (CRITICAL, WARNING)
        }
    seconds = time.process_time() - start
    print(json.dumps({"said": said, "rows": rows, "seconds": seconds, "peak": peak()}))


def peak() -> int:
    """Bytes of memory that this program held at most; `ru_maxrss` begins with those of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    (line,) = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
