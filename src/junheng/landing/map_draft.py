"""A draft of a map: what was recognised, written down so that it can be corrected and given back with `--map`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from junheng.landing.mapping import SKIP
from junheng.landing.model import Block, Reading
from junheng.landing.plain import key
from junheng.messages import Messages

DOUBT = "  # ? "
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def draft(readings: Iterable[tuple[Block, Reading]], messages: Messages) -> str:
    """A map that gives the same readings, an entry for each block. What is in doubt stands behind `# ?`."""
    read = list(readings)
    many = {(block.file.name, block.sheet) for block, _ in read if block.number > 1}
    parts = [f"# {messages.text('map_draft', 'heading')}\n"]
    for block, reading in read:
        is_one_of_many = (block.file.name, block.sheet) in many
        parts.append("".join(f"{line}\n" for line in _entry(block, reading, messages, is_one_of_many)))
    return "\n".join(parts)


def _entry(block: Block, reading: Reading, messages: Messages, is_one_of_many: bool) -> Iterator[str]:
    yield f"# {_comment(_summary(reading, messages))}"
    yield f"- file: {_quoted(_literal_glob(block.file.name))}"
    if block.sheet is not None:
        yield f"  sheet: {_quoted(_literal_glob(block.sheet))}"
    if is_one_of_many:
        yield f"  block: {block.number}"
    if reading.is_skipped:
        yield f"  table: {SKIP}"
        return
    for doubt in reading.doubts:
        facts = ", ".join(fact for fact in (doubt.column, doubt.found, doubt.expected) if fact)
        yield f"  # {_comment(messages.text('findings', doubt.rule_id))}: {_comment(facts)}"
    mark = "  " if reading.table else DOUBT
    if reading.form:
        yield f"{mark}form: {_quoted(reading.form)}"
        yield from _values(reading, mark)
        return
    table = reading.table or next(iter(reading.candidates), SKIP)
    others = f"  # {', '.join(reading.candidates[1:])}" if reading.candidates[1:] else ""
    yield f"{mark}table: {table}{others}"
    if table != SKIP:
        yield from _columns(block, reading, mark, messages)
        yield from _values(reading, mark)


def _summary(reading: Reading, messages: Messages) -> str:
    if reading.table is None:
        return messages.text(
            "map_draft", "not_recognised", reason=messages.text("reading_reasons", reading.reason or "no_header_words")
        )
    name = messages.text("tables", reading.table)
    if reading.form:
        return messages.text("map_draft", "as_form", form=reading.form, table=name)
    return messages.text("map_draft", "as_table", table=name)


def _columns(block: Block, reading: Reading, mark: str, messages: Messages) -> Iterator[str]:
    columns = {use.position: use.column for use in reading.columns}
    doubtful = {doubt.column for doubt in reading.doubts}
    if block.headers:
        yield f"{mark}columns:"
    for position in range(len(block.headers)):
        note = f"  # {messages.text('map_draft', 'personal')}" if position in reading.personal else ""
        # A column in doubt keeps no line of its own, so that it stays in doubt until somebody decides.
        line_mark = DOUBT if block.headers[position] in doubtful else mark
        yield f"{line_mark}  {_name(block, position)}: {columns.get(position, SKIP)}{note}"
    units = {use.position: use.unit for use in reading.columns if use.unit}
    if units:
        yield f"{mark}units:"
        yield from (f"{mark}  {_name(block, position)}: {_quoted(unit)}" for position, unit in units.items())


def _values(reading: Reading, mark: str) -> Iterator[str]:
    """The values of columns that stand in no cell, and those that are asked for."""
    if reading.constants:
        yield f"{mark}values:"
    for constant in reading.constants:
        yield f"{mark}  {constant.column}: {_quoted(constant.value)}  # {_comment(constant.source)}"
    asked = [doubt.column for doubt in reading.doubts if doubt.rule_id in ("missing_column", "value_in_doubt")]
    if asked and not reading.constants:
        yield f"{DOUBT}values:"
    yield from (f"{DOUBT}  {column}:" for column in dict.fromkeys(asked))


def _name(block: Block, position: int) -> str:
    """What a map calls a column: its header, or its number where the header is empty or stands twice."""
    header = block.headers[position]
    is_unique = [key(other) for other in block.headers].count(key(header)) == 1
    is_name = is_unique and key(header) and not header.strip().startswith("#")
    return _quoted(header if is_name else f"#{position + 1}")


def _quoted(text: str) -> str:
    """A text as YAML in double quotes, with whatever YAML does not allow escaped."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False))


def _comment(text: str) -> str:
    """A text that stays on the line of its comment."""
    return UNPRINTABLE.sub("", " ".join(text.split()))


def _literal_glob(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
