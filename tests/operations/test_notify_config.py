"""The file of notifications: what is wrong in it is said before a build begins, and no secret stands in any word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.notify.config import DEFAULT_EVENTS, read_config
from junheng.notify.secret import Secret

ADDRESS = "https://robots.example/send?key=VERYSECRET"


def config(folder: Path, text: str) -> Path:
    path = folder / "通知 设置.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOT", ADDRESS)
    monkeypatch.setenv("PASSWORD", "VERYSECRET")


MAIL = """
[[channel]]
kind = "email"
host = "mail.example"
sender = "junheng@example.org"
to = ["a@example.org"]
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("VERYSECRET\n", encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    text = 'language = "en"\nseconds = 3\n[[channel]]\nkind = "dingtalk"\nname = "数据组"\nurl.env = "ROBOT"\n'
    text += 'secret.file = "key"\non = ["failed"]\n' + MAIL + 'user = "u"\npassword.env = "PASSWORD"\n'
    found = read_config(config(tmp_path, text))
    robot, mail = found.channels
    assert (found.language, found.seconds) == ("en", 3.0)
    assert (robot.name, robot.on, mail.name, mail.on) == ("数据组", ("failed",), "email 2", DEFAULT_EVENTS)
    assert robot.url is not None
    assert robot.secret is not None
    assert (robot.url.reveal(), robot.secret.reveal()) == (ADDRESS, "VERYSECRET")
    assert mail.mail is not None
    assert (mail.mail.port, mail.mail.security) == (465, "tls")
    assert "VERYSECRET" not in repr(found)


def test_processes_that_a_build_starts_do_not_inherit_secrets(tmp_path: Path) -> None:
    read_config(config(tmp_path, '[[channel]]\nkind = "wecom"\nurl.env = "ROBOT"\n'))
    said = subprocess.run([sys.executable, "-c", "import os; print(dict(os.environ))"], capture_output=True, text=True)
    assert said.returncode == 0
    assert "PATH" in said.stdout
    assert ADDRESS not in said.stdout


ROBOT = '[[channel]]\nkind = "wecom"\n'
WRONG = {
    "no channel": ("", "notify_config_wrong", "channel"),
    "unknown key": ('colour = "red"\n' + ROBOT + 'url.env = "ROBOT"\n', "notify_config_wrong", "colour"),
    "unknown kind": ('[[channel]]\nkind = "fax"\n', "notify_config_wrong", "channel[1].kind"),
    "unknown event": (ROBOT + 'url.env = "ROBOT"\non = ["sunday"]\n', "notify_config_wrong", "channel[1].on"),
    "no address": (ROBOT, "notify_config_wrong", "channel[1].url"),
    "secret of a robot without one": (ROBOT + 'url.env = "ROBOT"\nsecret.env = "PASSWORD"\n', "notify_config_wrong", "channel[1].secret"),
    "address in the file": (ROBOT + f'url = "{ADDRESS}"\n', "notify_secret_in_file", "channel[1].url"),
    "two ways at once": (ROBOT + 'url = { env = "ROBOT", file = "VERYSECRET" }\n', "notify_secret_in_file", "channel[1].url"),
    "variable not set": (ROBOT + 'url.env = "NOBODY_SET_IT"\n', "notify_secret_missing", "channel[1].url"),
    "no file": (ROBOT + 'url.file = "nowhere"\n', "notify_secret_unreadable", None),
    "password in the file": (MAIL + 'user = "u"\npassword = "VERYSECRET"\n', "notify_secret_in_file", "channel[1].password"),
    "password without user": (MAIL + 'password.env = "PASSWORD"\n', "notify_config_wrong", "channel[1].user"),
    "password unencrypted": (MAIL + 'security = "none"\nuser = "u"\npassword.env = "PASSWORD"\n', "notify_config_wrong", "channel[1].security"),
    "reader without domain": (MAIL.replace("a@example.org", "a"), "notify_config_wrong", "channel[1].to"),
    "header in a reader": (MAIL.replace("a@example.org", "a@example.org\\nBcc: b@example.org"), "notify_config_wrong", "channel[1].to"),
    "no such port": (MAIL + "port = 0\n", "notify_config_wrong", "channel[1].port"),
    "seconds without end": ("seconds = 600\n" + ROBOT + 'url.env = "ROBOT"\n', "notify_config_wrong", "seconds"),
    "same name twice": (2 * (ROBOT + 'name = "a"\nurl.env = "ROBOT"\n'), "notify_config_wrong", "channel.name"),
    "no TOML": ("channel = [", "notify_file_unreadable", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_and_no_secret_is_shown(name: str, tmp_path: Path) -> None:
    text, message, place = WRONG[name]
    with pytest.raises(UsageError) as raised:
        read_config(config(tmp_path, text))
    assert (raised.value.message_id, raised.value.column) == (message, place)
    for language in ("zh", "en"):
        words = Messages(language).error(raised.value)
        assert "VERYSECRET" not in words
        assert Messages(language).text("labels", "action") in words


@pytest.mark.parametrize("address", ["ftp://robots.example", "robots.example", "http://robots.example/x", "https://[x"])
def test_an_address_that_is_not_safe_is_refused(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOT", address)
    with pytest.raises(UsageError) as raised:
        read_config(config(tmp_path, ROBOT + 'url.env = "ROBOT"\n'))
    assert address not in Messages("en").error(raised.value)


def test_http_is_taken_on_request_and_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for address, wish in (("http://127.0.0.1:8000/x", ""), ("http://intranet/x", "allow_http = true\n")):
        monkeypatch.setenv("ROBOT", address)
        assert read_config(config(tmp_path, ROBOT + 'url.env = "ROBOT"\n' + wish)).channels


@pytest.mark.parametrize("rights", [0o644, 0o640, 0o602, 0o660])
def test_a_secret_that_others_can_read_or_write_is_refused(rights: int, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(ADDRESS, encoding="utf-8")
    (tmp_path / "key").chmod(rights)
    with pytest.raises(UsageError) as raised:
        read_config(config(tmp_path, ROBOT + 'url.file = "key"\n'))
    assert (raised.value.message_id, raised.value.found) == ("notify_secret_open", f"{rights:04o}")


def test_a_secret_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(ADDRESS, encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    mine = (tmp_path / "key").stat()
    # Whoever runs the tests: the file is that of somebody who is neither he nor the administrator.
    monkeypatch.setattr(os, "fstat", lambda _file: os.stat_result((*mine[:4], mine.st_uid + 1, *mine[5:])))
    with pytest.raises(UsageError):
        read_config(config(tmp_path, ROBOT + 'url.file = "key"\n'))


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("VERYSECRET")
    assert "VERYSECRET" not in f"{secret} {secret!r} {[secret]} {secret!s}"
