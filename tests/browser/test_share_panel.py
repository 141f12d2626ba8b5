"""The share panel in a real browser. No address of a network is ever fetched: each is caught."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from referrals.texts import length_on
from tests.cast import Cast

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; tests/referrals has both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PANEL = "/jobs/data-engineer-x"
WORDS = "Come & see:\nwe have tea."
PHONE_SHEET = """
    window.shared = [];
    navigator.share = async (what) => {
      window.shared.push(what);
      document.documentElement.dataset.shared = window.shared.length;
      if (window.changedTheirMind) throw new DOMException("closed", "AbortError");
    };
"""


CHANNELS = {
    "linkedin": "LinkedIn", "x": "X", "facebook": "Facebook", "whatsapp": "WhatsApp",
    "email": "E-mail", "sms": "Text message", "bluesky": "Bluesky", "mastodon": "Mastodon",
    "instagram": "Instagram", "teams": "Teams", "slack": "Slack", "other": "Somewhere else",
}  # fmt: skip


class Ada:
    """Ada with a browser: what goes wrong in it, and what leaves for other hosts, is remembered."""

    def __init__(self, browser: Browser, base: str, **options) -> None:
        self.context: BrowserContext = browser.new_context(base_url=base, **options)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
        self.wrong: list[str] = []
        self.foreign: list[str] = []
        self.posted: list[str] = []
        self.context.route(lambda url: not url.startswith(base), self._catch)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: said.type == "error" and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _catch(self, route) -> None:
        self.foreign.append(route.request.url)
        if route.request.method != "GET" or route.request.post_data:
            self.posted.append(route.request.url)
        route.fulfill(content_type="text/html", body="<title>A network</title>")

    def sign_in(self) -> Page:
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail").fill(Cast.ENGINEER)
        self.page.get_by_label("Password").first.fill(Cast.PASSWORD)
        self.page.locator("main form button").first.click()
        expect(self.page).not_to_have_url(re.compile(r"/sign-in"))
        return self.page

    def open_panel(self, path: str) -> Page:
        self.page.goto(path)
        self.page.locator("a[data-share]").first.click()
        expect(self.page.locator("dialog[open] textarea")).to_be_visible()
        return self.page

    def copied(self) -> str:
        self.page.bring_to_front()
        return self.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def ada(browser, site, request):
    made = Ada(browser, site, **getattr(request, "param", {}))
    made.sign_in()
    yield made
    assert made.wrong == []
    assert made.posted == []
    made.context.close()


def channel(page: Page, name: str):
    return page.locator(f'button[name="channel"][value="{name}"]:not([data-sheet])')


LINK_OF_MINE = '.sharing-said a[href*="/me/links/"]'


def link_in(page: Page, name: str) -> str:
    """The address of the link of the channel `name` that the panel has just made or found again."""
    page.locator(LINK_OF_MINE).click()
    return link_on(page, name)


def link_on(page: Page, name: str) -> str:
    """The address of one's link of the channel `name`, whose page is open."""
    expect(page.locator(".page-head .kicker")).to_have_text(CHANNELS[name])
    return page.locator("code").first.inner_text()


NETWORKS = {
    "linkedin": ("www.linkedin.com/sharing/share-offsite/", "url", "{link}"),
    "facebook": ("www.facebook.com/sharer/sharer.php", "u", "{link}"),
    "x": ("x.com/intent/post", "text", WORDS + "\n{link}"),
    "whatsapp": ("wa.me/", "text", WORDS + "\n{link}"),
    "bluesky": ("bsky.app/intent/compose", "text", WORDS + "\n{link}"),
    "mastodon": ("mastodon.example/share", "text", WORDS + "\n{link}"),
    "teams": ("teams.microsoft.com/share", "href", "{link}"),
}


