"""What a click is: a person, a link preview, a prefetch or a bot. Pure functions of its headers.

Sources: crawler-user-agents (monitored monthly), the vendors' own pages for link-preview agents,
Fetch Metadata (W3C) for `Sec-Fetch-*`, and the `Sec-Purpose` header of the Fetch standard.
"""

from __future__ import annotations

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
    """What a request is, where it comes from, and whether it opens a page."""

    kind: str  # human, preview, prefetch, bot
    source: str  # the bot's or previewer's name; of a person the channel they visibly come from
    navigates: bool


@lru_cache(maxsize=8192)
def classify(
    method: str, agent: str, purpose: str = "", dest: str = "", mode: str = "", origin: str = ""
) -> Verdict:
    """The verdict on a request for a share link.

    `agent`, `purpose` (`Sec-Purpose`, `Purpose` or `X-Moz`), `dest` and `mode` (`Sec-Fetch-*`) are
    headers, "" where missing; `origin` is the host (or Android app) that the Referer names.
    """
    navigates = _navigates(dest, mode)
    agent = agent.strip()
    name = _previewer(agent)
    if name:
        return Verdict("preview", name, navigates)
    name = "HEAD" if method == "HEAD" else _bot(agent)
    if name:
        return Verdict("bot", name, navigates)
    if any(word in purpose.lower() for word in ("prefetch", "preview", "prerender")):
        return Verdict("prefetch", "", False)
    return Verdict("human", channel_seen(agent, origin), navigates)


def _navigates(dest: str, mode: str) -> bool:
    """Whether a page opens in its own tab, not an image, frame or script of another page.

    Browsers send these headers over https; where they are missing nothing speaks against it.
    """
    return dest in {"", "document"} and mode in {"", "navigate"}


def _previewer(agent: str) -> str:
    if all(part in agent for part in IMESSAGE):
        return "iMessage"
    return next((name for part, name in PREVIEWERS.items() if part in agent), "")


def _bot(agent: str) -> str:
    if not agent:
        return "no agent"
    for part, name in OWN_BOTS.items():
        if part in agent:
            return name
    if crawleruseragents.is_crawler(agent):
        return agent.split("/")[0].split(" ")[0][:40] if "Mozilla" not in agent else "crawler"
    return ""


# What in-app browsers call themselves, and from which hosts people come: part → channel.
IN_APP = {
    "LinkedInApp": "linkedin",
    "FBAN": "facebook",
    "FBAV": "facebook",
    "FB_IAB": "facebook",
    "Instagram": "instagram",
    "Twitter": "x",
    "WhatsApp": "whatsapp",
    "Slack": "slack",
    "Teams": "teams",
}
HOSTS = {
    "linkedin.com": "linkedin",
    "lnkd.in": "linkedin",
    "com.linkedin.android": "linkedin",
    "x.com": "x",
    "twitter.com": "x",
    "t.co": "x",
    "facebook.com": "facebook",
    "com.facebook.katana": "facebook",
    "instagram.com": "instagram",
    "whatsapp.com": "whatsapp",
    "bsky.app": "bluesky",
    "teams.microsoft.com": "teams",
    "slack.com": "slack",
    "mastodon.social": "mastodon",
}


def channel_seen(agent: str, origin: str) -> str:
    """The channel that an in-app browser or the Referer's host betrays; "" when neither does."""
    for part, channel in IN_APP.items():
        if part in agent:
            return channel
    for host, channel in HOSTS.items():
        if origin == host or origin.endswith(f".{host}"):
            return channel
    return ""
