"""The file that says who is told what: channels, events, language. Wrong in one place, it is refused as a whole."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from junheng.errors import UsageError
from junheng.messages import LANGUAGES
from junheng.notify.secret import Secret, read_secret, variable_named

EVENTS = ("failed", "refused", "verdict_changed", "new_critical", "published")
DEFAULT_EVENTS = EVENTS[:-1]
WEBHOOKS = ("wecom", "dingtalk", "feishu", "webhook")
KINDS = (*WEBHOOKS, "email", "apprise")
SECURITIES = ("tls", "starttls", "none")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 10.0
SECONDS_AT_MOST = 60.0

COMMON = frozenset({"kind", "name", "on", "ca_file"})
KEYS = {
    **{kind: COMMON | {"url", "secret", "allow_http"} for kind in WEBHOOKS},
    "wecom": COMMON | {"url", "allow_http"},
    "email": COMMON | {"host", "port", "security", "sender", "to", "user", "password"},
    "apprise": frozenset({"kind", "name", "on", "url"}),
}
PORTS = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class Mail:
    """Where and how e-mail is handed in."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user: str | None
    password: Secret | None


@dataclass(frozen=True)
class Channel:
    """One way to somebody. `url` and `secret` are those of webhooks and of apprise, `mail` is that of e-mail."""

    kind: str
    name: str
    on: tuple[str, ...]
    url: Secret | None = None
    secret: Secret | None = None
    mail: Mail | None = None
    ca_file: Path | None = None


@dataclass(frozen=True)
class NotifyConfig:
    """The whole file. `seconds` is how long one try may take."""

    channels: tuple[Channel, ...]
    language: str | None = None
    seconds: float = SECONDS


def read_config(path: Path) -> NotifyConfig:
    """Read the file and every secret it names; the environment variables of secrets are then taken away.

    So neither dbt nor any other process that is started later inherits them. Raises UsageError.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError("notify_file_unreadable", file=path, found=error.strerror) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # The message of the parser says line and column; it repeats nothing of the file but single signs.
        raise UsageError("notify_file_unreadable", file=path, found=str(error)) from error
    part = _Part(path, "", content)
    part.know({"language", "on", "seconds", "channel"})
    language = part.one_of("language", LANGUAGES, None)
    events = part.events(DEFAULT_EVENTS)
    seconds = content.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= SECONDS_AT_MOST:
        raise part.wrong("seconds", f"0 < … ≤ {SECONDS_AT_MOST:g}")
    entries = content.get("channel")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise part.wrong("channel", "[[channel]]")
    channels = tuple(
        _channel(_Part(path, f"channel[{number}].", entry), number, events) for number, entry in enumerate(entries, 1)
    )
    names = [channel.name for channel in channels]
    for name in names:
        if names.count(name) > 1:
            raise UsageError("notify_config_wrong", file=path, column="channel.name", found=name)
    for entry in entries:
        for key in ("url", "secret", "password"):
            if variable := variable_named(entry.get(key)):
                os.environ.pop(variable, None)
    return NotifyConfig(channels, language, float(seconds))


@dataclass(frozen=True)
class _Part:
    """A table of the file, with the words for what is wrong in it. Values are shown only where none is a secret."""

    file: Path
    place: str
    content: dict[str, Any]

    def wrong(self, key: str, expected: str, *, shown: bool = False) -> UsageError:
        found = str(self.content.get(key)) if shown else None
        return UsageError(
            "notify_config_wrong", file=self.file, column=self.place + key, found=found, expected=expected
        )

    def know(self, keys: frozenset[str] | set[str]) -> None:
        unknown = sorted(set(self.content) - keys)
        if unknown:
            raise self.wrong(unknown[0], ", ".join(sorted(keys)))

    def text(self, key: str) -> str:
        value = self.content.get(key)
        if not isinstance(value, str) or not value.strip() or any(ord(sign) < 32 for sign in value):
            raise self.wrong(key, '"…"')
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None) -> str | None:
        if key not in self.content:
            return default
        if self.content[key] not in allowed:
            raise self.wrong(key, ", ".join(allowed), shown=True)
        return str(self.content[key])

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.content.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, '["…"]')
        return tuple(value)

    def events(self, default: tuple[str, ...]) -> tuple[str, ...]:
        if "on" not in self.content:
            return default
        named = self.texts("on")
        if set(named) - set(EVENTS):
            raise self.wrong("on", ", ".join(EVENTS), shown=True)
        return named

    def secret(self, key: str) -> Secret:
        return read_secret(self.content[key], self.place + key, self.file)


def _channel(part: _Part, number: int, events: tuple[str, ...]) -> Channel:
    kind = part.one_of("kind", KINDS, None)
    if kind is None:
        raise part.wrong("kind", ", ".join(KINDS))
    part.know(KEYS[kind])
    name = part.text("name") if "name" in part.content else f"{kind} {number}"
    ca_file = _ca_file(part)
    on = part.events(events)
    if kind == "email":
        return Channel(kind, name, on, mail=_mail(part), ca_file=ca_file)
    if "url" not in part.content:
        raise part.wrong("url", 'url.env = "…" / url.file = "…"')
    url = part.secret("url")
    if kind == "apprise":
        return Channel(kind, name, on, url)
    _require_safe_address(part, url)
    secret = part.secret("secret") if "secret" in part.content else None
    return Channel(kind, name, on, url, secret, ca_file=ca_file)


def _require_safe_address(part: _Part, url: Secret) -> None:
    """An address with https; with http only on this machine, or where the file says so."""
    allow_http = part.content.get("allow_http", False)
    if not isinstance(allow_http, bool):
        raise part.wrong("allow_http", "true, false")
    try:
        address = urlsplit(url.reveal())
        host, _port = address.hostname, address.port
    except ValueError:
        host = None
    if not host or address.scheme not in ("http", "https"):
        raise part.wrong("url", "https://…")
    if address.scheme == "http" and not allow_http and host not in LOOPBACK:
        raise part.wrong("url", "https://… / allow_http = true")


def _ca_file(part: _Part) -> Path | None:
    if "ca_file" not in part.content:
        return None
    path = part.file.parent / Path(part.text("ca_file")).expanduser()
    if not path.is_file():
        raise part.wrong("ca_file", str(path), shown=True)
    return path


def _mail(part: _Part) -> Mail:
    host = part.text("host")
    security = part.one_of("security", SECURITIES, "tls") or "tls"
    port = part.content.get("port", PORTS[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise part.wrong("port", "1 … 65535", shown=True)
    to = part.texts("to")
    for address in (part.text("sender"), *to):
        name, at, domain = address.rpartition("@")
        if not (name and at and domain) or any(sign.isspace() or ord(sign) < 32 for sign in address):
            raise part.wrong("sender" if address not in to else "to", "name@example.org")
    user = part.text("user") if "user" in part.content else None
    password = part.secret("password") if "password" in part.content else None
    if (user is None) != (password is None):
        raise part.wrong("user", "user + password")
    if password and security == "none" and host not in LOOPBACK:
        raise part.wrong("security", "tls, starttls", shown=True)
    return Mail(host, port, security, part.text("sender"), to, user, password)
