"""From a file to its blocks, by what its bytes are."""

from __future__ import annotations

from pathlib import Path

import duckdb

from junheng.findings import Findings
from junheng.landing import file_kind, layout
from junheng.landing.header import IsHeaderWord
from junheng.landing.mapping import NO_MAP, LandingMap
from junheng.landing.model import Block, HandedFile
from junheng.landing.parquet_file import read_parquet_file
from junheng.landing.text_file import read_text_file
from junheng.landing.workbook import sheets


class SourceFiles:
    """Opens one file after the other; copies of them are written into `folder`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        is_header_word: IsHeaderWord,
        findings: Findings,
        mapping: LandingMap = NO_MAP,
    ) -> None:
        self.connection = connection
        self.folder = folder
        self.is_header_word = is_header_word
        self.findings = findings
        self.mapping = mapping

    def blocks(self, file: HandedFile) -> list[Block]:
        """The blocks of a file. Raises FileRefusedError for one that cannot be read."""
        if file.kind == file_kind.PARQUET:
            return [read_parquet_file(self.connection, file)]
        if file.kind == file_kind.TEXT:
            header_rows = self.mapping.header_rows(file.name, None)
            return [read_text_file(file, self.folder, self.is_header_word, header_rows)]
        return [
            block
            for sheet in sheets(file, self.findings)
            for block in layout.blocks(
                file, sheet, self.is_header_word, self.mapping.header_rows(file.name, sheet.name)
            )
        ]
