"""The robots of offices (企业微信, 钉钉, 飞书) and any service that takes JSON: what is posted, what answer means yes.

All three robots answer a message that they refuse with HTTP 200: the code in the answer tells.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from junheng.notify.config import Channel
from junheng.notify.delivery import NotDeliveredError
from junheng.notify.http_post import Request, post
from junheng.notify.notice import Message

# What a robot takes at most, in bytes of UTF-8.
WECOM_BYTES = 2048
OTHERS_BYTES = 18000
# "The system is busy", the codes of too many messages a minute: worth another try.
BUSY = frozenset({-1, 45009, 130101, 11232})


def send_webhook(channel: Channel, message: Message, seconds: float, now: float) -> None:
    """Post a message to a webhook at the time `now` (seconds since 1970). Raises NotDeliveredError."""
    request = REQUESTS[channel.kind](channel, message, now)
    answer = post(request, seconds, channel.ca_file)
    if channel.kind == "webhook":
        return
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    if code != 0 or isinstance(code, bool):
        known = code if isinstance(code, int) and not isinstance(code, bool) else None
        raise NotDeliveredError("answer" if known is None else "robot", known, again=known in BUSY)


def dingtalk_sign(milliseconds: int, secret: str) -> str:
    """钉钉: Base64 of HMAC-SHA256 over `time\\nsecret` under the secret; it goes into the address, encoded once."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def feishu_sign(seconds: int, secret: str) -> str:
    """飞书: Base64 of HMAC-SHA256 over nothing under `time\\nsecret`; it stands in the message."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def webhook_sign(seconds: int, body: bytes, secret: str) -> str:
    """Generic: HMAC-SHA256 in hexadecimal over `time.body` under the secret."""
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def _wecom(channel: Channel, message: Message, _now: float) -> Request:
    text = shortened(f"{message.title}\n{message.text}", WECOM_BYTES)
    return _request(_url(channel), {"msgtype": "text", "text": {"content": text}})


def _dingtalk(channel: Channel, message: Message, now: float) -> Request:
    url = _url(channel)
    if channel.secret:
        milliseconds = round(now * 1000)
        sign = quote_plus(dingtalk_sign(milliseconds, channel.secret.reveal()))
        url += f"{'&' if '?' in url else '?'}timestamp={milliseconds}&sign={sign}"
    text = shortened(f"{message.title}\n{message.text}", OTHERS_BYTES)
    return _request(url, {"msgtype": "text", "text": {"content": text}})


def _feishu(channel: Channel, message: Message, now: float) -> Request:
    text = shortened(f"{message.title}\n{message.text}", OTHERS_BYTES)
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if channel.secret:
        body = {"timestamp": str(round(now)), "sign": feishu_sign(round(now), channel.secret.reveal()), **body}
    return _request(_url(channel), body)


def _webhook(channel: Channel, message: Message, now: float) -> Request:
    request = _request(_url(channel), message.facts | {"text": message.text})
    if not channel.secret:
        return request
    sign = webhook_sign(round(now), request.body, channel.secret.reveal())
    headers = {"X-Junheng-Timestamp": str(round(now)), "X-Junheng-Signature": f"sha256={sign}"}
    return Request(request.url, request.body, headers)


REQUESTS: dict[str, Callable[[Channel, Message, float], Request]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "webhook": _webhook,
}


def shortened(text: str, at_most: int) -> str:
    """The text, cut at the end of a sign where it has more bytes than a robot takes."""
    encoded = text.encode()
    if len(encoded) <= at_most:
        return text
    mark = "…"
    return encoded[: at_most - len(mark.encode())].decode(errors="ignore") + mark


def _url(channel: Channel) -> str:
    if channel.url is None:
        raise ValueError(channel.kind)  # the reader of the file has seen to it
    return channel.url.reveal()


def _request(url: str, content: dict[str, Any]) -> Request:
    return Request(url, json.dumps(content, ensure_ascii=False).encode(), {})