def test_one_press_opens_the_networks_own_window_and_nothing_else_leaves(ada):
    page, links = ada.page, {}
    for prefix, name in product(("", "/fr"), NETWORKS):
        where, field, value = NETWORKS[name]
        ada.open_panel(prefix + PANEL)
        assert ada.foreign == []
        page.locator("textarea").fill(WORDS)
        if name == "mastodon" and name not in links:  # the server is asked for once
            channel(page, name).click()
            expect(page.locator("#share-instance")).to_be_focused()
            page.locator("#share-instance").fill("@ada@mastodon.example")
        with ada.context.expect_page() as opened:
            channel(page, name).click()
        opened.value.wait_for_url(re.compile("^https://"))
        window = urlsplit(opened.value.url)
        assert opened.value.evaluate("window.opener") is None
        opened.value.close()
        expect(page.locator(".sharing-said")).not_to_be_empty()
        if name in {"linkedin", "facebook"}:
            assert ada.copied() == WORDS
        link = link_in(page, name)
        assert links.setdefault(name, link) == link
        assert window.netloc + window.path == where
        assert parse_qs(window.query)[field] == [value.format(link=link)]
        assert [urlsplit(url).netloc for url in ada.foreign] == [window.netloc]
        ada.foreign.clear()
    assert len(set(links.values())) == len(NETWORKS)


@pytest.mark.parametrize(("name", "scheme"), [("email", "mailto:?"), ("sms", "sms:?&")])
def test_mail_and_text_message_open_in_their_own_app(ada, name, scheme):
    page = ada.open_panel(PANEL)
    wire, asked = ada.context.new_cdp_session(page), []
    wire.send("Page.enable")
    wire.on("Page.frameRequestedNavigation", lambda event: asked.append(event["url"]))
    page.locator("textarea").fill(WORDS)
    channel(page, name).click()
    again = page.locator(f'.sharing-said a[href^="{scheme}"]')
    expect(again).to_be_visible()
    assert again.get_attribute("href") in asked
    mine = page.locator(LINK_OF_MINE).get_attribute("href")
    # Without an app for it, this Chromium takes no more clicks in a tab that asked for `sms:`.
    page = ada.page = ada.context.new_page()
    page.goto(mine)
    link = link_on(page, name)
    (body,) = parse_qs(asked[0].partition("?")[2])["body"]
    assert body.replace("\r\n", "\n") == f"{WORDS}\n{link}"
    ada.open_panel(PANEL)
    channel(page, name).click()
    assert link_in(page, name) == link
    assert ada.foreign == []


@pytest.mark.parametrize("name", ["slack", "instagram", "other"])
def test_where_no_window_is_the_text_and_the_link_are_copied(ada, name):
    page = ada.open_panel(PANEL)
    page.locator("textarea").fill(WORDS)
    channel(page, name).click()
    expect(page.locator(".sharing-said")).not_to_be_empty()
    copied = ada.copied()
    link = link_in(page, name)
    assert copied == f"{WORDS}\n{link}"
    ada.open_panel(PANEL)
    channel(page, name).click()
    assert link_in(page, name) == link
    assert ada.foreign == []


def test_the_sheet_of_the_phone_gets_the_words_and_the_link(ada):
    ada.context.add_init_script(PHONE_SHEET)
    page = ada.open_panel(PANEL)
    page.locator("textarea").fill(WORDS)
    page.locator("button[data-sheet]").click()
    expect(page.locator(".sharing-said")).not_to_be_empty()
    (shared,) = page.evaluate("window.shared")
    assert shared["text"] == WORDS
    assert shared["url"] == link_in(page, "other")


def test_closing_the_sheet_of_the_phone_is_no_error(ada):
    ada.context.add_init_script(PHONE_SHEET)
    page = ada.open_panel(PANEL)
    page.evaluate("window.changedTheirMind = true")
    page.locator("button[data-sheet]").click()
    expect(page.locator("html")).to_have_attribute("data-shared", "1")
    expect(page.locator("form[data-sharing]")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".sharing-said")).to_be_empty()
    expect(page.locator("dialog[open]")).to_be_visible()


