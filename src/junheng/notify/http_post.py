"""One POST of JSON: no redirection, a limit on time and on what is read, and nothing of the address in any error."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from junheng import __version__
from junheng.notify.delivery import NotDeliveredError, of_network

READ_AT_MOST = 64 * 1024
TOO_MANY = 429


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """Another address than the one that was given is never asked: the message and its signature stay where they go."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Request:
    """What is posted where. The address is a secret: it holds the key of the robot."""

    url: str
    body: bytes
    headers: dict[str, str]


def post(request: Request, seconds: float, ca_file: Path | None) -> dict[str, Any]:
    """Post and give the answer as a JSON object ({} when it is none). Raises NotDeliveredError."""
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        opener = urllib.request.build_opener(_NoRedirection, urllib.request.HTTPSHandler(context=context))
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"junheng/{__version__}"}
        # The address was looked at when the file was read: http or https, nothing else.
        asked = urllib.request.Request(request.url, request.body, headers | request.headers, method="POST")  # noqa: S310
        with opener.open(asked, timeout=seconds) as response:
            return _object(response.read(READ_AT_MOST))
    except urllib.error.HTTPError as error:
        error.close()
        again = error.code >= 500 or error.code == TOO_MANY
        raise NotDeliveredError("http", error.code, again=again) from None
    except urllib.error.URLError as error:
        reason = error.reason
        raise (of_network(reason) if isinstance(reason, OSError) else NotDeliveredError("unreachable")) from None
    except OSError as error:
        raise of_network(error) from None
    except (http.client.HTTPException, ValueError):
        raise NotDeliveredError("answer", again=True) from None


def _object(answer: bytes) -> dict[str, Any]:
    try:
        content = json.loads(answer)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
