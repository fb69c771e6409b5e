"""XML from files that may be hostile: no document type, no entities, in pieces, of bounded size."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from junheng.landing.archive import BROKEN
from junheng.landing.sheet_facts import WorkbookRefusedError

CHUNK = 1 << 18
Start = Callable[[str, dict[str, str]], None]


class DoneError(Exception):
    """Raised by a handler that has seen enough of a part."""


def read_xml(
    archive: zipfile.ZipFile, name: str, start: Start, prepare: Callable[[Any], None] = lambda _parser: None
) -> None:
    """Read one part, calling `start(name, attributes)`, both with their prefixes, for each element.

    `prepare` may set further handlers on the parser. Raises WorkbookRefusedError for what is not plain XML in UTF-8.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_declaration: object) -> None:
        raise WorkbookRefusedError("workbook_entities", name)

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise WorkbookRefusedError("workbook_damaged", f"{name}: {encoding}", "UTF-8")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.XmlDeclHandler = declared
    parser.StartElementHandler = start
    prepare(parser)
    try:
        with archive.open(name) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
    except DoneError:
        return
    except expat.ExpatError as error:
        raise WorkbookRefusedError("workbook_damaged", f"{name}: {error}") from error
    except BROKEN as error:
        raise WorkbookRefusedError("workbook_damaged", f"{name}: {type(error).__name__}") from error


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def attributes_of(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes by their names without prefix."""
    return {local(name): value for name, value in attributes.items()}
