"""What is taken from a folder or an archive, under which name, and what is refused, on real files."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from junheng.errors import UsageError
from junheng.findings import CRITICAL, WARNING, Findings
from junheng.landing import archive, intake
from junheng.landing.intake import Handed, hand_in
from junheng.landing.limits import Limits
from junheng.messages import catalogue

CSV = b"school_year,school_code\n2024,0001\n"


class Given:
    """A folder to fill and what was said of it."""

    def __init__(self, folder: Path, scratch: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.scratch = scratch
        self.findings = Findings(connection)

    def write(self, name: str, content: bytes = CSV) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def zip(self, name: str, files: dict[str, bytes]) -> Path:
        path = self.folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for member, content in files.items():
                packed.writestr(member, content)
        return path

    def hand_in(self, path: Path | None = None, limits: Limits | None = None) -> Handed:
        return hand_in(path or self.folder, self.scratch, self.findings, limits or Limits())

    def names(self, path: Path | None = None, limits: Limits | None = None) -> list[str]:
        return [file.name for file in self.hand_in(path, limits).files]

    def said(self, severity: str) -> list[tuple[str, str | None]]:
        return [(finding.rule_id, finding.file) for finding in self.findings.first(severity, 100)]


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Given]:
    folder = tmp_path / "county"
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as scratch")
        yield Given(folder, tmp_path / "scratch", connection)


def test_files_of_all_folders_by_name(given: Given) -> None:
    given.write("二小/学校.csv")
    given.write("b.csv")
    given.write("a/z.csv", b"x,y\n")
    handed = given.hand_in()
    assert [file.name for file in handed.files] == ["a/z.csv", "b.csv", "二小/学校.csv"]
    assert handed.files[0].sha256 == hashlib.sha256(b"x,y\n").hexdigest()
    assert handed.files[0].size == 4
    assert {file.kind for file in handed.files} == {"text"}
    assert given.said(CRITICAL) == given.said(WARNING) == []


def test_one_file_and_no_file(given: Given) -> None:
    assert given.names(given.write("a.csv")) == ["a.csv"]
    with pytest.raises(UsageError):
        given.hand_in(given.folder / "none.csv")


def test_leftovers_are_passed_over_and_other_files_are_named(given: Given) -> None:
    for name in (".DS_Store", "~$学校.xlsx", "Thumbs.db", "__MACOSX/a.csv", "_schools.yml", ".git/a.csv", "README.md"):
        given.write(name)
    given.write("a.csv")
    given.write("说明.docx", b"PK\x03\x04")
    given.write("图.png", b"\x89PNG\r\n")
    handed = given.hand_in()
    assert [file.name for file in handed.files] == ["a.csv"]
    assert given.said(WARNING) == [("file_not_read", "图.png")]
    assert given.said(CRITICAL) == [("archive_damaged", "说明.docx")]
    assert [unread.file.name for unread in handed.unread] == ["图.png", "说明.docx"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("一小.xlsb", b"x"),
        ("一小.numbers", b"x"),
        ("一小.dbf", b"\x03\x7c"),
        ("一小", b"SQLite format 3\0"),
        ("班级.pdf", b"%PDF-1.7"),
        ("2024学年 班级.docx", b"%PDF-1.7"),
        ("classes.csv.bak", CSV),
        ("班级.json", b"{}"),
    ],
)
def test_what_may_hold_data_and_cannot_be_read_stops_the_landing(given: Given, name: str, content: bytes) -> None:
    given.write("a.csv")
    given.write(name, content)
    given.zip("z.zip", {name: content, "b.csv": CSV})
    assert given.names() == ["a.csv", "z.zip/b.csv"]
    assert sorted(given.said(CRITICAL)) == sorted(("file_kind_not_read", place) for place in (name, f"z.zip/{name}"))
    assert given.said(WARNING) == []


@pytest.mark.parametrize("name", ["班级.png", "一小.pdf", "班级_说明.docx", "学校_填报说明.docx"])
def test_what_holds_no_data_is_only_named(given: Given, name: str) -> None:
    given.write("a.csv")
    given.write(name, b"%PDF-1.7")
    assert given.names() == ["a.csv"]
    assert given.said(WARNING) == [("file_not_read", name)]
    assert given.said(CRITICAL) == []


def test_an_empty_file_and_an_empty_folder(given: Given) -> None:
    assert given.names() == []
    assert given.said(CRITICAL) == [("empty_folder", "county")]
    given.write("学校.xlsx", b"")
    assert given.names() == []
    assert ("empty_file", "学校.xlsx") in given.said(CRITICAL)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("学校.xls", "学年\t学校\n2024\t一小\n".encode("gb18030"), "text"),
        ("学校.xlsx", CSV, "text"),
        ("data.xls", b"PAR1", None),
    ],
)
def test_a_file_is_what_its_bytes_say(given: Given, name: str, content: bytes, kind: str | None) -> None:
    given.write(name, content)
    handed = given.hand_in()
    assert [file.kind for file in handed.files] == ([kind] if kind else [])
    assert given.said(WARNING) == ([("wrong_suffix", name)] if kind else [])
    assert given.said(CRITICAL) == ([] if kind else [("file_damaged", name)])


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        (
            "学校.xls",
            b"\xef\xbb\xbf\r\n<html xmlns:o='urn'><table><tr><td>1</td></tr></table></html>",
            "markup_as_workbook",
        ),
        ("学校.xls", "<html><table>".encode("utf-16"), "markup_as_workbook"),
        ("学校.xls", b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>", "markup_as_workbook"),
        ("学校.csv", b"%PDF-1.7", "not_a_table_file"),
        ("学校.rar", b"Rar!\x1a\x07\x00", "archive_kind_unknown"),
        ("学校.parquet", b"PAR1\x00\x00\xff\xff\xff\x7fPAR1", "file_damaged"),
        ("学校.zip", b"PK\x03\x04 and no more", "archive_damaged"),
    ],
)
def test_what_cannot_be_read_is_refused(given: Given, name: str, content: bytes, rule: str) -> None:
    given.write(name, content)
    handed = given.hand_in()
    assert handed.files == ()
    assert given.said(CRITICAL) == [(rule, name)]
    assert [(unread.file.name, unread.rule_id) for unread in handed.unread] == [(name, rule)]


def test_an_encrypted_workbook_is_told_from_an_old_one(given: Given) -> None:
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
    given.write("密.xlsx", header + "EncryptedPackage".encode("utf-16-le"))
    given.write("旧.xls", header + "Workbook\0".encode("utf-16-le"))
    handed = given.hand_in()
    assert [(file.name, file.kind) for file in handed.files] == [("旧.xls", "xls")]
    assert given.said(CRITICAL) == [("workbook_encrypted", "密.xlsx")]


def test_links_are_followed_inside_the_folder_only(given: Given) -> None:
    given.write("a.csv")
    given.write(".data/hidden.csv")
    secret = given.folder.parent / "secret.csv"
    secret.write_bytes(CSV)
    (given.folder / "again.csv").symlink_to("a.csv")
    (given.folder / "loop").symlink_to(".")
    (given.folder / "data").symlink_to(".data")
    (given.folder / "out.csv").symlink_to(secret)
    (given.folder / "nowhere.csv").symlink_to("missing.csv")
    assert given.names() == ["a.csv", "data/hidden.csv"]
    assert given.said(CRITICAL) == [("link_broken", "nowhere.csv"), ("link_outside", "out.csv")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes of this kind")
def test_a_pipe_does_not_block(given: Given) -> None:
    os.mkfifo(given.folder / "pipe.csv")
    given.write("a.csv")
    assert given.names() == ["a.csv"]
    assert given.said(WARNING) == [("special_file", "pipe.csv")]
    assert given.names(given.folder / "pipe.csv") == []


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
def test_names_in_gbk_on_a_disk_are_shown_as_they_were_meant(given: Given) -> None:
    (Path(os.fsdecode(os.fsencode(given.folder) + b"/" + "小学.csv".encode("gbk")))).write_bytes(CSV)
    (file,) = given.hand_in().files
    assert file.name == "小学.csv"
    str(file.path).encode()
    assert file.path.read_bytes() == CSV


def test_names_that_are_patterns_are_read_from_a_copy(given: Given) -> None:
    given.write("[2024]学校.csv")
    (file,) = given.hand_in().files
    assert file.name == "[2024]学校.csv"
    assert "[" not in str(file.path)
    assert file.path.read_bytes() == CSV


def gbk_zip(path: Path, name: str) -> None:
    """A ZIP as Windows in China writes it: the name in GBK, the flag for UTF-8 not set."""
    raw = name.encode("gbk")
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("x" * len(raw), CSV)
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))


def test_members_of_archives(given: Given) -> None:
    # In GBK, the bytes of this name are valid UTF-8 for Cyrillic letters.
    gbk_zip(given.folder / "甲.zip", "一小\\学校.csv")
    given.zip("乙.zip", {"二小/学校.csv": CSV, "__MACOSX/._a": b"x", "dir/": b"", "a.docx": b"x"})
    inner = given.zip("inner.zip", {"三小.csv": CSV})
    given.zip("丙.zip", {"内.zip": inner.read_bytes()})
    inner.unlink()
    handed = given.hand_in()
    assert [file.name for file in handed.files] == [
        "丙.zip/内.zip/三小.csv",
        "乙.zip/二小/学校.csv",
        "甲.zip/一小/学校.csv",
    ]
    for file in handed.files:
        assert file.path.read_bytes() == CSV
        assert file.path.parent == given.scratch
        assert file.sha256 == hashlib.sha256(CSV).hexdigest()
    assert given.said(WARNING) == [("file_not_read", "乙.zip/a.docx")]
    assert given.said(CRITICAL) == []


@pytest.mark.parametrize(
    "name",
    ["../out.csv", "a/../../out.csv", "/etc/out.csv", "C:/out.csv", "c:out.csv", "..\\out.csv", "a\\..\\..\\out.csv"],
)
def test_paths_that_climb_are_refused(given: Given, tmp_path: Path, name: str) -> None:
    given.zip("a.zip", {name: CSV, "good.csv": CSV})
    before = set(tmp_path.rglob("*"))
    assert given.names() == ["a.zip/good.csv"]
    assert [rule for rule, _ in given.said(CRITICAL)] == ["archive_path_outside"]
    assert set(tmp_path.rglob("*")) - before == {given.scratch, given.scratch / "handed_00001.csv"}


def test_links_in_archives_are_not_made(given: Given) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(given.folder / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/hostname")
    assert given.names() == []
    assert given.said(CRITICAL) == [("archive_link", "a.zip/link.csv")]


def test_of_members_with_one_name_none_is_read(given: Given) -> None:
    with zipfile.ZipFile(given.folder / "a.zip", "w") as packed:
        packed.writestr("a.csv", CSV)
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a.csv", CSV + b"2024,0002\n")
    assert given.names() == []
    assert given.said(CRITICAL) == [("archive_duplicate_member", "a.zip/a.csv")] * 2


def test_an_encrypted_member_is_refused(given: Given) -> None:
    path = given.zip("a.zip", {"a.csv": CSV})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert given.names() == []
    assert given.said(CRITICAL) == [("archive_encrypted", "a.zip/a.csv")]


def test_a_damaged_member_is_refused_and_leaves_nothing(given: Given) -> None:
    with zipfile.ZipFile(given.folder / "a.zip", "w") as packed:
        packed.writestr("a.csv", CSV)
        packed.writestr("b.csv", b"good,row\n1,2\n")
    path = given.folder / "a.zip"
    path.write_bytes(path.read_bytes().replace(b"2024,0001", b"2024,0009", 1))
    assert given.names() == ["a.zip/b.csv"]
    assert given.said(CRITICAL) == [("archive_damaged", "a.zip/a.csv")]
    assert [file.read_bytes() for file in given.scratch.iterdir()] == [b"good,row\n1,2\n"]


def test_limits_of_archives(given: Given) -> None:
    given.zip("a.zip", {"a.csv": b"1" * 5000, "b.csv": b"2" * 5000})
    assert given.names(limits=Limits(archive_member_bytes=4999)) == []
    assert {rule for rule, _ in given.said(CRITICAL)} == {"archive_member_too_large"}
    assert given.names(limits=Limits(archive_total_bytes=7000)) == ["a.zip/a.csv"]
    assert ("archive_too_large", "a.zip/b.csv") in given.said(CRITICAL)
    assert given.names(limits=Limits(ratio=10, ratio_free_bytes=100)) == []
    assert ("archive_bomb", "a.zip/a.csv") in given.said(CRITICAL)
    assert given.names(limits=Limits(archive_directory_bytes=50)) == []
    assert ("archive_too_many_members", "a.zip") in given.said(CRITICAL)
    assert given.names(limits=Limits(archive_depth=0)) == []
    assert ("archive_too_deep", "a.zip") in given.said(CRITICAL)
    assert given.names(limits=Limits(files=1)) == []


def test_a_size_that_the_archive_lies_about_is_not_believed(given: Given) -> None:
    path = given.zip("a.zip", {"a.csv": b"1" * 5000})
    content = path.read_bytes()
    path.write_bytes(content.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert given.names() == []
    assert given.said(CRITICAL) == [("archive_damaged", "a.zip/a.csv")]


def test_too_many_files(given: Given) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        given.write(name)
    assert given.names(limits=Limits(files=2)) == ["a.csv", "b.csv"]
    assert given.said(CRITICAL) == [("too_many_files", None)]


def test_every_rule_has_its_text() -> None:
    texts = set(catalogue()["findings"])
    used = {
        node.value
        for module in (archive, intake)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "_" in node.value
    }
    rules = {word for word in used if word.startswith(("archive_", "link_", "file_", "folder_")) and word.islower()}
    assert len(rules) > 12
    assert rules <= texts
