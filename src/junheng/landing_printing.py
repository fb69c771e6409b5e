"""How the report of a landing looks on a terminal: the tables, file by file, what is wrong, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from junheng.findings import CRITICAL, Finding
from junheng.landing.accounting import LANDED, NOT_READ, REPEATED
from junheng.landing_report import LandingReport, Source, TableReport
from junheng.messages import Messages
from junheng.raw_contract import RawTable, plain_name
from junheng.terminal import visible
from junheng.wrapping import wrapped

STYLES = {CRITICAL: "bold red", "warning": "yellow", LANDED: "green", REPEATED: "yellow", NOT_READ: "dim"}
EXAMPLES = 2
BETWEEN, COMMA = " / ", ", "


class LandingPrinter:
    """Prints a report in one language."""

    def __init__(self, messages: Messages, contract: Mapping[str, RawTable], console: Console | None = None) -> None:
        self.messages = messages
        self.contract = contract
        self.console = console or Console(highlight=False, markup=False, emoji=False)

    def print(self, path: str, report: LandingReport, closing: Sequence[tuple[str, str]]) -> None:
        """The whole report of what was handed in at `path`; `closing` are its last lines with their severities."""
        self.heading("heading", path=path, files=f"{report.files:,}")
        self.tables(report.tables)
        self.heading("files")
        for file, sources in groupby(report.sources, lambda source: source.facts["file"]):
            self.file(file, list(sources))
        self.findings(report)
        self.console.print()
        for severity, line in closing:
            self.line(0, Text(line, style=STYLES.get(severity, "")), hang=0)

    def heading(self, key: str, **params: object) -> None:
        """A line that opens a part."""
        self.console.print()
        self.console.print(Text(self.word(key, **params), style="bold"))

    def tables(self, tables: Sequence[TableReport]) -> None:
        """What there is for each raw table; then what depends on those that are missing."""
        shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=True, header_style="dim")
        shown.add_column(self.word("table"), no_wrap=True)
        shown.add_column(self.word("years"), no_wrap=True)
        for name in ("files_column", "rows", "rows_rejected"):
            shown.add_column(self.word(name), justify="right", no_wrap=True)
        for table in tables:
            if table.is_missing:
                shown.add_row(table.title, Text(self.word("missing"), style="yellow"), "", "", "")
            else:
                rejected = Text(f"{table.rows_rejected:,}" if table.rows_rejected else "", style="bold red")
                shown.add_row(table.title, years_text(table.years), f"{table.files:,}", f"{table.rows:,}", rejected)
        self.console.print(shown)
        for table in tables:
            if table.depends:
                self.line(2, Text(self.word("depends", table=table.title, depends=table.depends), style="yellow"))

    def file(self, name: str, sources: Sequence[Source]) -> None:
        """One file and its sheets: what each is in one line, and what is to be known of it below."""
        if len(sources) == 1 and not sources[0].facts["sheet"]:
            self._source(2, Text(name), sources[0])
            return
        self.line(2, Text(name))
        for source in sources:
            sheet = Text(source.facts["sheet"] or "")
            if source.facts["is_hidden"]:
                sheet.append(f" ({self.word('hidden')})", style="dim")
            self._source(4, sheet, source)

    def _source(self, indent: int, name: Text, source: Source) -> None:
        style = STYLES.get(source.facts["status"], STYLES[CRITICAL])
        counts = [
            (f"  {self.messages.text('labels', severity)} {count:,}", STYLES[severity])
            for severity, count in ((CRITICAL, source.critical), ("warning", source.warnings))
            if count
        ]
        self.line(indent, Text.assemble(name, "  → ", (self._what(source), style), *counts))
        for line in self._details(source):
            self.line(indent + 4, line)

    def findings(self, report: LandingReport) -> None:
        """The first findings, rule by rule: what is wrong, the places, what to do."""
        total = report.critical + report.warnings
        if not total:
            return
        self.heading("findings", critical=f"{report.critical:,}", warnings=f"{report.warnings:,}")
        counts = {(row["severity"], row["rule_id"], row["title"]): row["count"] for row in report.by_rule}
        for (severity, rule_id, title), members in groupby(
            report.shown, lambda one: (one.severity, one.rule_id, one.title)
        ):
            shown = list(members)
            count = counts[severity, rule_id, title]
            head = Text(f"{self.messages.text('labels', severity)}: ", style=STYLES[severity])
            head.append(title or rule_id, style="bold")
            head.append(f"  {self.word('places', count=f'{count:,}')}" if count > 1 else "", style="dim")
            self.line(2, head)
            self._places(shown)
            if count > len(shown):
                self.line(4, Text(self.word("more_places", count=f"{count - len(shown):,}"), style="dim"))
            if shown[0].action:
                self.line(4, Text(f"{self.messages.text('labels', 'action')}: {shown[0].action}", style="cyan"))
        shown_rules = {_rule(finding) for finding in report.shown}
        hidden = [row for row in report.by_rule if (row["severity"], row["rule_id"], row["title"]) not in shown_rules]
        if hidden:
            count = sum(row["count"] for row in hidden)
            self.line(2, Text(self.word("more_rules", rules=f"{len(hidden):,}", count=f"{count:,}"), style="dim"))

    def line(self, indent: int, text: Text, hang: int = 2) -> None:
        """A line that is broken at the width of the terminal, its further lines further in."""
        width = max(self.console.width - indent, 20)
        text.plain = visible(text.plain)
        for number, line in enumerate(wrapped(text, width, width - hang)):
            self.console.print(" " * (indent + (hang if number else 0)), line, sep="", soft_wrap=True)

    def word(self, key: str, **params: object) -> str:
        """A text of the section `inspect`."""
        return self.messages.text("inspect", key, **params)

    def _what(self, source: Source) -> str:
        facts = source.facts
        status = self.word(f"status_{facts['status']}")
        if facts["table_name"] is None:
            return f"{status}: {source.reason}" if source.reason else status
        table = self.messages.text("tables", facts["table_name"])
        parts = [table, years_text(facts["school_years"] or [])]
        if facts["status"] == LANDED:
            parts.append(self.messages.text("summary", "rows", rows=f"{facts['rows_landed']:,}"))
        else:
            parts.append(status)
        return COMMA.join(part for part in parts if part)

    def _details(self, source: Source) -> Iterator[Text]:
        facts, parts = source.facts, source.parts
        if set(parts) - {"landed", "header"}:
            words = " + ".join(f"{self.word(f'part_{part}')} {rows:,}" for part, rows in parts.items())
            yield Text(self.word("account", read=f"{facts['rows_read']:,}", parts=words), style="dim")
        if facts["table_name"] and facts["status"] != LANDED and source.reason:
            yield Text(source.reason, style=STYLES.get(facts["status"], STYLES[CRITICAL]))
        notes = [
            self.word(f"{name}_note", value=value)
            for name, value in (("encoding", facts["encoding"]), ("form", facts["form"]))
            if value and plain_name(str(value)) not in ("utf-8", "utf8")
        ]
        if notes:
            yield Text(COMMA.join(notes), style="dim")
        if facts["table_name"]:
            yield from self._columns(source, self.contract[facts["table_name"]])
        for conversion in source.conversions:
            yield self._conversion(conversion, self.contract[facts["table_name"]])

    def _columns(self, source: Source, table: RawTable) -> Iterator[Text]:
        """What is not plain: headers that are another word for their column, units, columns not read, constants."""
        others = [
            f"{_flat(row['header'])} → {self._column(table, row['column_name'])}{_factor(row)}"
            for row in source.columns
            if row["column_name"] and row["position"] and (row["origin"] != "name" or row["factor"] not in (None, 1))
        ]
        if others:
            yield Text(self.word("read_as", columns=COMMA.join(others)))
        for origin, key in (("not_read", "not_read"), ("personal", "personal")):
            headers = [_flat(row["header"]) for row in source.columns if row["origin"] == origin and row["header"]]
            if headers:
                yield Text(self.word(key, columns=COMMA.join(headers)), style="yellow")
        for row in source.columns:
            if row["position"] is None:
                column = self._column(table, row["column_name"])
                origin = self.word(f"origin_{row['origin']}")
                yield Text(
                    self.word("constant", column=column, origin=origin, source=row["source"], value=row["value"])
                )

    def _conversion(self, row: Mapping[str, Any], table: RawTable) -> Text:
        examples = COMMA.join(
            self.word(
                "example", row=example["row"], before=self._shown(example["from"]), after=self._shown(example["to"])
            )
            for example in row["examples"][:EXAMPLES]
        )
        column = self._column(table, row["column_name"])
        return Text(
            self.word("conversion", column=column, what=row["title"], cells=f"{row['cells']:,}", examples=examples)
        )

    def _column(self, table: RawTable, name: str) -> str:
        """The name of a column in the language of the reader."""
        if self.messages.language == "en":
            return name
        return next((column.name_zh for column in table.columns if column.name == name), name)

    def _places(self, findings: Sequence[Finding]) -> None:
        """The places of one rule: each file and sheet once, below it the rows; what all have in common once."""
        expected = {finding.expected for finding in findings}
        in_common = expected.pop() if len(expected) == 1 and len(findings) > 1 else None
        for (file, sheet), members in groupby(findings, lambda one: (one.file or one.table, one.sheet)):
            shown = list(members)
            place = Text(BETWEEN.join(part for part in (file, sheet) if part))
            if len(shown) == 1:
                self.line(4, Text.assemble(place, "  ", self._facts(shown[0], in_common)))
                continue
            self.line(4, place)
            for finding in shown:
                self.line(6, self._facts(finding, in_common))
        if in_common:
            self.line(4, self._labelled("expected", in_common))

    def _facts(self, finding: Finding, in_common: str | None) -> Text:
        """Row, column, what was found, what was expected."""
        table = self.contract.get(finding.table or "")
        facts = [] if finding.row is None else [Text(self.word("row", row=finding.row))]
        if finding.column:
            names = finding.column.split(", ")
            facts.append(Text(COMMA.join(self._column(table, name) if table else name for name in names)))
        if finding.found is not None:
            facts.append(self._labelled("found", finding.found))
        if finding.expected is not None and finding.expected != in_common:
            facts.append(self._labelled("expected", finding.expected))
        return Text("  ").join(facts)

    def _labelled(self, label: str, value: str) -> Text:
        return Text.assemble((f"{self.messages.text('labels', label)} ", "dim"), self._shown(value))

    def _shown(self, value: str | None) -> str:
        """A cell on one line: nothing has a word, and white space that matters stands in quotation marks."""
        if not value:
            return self.messages.text("check", "missing")
        flat = _flat(value)
        return flat if flat == value else f"“{value}”".replace("\r\n", "⏎").replace("\n", "⏎").replace("\t", "⇥")


def years_text(years: Sequence[int]) -> str:
    """Years in a row as `2021-2024`, others one by one."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _rule(finding: Finding) -> tuple[str, str, str | None]:
    return finding.severity, finding.rule_id, finding.title


def _factor(row: Mapping[str, Any]) -> str:
    factor = row["factor"]
    return "" if factor in (None, 1) else f" ({row['unit']} × {factor.normalize():f})"


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())