def test_without_a_sheet_of_the_phone_there_is_no_button_for_it(ada):
    ada.context.add_init_script("delete Navigator.prototype.share")
    page = ada.open_panel(PANEL)
    expect(page.locator("button[data-sheet]")).to_be_hidden()


def test_texts_are_turned_through_edited_counted_and_remembered(ada):
    page = ada.open_panel(PANEL)
    text, chips = page.locator("textarea"), page.locator("[data-text]")
    expect(page.locator("#share-title")).to_be_focused()
    seen = set()
    for number in range(3):
        chips.nth(number).click()
        seen.add(text.input_value())
        expect(chips.nth(number)).to_have_attribute("aria-current", "true")
    assert len(seen) == 3
    text.fill("x" * 270)
    over = page.locator('[data-length="x"]')
    expect(over).to_have_text(re.compile("294/280.*too long"))
    chips.nth(0).click()
    expect(over).not_to_have_class(re.compile("over"))
    chips.nth(2).click()
    expect(text).to_have_value("x" * 270)
    text.fill("Tea, {title}?")
    page.get_by_label("Offer me these words again").check()
    channel(page, "other").click()
    expect(page.locator(".sharing-said")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("a[data-share]").first).to_be_focused()
    ada.open_panel("/jobs/data-engineer-x")
    chips.nth(2).click()
    expect(text).to_have_value("Tea, Data engineer?")


def test_the_page_counts_as_the_server_does(ada):
    page = ada.open_panel(PANEL)
    text = page.locator("textarea")
    address = "x" * int(text.get_attribute("data-link-length"))
    for words in ("", "Plain.", "Été à l’œuvre", "日本 🙂🙂", "€[x]" * 40, "ê\nê" * 30, "a" * 300):
        text.fill(words)
        assert page.locator(".lengths b").all_inner_texts() == [
            str(length_on(name, words, address)) for name in ("x", "bluesky", "mastodon", "sms")
        ]


def test_the_language_is_switched_within_the_sheet(ada):
    page = ada.open_panel("/jobs")
    expect(page.locator("dialog textarea")).to_have_attribute("lang", "en")
    page.locator('dialog a[lang="fr"][data-share]').click()
    expect(page.locator("dialog textarea")).to_have_attribute("lang", "fr")
    expect(page.locator("dialog[open]")).to_have_count(1)


def test_what_the_server_refuses_is_told_as_a_page(ada):
    page = ada.open_panel(PANEL)
    page.locator("textarea").fill("Hello {name}")
    page.get_by_label("Offer me these words again").check()
    channel(page, "x").click()
    expect(page.locator("#share-error")).to_contain_text("{name} means nothing here")
    assert len(ada.context.pages) == 1
    assert ada.foreign == []
    ada.wrong.clear()  # the browser notes the refusal


@pytest.mark.parametrize("ada", [{"java_script_enabled": False}], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_it_works_whole_without_scripts(ada, prefix):
    page = ada.page
    page.goto(prefix + PANEL)
    page.locator("a[data-share]").first.click()
    expect(page.locator("h1")).to_have_count(1)
    first = page.locator("textarea").input_value()
    page.locator("[data-text]:not([aria-current])").first.click()
    assert page.locator("textarea").input_value() != first
    page.locator("textarea").fill(WORDS)
    channel(page, "whatsapp").click()
    link = page.locator("code").first.inner_text()
    with ada.context.expect_page() as opened:
        page.locator('a[target="_blank"]').click()
    opened.value.wait_for_url(re.compile("^https://wa.me/"))
    assert parse_qs(urlsplit(opened.value.url).query)["text"] == [f"{WORDS}\n{link}"]


def test_a_visitor_fetches_nothing_of_it(browser, site):
    somebody = Ada(browser, site)
    fetched: list[str] = []
    somebody.page.on("request", lambda asked: fetched.append(asked.url))
    for path in (PANEL, "/jobs"):
        somebody.page.goto(path)
        expect(somebody.page.locator("a[data-share]")).to_have_count(0)
    assert not [url for url in fetched if "share" in url]
    assert somebody.foreign == []
    somebody.context.close()
