"""Every file of `tests/dirty/files` is landed, and what comes of it is what `tests/dirty/expected` says.

An expectation says for its file (or folder):

- `files`: one entry for each block: `table`, `status` (`landed` when not given), the counts of rows (0 when not given;
  `any`: not said), and whatever else of `quality.source_file` is given;
- `raw`: the rows of each raw table, `place | cell | cell …`; a place is `row`, `sheet!row` or `file#sheet!row`;
- `conversions`: all that was done to cells and is not trivial, with the number of cells and perhaps an example;
- `findings`: all of them, without those on tables that are missing from the folder;
- `never_shown`: what must not be found anywhere in the warehouse or in the findings;
- `map`: the file of `tests/dirty/maps` that is given with `--map`;
- `error`: the id of the error that ends the landing.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from junheng.landing.mapping import NO_MAP, read_map
from tests.dirty.make_files import FILES, make_all
from tests.dirty.outcome import CONTRACT, differences, landed

HERE = Path(__file__).parent


def expectations() -> dict[str, dict[str, Any]]:
    """All expectations by the name of their file."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "expected").glob("*.yml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries.pop("shared", None)
        assert not set(entries) & set(found), path
        found |= entries
    return found


EXPECTED = expectations()


def handed_in(case: str, target: Path) -> Path:
    """A folder with the file of a case, or a copy of the folder that the case is."""
    source = FILES / case
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.mkdir()
        shutil.copy(source, target / case)
    return target


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_a_file_lands_as_expected(case: str, tmp_path: Path) -> None:
    given = EXPECTED[case].get("map")
    mapping = read_map(HERE / "maps" / given, CONTRACT) if given else NO_MAP
    outcome = landed(handed_in(case, tmp_path / "原始 数据"), tmp_path / "out", mapping)
    assert differences(EXPECTED[case], outcome, case) == []


def test_every_file_has_an_expectation_and_every_expectation_a_file() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in FILES.iterdir())
    assert len(EXPECTED) >= 60


def test_no_expectation_leaves_a_rule_open() -> None:
    open_rules = [
        (case, one)
        for case, expected in EXPECTED.items()
        for one in (*expected.get("findings", []), *expected.get("conversions", []))
        if isinstance(one, dict) and one.get("rule", one.get("what", "")).startswith("?")
    ]
    assert open_rules == []


def test_the_script_makes_the_files_that_are_committed(tmp_path: Path) -> None:
    make_all(tmp_path / "files")
    made = {path.relative_to(tmp_path / "files"): path for path in (tmp_path / "files").rglob("*") if path.is_file()}
    committed = {path.relative_to(FILES): path for path in FILES.rglob("*") if path.is_file()}
    assert sorted(made) == sorted(committed)
    differing = [str(name) for name in made if contents(made[name]) != contents(committed[name])]
    assert differing == []


def contents(path: Path) -> object:
    """What a file holds: of an archive its members, because another zlib may pack them otherwise."""
    if path.suffix == ".parquet" or not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
