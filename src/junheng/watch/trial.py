"""`junheng notify`: are the settings right, and does a message arrive?"""

from __future__ import annotations

import platform
from pathlib import Path

from junheng.messages import Messages
from junheng.notify.config import NotifyConfig, read_config
from junheng.notify.delivery import Delivery
from junheng.notify.notice import trial
from junheng.notify.other import require_apprise
from junheng.notify.send import errand, send_all
from junheng.watch.watched_build import in_words


def channels(file: Path) -> list[dict[str, str]]:
    """The channels of a file of notifications, without addresses. Raises UsageError."""
    return [
        {"channel": channel.name, "kind": channel.kind, "events": ", ".join(channel.on)}
        for channel in _checked(file).channels
    ]


def try_all(file: Path, messages: Messages) -> tuple[list[Delivery], list[str]]:
    """Send a trial message to every channel: what became of each, and the same in words. Raises UsageError."""
    config = _checked(file)
    words = Messages(config.language) if config.language else messages
    message = trial(words, platform.node() or "?")
    deliveries = send_all([errand(channel, "test", message) for channel in config.channels], config.seconds)
    return deliveries, [in_words(one, messages) for one in deliveries]


def _checked(file: Path) -> NotifyConfig:
    config = read_config(file)
    for channel in config.channels:
        if channel.kind == "apprise":
            require_apprise(channel)
    return config
