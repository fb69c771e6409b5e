"""Every text exists in both languages with the same parameters, and every message id in the code has a text."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import junheng
from junheng.errors import DataError, MachineError, UsageError
from junheng.landing.cells import reading
from junheng.messages import Messages, catalogue, locale_language
from junheng.project import packaged_project
from junheng.raw_contract import read_contract

PACKAGE = Path(junheng.__file__).parent
TEXTS = [
    (section, key, text)
    for section, keys in catalogue().items()
    if section != "boolean_words"
    for key, text in keys.items()
]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("section", "key", "text"), TEXTS, ids=[f"{section}.{key}" for section, key, _ in TEXTS])
def test_every_text_is_complete(section: str, key: str, text: dict[str, str]) -> None:
    assert set(text) == {"zh", "en"}
    assert all(text.values())
    assert fields(text["zh"]) == fields(text["en"])
    # A Chinese text is Chinese: not a copy of the English one.
    assert section == "expected" or any("一" <= letter <= "鿿" for letter in text["zh"])


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in PACKAGE.rglob("*.py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def first_text(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def test_every_error_raised_has_its_text() -> None:
    raised = {
        first_text(call)
        for _, call in calls()
        if isinstance(call.func, ast.Name) and call.func.id in ("UsageError", "DataError", "MachineError", "kind")
    } - {None}
    assert len(raised) > 20
    assert raised <= set(catalogue()["errors"])
    assert set(catalogue()["actions"]) <= set(catalogue()["errors"])


def test_every_finding_has_its_text_and_what_to_do() -> None:
    named = {
        first_text(call)
        for path, call in calls()
        if (path.parent.name == "landing" or path.name == "gate.py")
        and isinstance(call.func, ast.Name)
        and call.func.id in ("Finding", "Doubt", "UnitError", "critical")
    } - {None}
    sql = " ".join(
        reading(column, "cell")
        for table in read_contract(packaged_project().standards).values()
        for column in table.columns
    )
    in_sql = {rule for rule in catalogue()["findings"] if f"'{rule}'" in sql}
    assert len(in_sql) == 18
    assert named | in_sql <= set(catalogue()["findings"])
    # A text that no code speaks of is dead.
    texts = {node.value for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    spoken = {word for text in texts if isinstance(text, str) for word in re.findall(r"[a-z][a-z0-9_]+", text)}
    assert set(catalogue()["findings"]) <= spoken
    assert set(catalogue()["finding_actions"]) == set(catalogue()["findings"])


def test_an_error_says_where_what_and_what_to_do() -> None:
    error = UsageError("raw_folder_missing", file="x.csv", row=3, column="c", found="f", expected="e")
    text = Messages("en").error(error)
    for words in ("file: x.csv", "row: 3", "column: c", "found: f", "expected: e", "what to do: "):
        assert words in text


def test_exit_codes_by_reader() -> None:
    assert [kind.exit_code for kind in (DataError, UsageError, MachineError)] == [1, 2, 3]


@pytest.mark.parametrize(("value", "language"), [("zh_CN.UTF-8", "zh"), ("en_US.UTF-8", "en"), ("C", "en")])
def test_the_language_follows_the_locale(monkeypatch: pytest.MonkeyPatch, value: str, language: str) -> None:
    for name in ("JUNHENG_LANG", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", value)
    assert locale_language() == language
