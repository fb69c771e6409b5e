"""A report on the terminal that whoever made the data can act on.

It says what is wrong, how often, in which rows, what to write instead and who does it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from junheng.messages import Messages
from junheng.validation.results import STATUSES
from junheng.validation.wording import in_language, one_line, reason, title

if TYPE_CHECKING:
    from junheng.validation.results import FailingRow, RuleResult, Status, ValidationResult

ROWS = 5
WIDE = 200
STYLES: dict[Status, str] = {"error": "bold red", "fail": "bold red", "no_data": "magenta", "warn": "yellow"}


def print_report(results: Sequence[ValidationResult], messages: Messages, console: Console | None = None) -> None:
    """Print one section for each suite: rules in the order of their suite, passing ones only counted."""
    screen = console or terminal()
    for result in results:
        known = {"suite": result.suite, "rows": f"{result.rows:,}"} | ({"table": result.table} if result.table else {})
        heading = messages.text("check", "heading" if result.table else "heading_without_table", **known)
        screen.print(Text(one_line(heading), style="bold"))
        for rule in result.results:
            if rule.status not in ("pass", "not_applicable"):
                print_rule(rule, messages, screen)
        print_unjudged(result, messages, screen)
        screen.print(f"  {counted(result, messages)}", soft_wrap=True)
        screen.print()


def report_text(results: Sequence[ValidationResult], messages: Messages) -> str:
    """The same report as text, without colours."""
    screen = Console(file=io.StringIO(), width=WIDE, highlight=False, markup=False, color_system=None)
    with screen.capture() as captured:
        print_report(results, messages, screen)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def terminal() -> Console:
    """Standard output as wide as the terminal; a file or a pipe takes wide tables as they are."""
    is_given = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, width=None if is_given else WIDE)


def print_rule(rule: RuleResult, messages: Messages, screen: Console) -> None:
    """One rule that did not pass."""
    language = messages.language
    head = Text(f"  {messages.text('statuses', rule.status)}  ", style=STYLES.get(rule.status, ""))
    head.append(one_line(title(rule, language)), style="bold")
    if rule.rows_failed and rule.observed is None:
        count = messages.text("check", "rows_failed", failed=f"{rule.rows_failed:,}", checked=f"{rule.rows_checked:,}")
        head.append(f"  {count}", style="not bold")
    screen.print(head, soft_wrap=True)
    why = reason(rule, language)
    if why:
        line(screen, messages.text("labels", "reason"), why)
    if rule.observed is not None:
        line(screen, messages.text("labels", "found"), rule.observed)
    if rule.status == "error":
        line(screen, messages.text("labels", "action"), messages.text("check", "not_asked"))
        line(screen, messages.text("labels", "rule"), rule.rule_id)
        return
    if not rule.sample and rule.status != "no_data":
        line(screen, messages.text("labels", "expected"), rule.required)
    if rule.sample:
        screen.print(Padding(table_of(rule.sample[:ROWS], messages), (0, 0, 0, 4), expand=False))
        if rule.rows_failed > ROWS:
            screen.print(
                f"      {messages.text('check', 'more_rows', count=f'{rule.rows_failed - ROWS:,}')}", soft_wrap=True
            )
    if rule.how_to_fix:
        line(screen, messages.text("labels", "action"), in_language(rule.how_to_fix, language))
    if rule.who_fixes:
        line(screen, messages.text("labels", "who_fixes"), in_language(rule.who_fixes, language))
    line(screen, messages.text("labels", "rule"), rule.rule_id)


def table_of(rows: Sequence[FailingRow], messages: Messages) -> Table:
    """Failing rows as a table; place columns only where the place is known."""
    keys = list(rows[0].keys)
    places = [name for name in place_of(rows[0]) if any(place_of(row)[name] is not None for row in rows)]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in keys:
        table.add_column(one_line(name), overflow="fold")
    for name in (*places, "found", "expected"):
        table.add_column(messages.text("labels", name), overflow="fold")
    for row in rows:
        cells = [shown(row.keys.get(name), messages) for name in keys]
        cells += [Text(one_line("" if part is None else str(part))) for part in map(place_of(row).get, places)]
        table.add_row(*cells, shown(row.actual, messages), Text(one_line(row.required)))
    return table


def place_of(row: FailingRow) -> dict[str, str | int | None]:
    """Where a failing row stands in the files that were handed in."""
    return {"file": row.source_file, "sheet": row.source_sheet, "row": row.source_row}


def shown(value: object, messages: Messages) -> Text:
    """A cell: what is missing and what is empty must not look alike."""
    if value is None:
        return Text(messages.text("check", "missing"), style="dim")
    if value == "":
        return Text(messages.text("check", "empty"), style="dim")
    return Text(one_line(str(value).lower() if isinstance(value, bool) else str(value)))


def print_unjudged(result: ValidationResult, messages: Messages, screen: Console) -> None:
    """Rules that do not apply, one line each."""
    for rule in result.results:
        if rule.status == "not_applicable":
            words = f"{title(rule, messages.language)}: {reason(rule, messages.language)}"
            screen.print(
                Text(f"  {messages.text('statuses', rule.status)}  {one_line(words)}", style="dim"), soft_wrap=True
            )


def counted(result: ValidationResult, messages: Messages) -> str:
    """How many rules came out how."""
    counts = result.counts
    words = ", ".join(f"{messages.text('statuses', status)} {counts[status]}" for status in STATUSES if counts[status])
    return messages.text("check", "counts", total=len(result.results), counts=words)


def line(screen: Console, label: str, text: str) -> None:
    """One labelled line under a rule."""
    screen.print(Text(f"    {label}: {one_line(text)}"), soft_wrap=True)
