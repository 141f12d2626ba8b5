"""What a click is: a person, a link preview, a prefetch or a bot. Pure functions of its headers.

Sources: crawler-user-agents (monitored monthly), the vendors' own pages for link-preview agents,
Fetch Metadata (W3C) for `Sec-Fetch-*`, and the `Sec-Purpose` header of the Fetch standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

import crawleruseragents

LISTS = f"own-1 cua-{version('crawler-user-agents')}"

# Part of the agent → who fetches a preview of a link that somebody pasted. Order matters: the
# first that fits names it (WhatsApp and Telegram also name others they imitate).
PREVIEWERS = {
    "LinkedInBot": "LinkedIn",
    "Slackbot-LinkExpanding": "Slack",
    "Slack-ImgProxy": "Slack",
    "SkypeUriPreview": "Teams",
    "MicrosoftPreview": "Teams",
    "WhatsApp": "WhatsApp",
    "TelegramBot": "Telegram",
    "Discordbot": "Discord",
    "Bluesky Cardyb": "Bluesky",
    "Cardyb": "Bluesky",
    "Mastodon/": "Mastodon",
    "Pleroma": "Mastodon",
    "Twitterbot": "X",
    "facebookexternalhit": "Facebook",
    "facebookcatalog": "Facebook",
    "Iframely": "Iframely",
    "redditbot": "Reddit",
    "Viber": "Viber",
    "Signal-": "Signal",
}
# iMessage calls itself both of these at once, in an otherwise ordinary Safari agent.
IMESSAGE = ("facebookexternalhit", "Twitterbot")

# Bots that the shared list misses.
OWN_BOTS = {
    "SafeLinks": "Outlook SafeLinks",
    "ms-office": "Microsoft Office",
    "Microsoft Office": "Microsoft Office",
    "BarracudaCentral": "Barracuda",
    "Mimecast": "Mimecast",
    "Proofpoint": "Proofpoint",
    "HeadlessChrome": "headless browser",
    "PhantomJS": "headless browser",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request is, who makes it when it is no person, and whether it opens a page."""

    kind: str  # human, preview, prefetch, bot
    name: str
    navigates: bool


def classify(headers: Mapping[str, str]) -> Verdict:
    """The verdict on a GET with these `headers` (names in lower case)."""
    agent = headers.get("user-agent", "").strip()[:1000]
    navigates = _navigates(headers)
    name = _previewer(agent)
    if name:
        return Verdict("preview", name, navigates)
    name = _bot(agent)
    if name:
        return Verdict("bot", name, navigates)
    purposes = (headers.get(key, "").lower() for key in ("sec-purpose", "purpose", "x-moz"))
    if any("prefetch" in purpose or "preview" in purpose for purpose in purposes):
        return Verdict("prefetch", "", False)
    return Verdict("human", "", navigates)


def _navigates(headers: Mapping[str, str]) -> bool:
    """Whether a page opens in its own tab, not an image, frame or script of another page.

    Browsers send these headers over https; where they are missing nothing speaks against it.
    """
    goal = headers.get("sec-fetch-dest", "document")
    mode = headers.get("sec-fetch-mode", "navigate")
    return goal == "document" and mode == "navigate"


@lru_cache(maxsize=4096)
def _previewer(agent: str) -> str:
    if all(part in agent for part in IMESSAGE):
        return "iMessage"
    return next((name for part, name in PREVIEWERS.items() if part in agent), "")


@lru_cache(maxsize=4096)
def _bot(agent: str) -> str:
    if not agent:
        return "no agent"
    for part, name in OWN_BOTS.items():
        if part in agent:
            return name
    if crawleruseragents.is_crawler(agent):
        return agent.split("/")[0].split(" ")[0][:40] if "Mozilla" not in agent else "crawler"
    return ""
