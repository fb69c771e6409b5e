"""A reader in headless Chromium: whatever a page complains about or asks for outside of its folder is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.site_folder import Site

OWN_SCHEMES = ("data:", "blob:")


class Reader:
    """Opens pages of one site. `complaints`: console messages, script errors, requests that leave the folder."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.complaints: list[str] = []

    @contextmanager
    def window(self, width: int = 1280, height: int = 900, **options: Any) -> Iterator[Page]:
        """A window with an empty profile and without a network."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        try:
            self._watch(context)
            context.set_default_timeout(15_000)
            yield context.new_page()
        finally:
            context.close()

    def _watch(self, context: BrowserContext) -> None:
        def seen(url: str) -> None:
            if not url.startswith((self.site.root, *OWN_SCHEMES)):
                self.complaints.append(f"request leaves the folder: {url}")

        context.on("request", lambda request: seen(request.url))
        context.on("requestfailed", lambda request: self.complaints.append(f"not loaded: {request.url}"))
        context.on("weberror", lambda found: self.complaints.append(f"script error: {found.error}"))
        context.on("console", lambda message: self.complaints.append(f"console {message.type}: {message.text}"))
        context.on("page", lambda page: page.on("websocket", lambda socket: seen(socket.url)))
        context.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def goto(self, page: Page, path: str) -> Page:
        """Open a page of the site and wait until its scripts have run."""
        url = self.site.url(path)
        if page.url.partition("#")[0] == url.partition("#")[0]:
            page.goto("about:blank")  # or only the hash would change
        page.goto(url, wait_until="load")
        return page
