"""What `junheng check` prints: the report of a table, or the defects of suites; each gives the exit code."""

from __future__ import annotations

import sys
from dataclasses import astuple

from junheng.check_reports import Reports, refuse_reports, write_reports
from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.printing import error_as_json, print_error
from junheng.table_check import CheckOptions, checked, lint
from junheng.terminal import json_text


def check_table(options: CheckOptions, reports: Reports, messages: Messages, *, as_json: bool) -> int:
    """Judge a table, write the reports that are wanted and print what was found."""
    refuse_reports(reports)
    with checked(options) as found:
        written = write_reports(found, reports, messages)
        if as_json:
            print(json_text(found.as_json(messages)))
        else:
            from junheng.validation.console import print_report

            print_report(found.results, messages)
            for path in written:
                print(messages.text("check", "written", path=path))
        for error in found.refused.values():
            print_error(error, messages)
        if not as_json:
            print(messages.text("check", "not_passed" if found.exit_code else "passed"))
        return found.exit_code


def check_suites(options: CheckOptions, reports: Reports, messages: Messages, *, as_json: bool) -> int:
    """Lint suites and print the defects, one of each file. Raises UsageError for options that only a table has."""
    if options.data or options.warehouse or options.table or any(astuple(reports)):
        raise UsageError("lint_with_data")
    suites, defects = lint(options)
    rules = sum(len(suite.rules) for suite in suites)
    code = max((error.exit_code for error in defects), default=0)
    for error in defects:
        print_error(error, messages)
    if as_json:
        content = {
            "success": not defects,
            "exit_code": code,
            "suites": len(suites),
            "rules": rules,
            "errors": [error_as_json(error, messages) for error in defects],
        }
        print(json_text(content))
    else:
        words = messages.text("check", "linted", suites=len(suites), rules=rules, defects=len(defects))
        print(words, file=sys.stderr if defects else sys.stdout)
    return code
