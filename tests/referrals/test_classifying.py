"""People, previews, prefetches and bots are told apart."""

from __future__ import annotations

import pytest

from referrals.classifying import classify

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
PEOPLE = [
    CHROME,
    IPHONE,
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 15; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
    f"{IPHONE} [LinkedInApp]/9.31",
    "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/512.0.0.0;]",
    f"{CHROME} Edg/142.0.0.0",
    f"{CHROME} OPR/118.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Teams/25.1 Chrome/140.0.0.0 Electron/38.0 Safari/537.36",
]
PREVIEWS = {
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)": "LinkedIn",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "Slack",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5": "Teams",
    "WhatsApp/2.23.20.0": "WhatsApp",
    "TelegramBot (like TwitterBot)": "Telegram",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)": "Discord",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)": "Bluesky",
    "http.rb/5.1.1 (Mastodon/4.3.0; +https://mastodon.example/) Bot": "Mastodon",
    "Twitterbot/1.0": "X",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": "Facebook",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0": "iMessage",
}
BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
    "curl/8.5.0",
    "python-requests/2.34.2",
    "Wget/1.21",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "",
    "   ",
]
OPENS = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_browser_is_a_person(agent):
    assert classify({"user-agent": agent, **OPENS}).kind == "human"


@pytest.mark.parametrize(("agent", "name"), PREVIEWS.items())
def test_a_link_preview_is_named_and_never_a_person(agent, name):
    verdict = classify({"user-agent": agent})
    assert (verdict.kind, verdict.name) == ("preview", name)


@pytest.mark.parametrize("agent", BOTS)
def test_a_bot_is_never_a_person(agent):
    verdict = classify({"user-agent": agent})
    assert verdict.kind == "bot"
    assert verdict.name


@pytest.mark.parametrize(
    "header",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"purpose": "preview"},
    ],
)
def test_a_prefetch_is_not_a_person(header):
    verdict = classify({"user-agent": CHROME, **header})
    assert verdict.kind == "prefetch"
    assert not verdict.navigates


@pytest.mark.parametrize(
    ("fetch", "opens"),
    [
        ({}, True),  # browsers don't send these over plain http
        (OPENS, True),
        ({"sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate"}, False),
        ({"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors"}, False),
        ({"sec-fetch-dest": "empty", "sec-fetch-mode": "cors"}, False),
        ({"sec-fetch-dest": "script", "sec-fetch-mode": "no-cors"}, False),
        ({"sec-fetch-dest": "document", "sec-fetch-mode": "no-cors"}, False),
    ],
)
def test_only_a_page_opened_in_its_own_tab_navigates(fetch, opens):
    assert classify({"user-agent": CHROME, **fetch}).navigates is opens


def test_an_endless_agent_is_cut_and_answered():
    assert classify({"user-agent": CHROME + "x" * 100_000}).kind == "human"
