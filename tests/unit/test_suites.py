"""The linter of suites.

Every kind of broken suite is refused with the file and the rule, and no import of Great Expectations.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from junheng.errors import UsageError
from junheng.messages import catalogue
from junheng.validation.suite_files import load_suites

ROOT = Path(__file__).resolve().parents[2]

Json = dict[str, Any]


def rule(name: str, expectation_type: str = "expect_column_values_to_be_between", **kwargs: Any) -> Json:
    return {
        "type": expectation_type,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "severity": "critical",
        "description": "d",
        "kwargs": {"column": "v", **kwargs},
        "meta": {
            "rule_id": name,
            "table": "raw.t",
            "keys": ["k"],
            **dict.fromkeys(("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source", "required"), "text"),
        },
    }


GOOD: Json = {
    "name": "raw.t",
    "id": "5b1d5b0c-6f0e-5a1c-8a39-3f8a3a8e8a11",
    "meta": {"table": "raw.t", "keys": ["k"]},
    "expectations": [
        rule("between", min_value={"$PARAMETER": "low"}, max_value=10),
        rule("in_set", "expect_column_values_to_be_in_set", value_set=["a"]),
    ],
}


def write(folder: Path, suite: Json, name: str = "raw/t.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(suite), encoding="utf-8")
    return path


def first(suite: Json) -> Json:
    found: Json = suite["expectations"][0]
    return found


def misspell_type(suite: Json) -> None:
    first(suite)["type"] = "expect_column_value_to_be_between"


def misspell_argument(suite: Json) -> None:
    first(suite)["kwargs"]["minimum"] = 0


def drop_argument(suite: Json) -> None:
    del first(suite)["kwargs"]["column"]


def repeat_id(suite: Json) -> None:
    suite["expectations"][1]["id"] = first(suite)["id"]


def repeat_rule_id(suite: Json) -> None:
    suite["expectations"][1]["meta"]["rule_id"] = "between"


def rename(suite: Json) -> None:
    suite["name"] = "raw.other"


def empty(suite: Json) -> None:
    suite["expectations"] = []


def ask_unknown_parameter(suite: Json) -> None:
    first(suite)["kwargs"]["max_value"] = {"$PARAMETER": "nobody_knows"}


def write_an_unknown_expression(suite: Json) -> None:
    first(suite)["kwargs"]["max_value"] = {"$PARAMETER": "low * 2"}


def reverse_bounds(suite: Json) -> None:
    first(suite)["kwargs"]["max_value"] = -1


def allow_nothing(suite: Json) -> None:
    suite["expectations"][1]["kwargs"]["value_set"] = []


def read_other_rows(suite: Json) -> None:
    suite["expectations"][1] = rule("query", "unexpected_rows_expectation")
    suite["expectations"][1]["kwargs"] = {"unexpected_rows_query": "select * from raw.t"}


def drop_title(suite: Json) -> None:
    del first(suite)["meta"]["title_zh"]


def drop_id(suite: Json) -> None:
    del first(suite)["id"]


def invent_severity(suite: Json) -> None:
    first(suite)["severity"] = "fatal"


def drop_table(suite: Json) -> None:
    del suite["meta"]["table"]


BROKEN = [
    (misspell_type, "suite_unknown_type", "between"),
    (misspell_argument, "suite_unknown_argument", "between"),
    (drop_argument, "suite_missing_argument", "between"),
    (repeat_id, "suite_duplicate", None),
    (repeat_rule_id, "suite_duplicate", None),
    (rename, "suite_name_mismatch", None),
    (empty, "suite_empty", None),
    (ask_unknown_parameter, "suite_missing_parameter", "between"),
    (write_an_unknown_expression, "suite_bad_value", "between"),
    (reverse_bounds, "suite_bounds_reversed", "between"),
    (allow_nothing, "suite_bad_value", "in_set"),
    (read_other_rows, "suite_bad_value", "query"),
    (drop_title, "suite_missing_field", "between"),
    (drop_id, "suite_missing_field", "between"),
    (invent_severity, "suite_bad_value", "between"),
    (drop_table, "suite_unreadable", None),
]


def test_a_good_suite_loads(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (suite,) = load_suites(tmp_path, {"low": 0})
    assert (suite.name, suite.table, [rule.rule_id for rule in suite.rules]) == (
        "raw.t",
        "raw.t",
        ["between", "in_set"],
    )
    assert suite.rules[0].filled({"low": 0})["min_value"] == 0
    assert load_suites(tmp_path / "raw", {"low": 0}) == [suite]


def test_a_parameter_may_carry_an_addition(tmp_path: Path) -> None:
    suite = copy.deepcopy(GOOD)
    first(suite)["kwargs"] = {
        "column": "v",
        "min_value": {"$PARAMETER": "low - 0.001"},
        "max_value": {"$PARAMETER": "low + 1"},
    }
    write(tmp_path, suite)
    (loaded,) = load_suites(tmp_path, {"low": Decimal("0.5")})
    filled = loaded.rules[0].filled({"low": Decimal("0.5")})
    assert (filled["min_value"], filled["max_value"]) == (Decimal("0.499"), Decimal("1.5"))


@pytest.mark.parametrize(("break_it", "message_id", "rule_id"), BROKEN, ids=[case[0].__name__ for case in BROKEN])
def test_a_broken_suite_is_refused(
    break_it: Callable[[Json], None], message_id: str, rule_id: str | None, tmp_path: Path
) -> None:
    suite = copy.deepcopy(GOOD)
    break_it(suite)
    path = write(tmp_path, suite)
    with pytest.raises(UsageError) as caught:
        load_suites(tmp_path, {"low": 0})
    assert caught.value.message_id == message_id
    assert caught.value.file == str(path)
    assert caught.value.exit_code == 2
    if rule_id:
        assert caught.value.column == rule_id


def test_a_rule_id_used_in_two_suites_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    other = {**copy.deepcopy(GOOD), "name": "raw.u", "id": "another"}
    write(tmp_path, other, "raw/u.json")
    with pytest.raises(UsageError) as caught:
        load_suites(tmp_path, {"low": 0})
    assert caught.value.message_id == "suite_duplicate"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"name": "raw.t"}', b"\xff\xfe"])
def test_unreadable_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_suites(tmp_path, {})
    assert caught.value.message_id == "suite_unreadable"


def test_a_folder_without_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_suites(tmp_path, {})
    assert caught.value.message_id == "suite_none"


def test_committed_suites_are_what_the_generator_writes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_suites.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_message_of_the_validation_has_its_words() -> None:
    sources = (ROOT / "src" / "junheng" / "validation").glob("*.py")
    used = {match for path in sources for match in re.findall(r'Error\(\s*"(\w+)"', path.read_text(encoding="utf-8"))}
    assert {"suite_unknown_type", "threshold_twice", "warehouse_unreadable"} <= used
    assert used - set(catalogue()["errors"]) == set()


def test_linting_imports_neither_great_expectations_nor_pandas() -> None:
    script = (
        "import sys; from pathlib import Path; import junheng.validation;"
        "from junheng.validation.suite_files import load_suites;"
        f"load_suites(Path({str(ROOT / 'expectations' / 'raw')!r}), {{}});"
        "print(sorted({'great_expectations', 'pandas', 'scipy', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert done.stdout.strip() == "[]"
