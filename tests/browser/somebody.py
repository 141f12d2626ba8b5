"""A person with a browser."""

from __future__ import annotations

import re
from functools import cache

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.cast import Cast


class Somebody:
    """A person with a browser; what goes wrong in its console is remembered."""

    def __init__(self, browser: Browser, base: str, **options) -> None:
        if "user_agent" not in options:
            # Headless browsers say so in their agent, and are rightly counted as bots.
            options["user_agent"] = _agent(browser).replace("HeadlessChrome", "Chrome")
        self.context = browser.new_context(base_url=base, **options)
        self.context.set_default_timeout(60_000)  # as for what is expected of a page
        self.page: Page = self.context.new_page()
        self.base, self.wrong, self.foreign = base, [], []
        self.page.on(
            "console", lambda said: said.type == "error" and self.wrong.append(_told(said))
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "request",
            lambda asked: asked.url.startswith(base) or self.foreign.append(asked.url),
        )

    def sign_in(self, email: str) -> Page:
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").first.fill(Cast.PASSWORD)
        self.page.locator("main form button").first.click()
        expect(self.page).not_to_have_url(re.compile(r"/sign-in"))
        return self.page


@cache
def _agent(browser: Browser) -> str:
    page = browser.new_page()
    agent: str = page.evaluate("navigator.userAgent")
    page.close()
    return agent


def _told(said: ConsoleMessage) -> str:
    return f"{said.text} {said.location.get('url', '')}".strip()
