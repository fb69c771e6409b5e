"""Every other service, through apprise (the extra `notify`)."""

from __future__ import annotations

import logging
from typing import Any

from junheng.errors import UsageError
from junheng.notify.config import Channel
from junheng.notify.delivery import NotDeliveredError
from junheng.notify.notice import Message


def require_apprise(channel: Channel) -> None:
    """Raise UsageError when apprise is not installed or does not know the address."""
    if _service(channel) is None:
        raise UsageError("notify_apprise_address", found=channel.name)


def send_other(channel: Channel, message: Message) -> None:
    """Send through apprise, which tells no more than that it failed. Raises NotDeliveredError."""
    service = _service(channel)
    if service is None or not service.notify(body=message.text, title=message.title):
        raise NotDeliveredError("apprise", again=True)


def _service(channel: Channel) -> Any:
    """Apprise with one address; None when the address is none of its own."""
    try:
        import apprise
    except ImportError as error:
        raise UsageError("notify_apprise_missing", found=channel.name) from error
    # Its warnings repeat addresses with their secrets.
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]
    service = apprise.Apprise()
    if channel.url is None or not service.add(channel.url.reveal()):
        return None
    return service
