"""Where the feed of somebody's page is, at places that don't say; and whose page a feed is of.

Pure: addresses in, addresses out. Unknown places are asked what they say themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

BLUESKY = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed"
# Where sites usually keep a feed that they don't name, the likeliest first.
USUAL = ("/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")

_HANDLE = re.compile(r"@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+)")
_BLUESKY_HANDLE = re.compile(r"@?([\w-]+\.bsky\.social)")


@dataclass(frozen=True)
class Place:
    """A place of one host: what the path of a page there looks like, and where its feed is."""

    host: str
    page: str  # a regular expression; its first group goes into `feed` and `written`
    feed: str
    written: str  # the address of the page in its one form
    not_these: str = ""  # paths that look like somebody's and aren't


_GITHUB = "orgs topics features about explore marketplace sponsors login settings search trending"
PLACES = (
    Place("bsky.app", r"/profile/([\w:.-]{3,250})/?",
          BLUESKY + "?actor={}&filter=posts_no_replies&limit=50", "https://bsky.app/profile/{}"),
    Place("youtube.com", r"/channel/(UC[\w-]{22})(?:/\w*)?",
          "https://www.youtube.com/feeds/videos.xml?channel_id={}",
          "https://www.youtube.com/channel/{}"),
    Place("youtube.com", r"/user/([\w.-]{1,80})(?:/\w*)?",
          "https://www.youtube.com/feeds/videos.xml?user={}", "https://www.youtube.com/user/{}"),
    Place("medium.com", r"/@([\w.-]{1,60})/?", "https://medium.com/feed/@{}",
          "https://medium.com/@{}"),
    Place("dev.to", r"/(\w{2,40})/?", "https://dev.to/feed/{}", "https://dev.to/{}",
          "t tags top about search enter feed"),
    Place("github.com", r"/([A-Za-z0-9-]{1,39}/[\w.-]{1,100}?)(?:\.git)?/?",
          "https://github.com/{}/releases.atom", "https://github.com/{}"),
    Place("github.com", r"/([A-Za-z0-9-]{1,39})/?", "https://github.com/{}.atom",
          "https://github.com/{}", _GITHUB),
    Place("gitlab.com", r"/([\w.-]{2,80}?)/?", "https://gitlab.com/{}.atom",
          "https://gitlab.com/{}", "explore users groups help"),
)  # fmt: skip
# Each of these has a host below it for each of its people, and a feed at one path there.
BELOW = {"substack.com": "/feed", "medium.com": "/feed"}


def candidates(typed: str) -> list[str]:
    """The addresses to read for what somebody `typed`, in this order, until one is a feed.

    >>> candidates("@ada@social.example")
    ['https://social.example/@ada.rss', 'https://social.example/@ada']
    >>> candidates("https://dev.to/ada")
    ['https://dev.to/feed/ada']
    >>> candidates("ada.example/blog")
    ['https://ada.example/blog']
    """
    address = _as_address(typed.strip())
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return [address]
    for place in PLACES:
        found = re.fullmatch(place.page, parts.path) if place.host == host else None
        if found and found[1].lower() not in place.not_these.split():
            return [place.feed.format(quote(found[1], safe="/:@"))]
    for below, path in BELOW.items():
        if host.endswith("." + below) and parts.path in {"", "/"}:
            return [f"https://{host}{path}"]
    known = {place.host for place in PLACES} | set(BELOW)
    found = re.fullmatch(r"/(?:@|users/)([\w.-]+)/?", parts.path)
    if found and host not in known and not found[1].endswith((".rss", ".atom")):
        return [f"{parts.scheme}://{parts.netloc}/@{found[1]}.rss", address]
    return [address]


def _as_address(typed: str) -> str:
    if found := _BLUESKY_HANDLE.fullmatch(typed):
        return f"https://bsky.app/profile/{found[1]}"
    if typed.startswith("@") and (found := _HANDLE.fullmatch(typed)):
        return f"https://{found[2]}/@{found[1]}"
    return typed if "://" in typed else f"https://{typed}"


def usual_feeds(page: str) -> list[str]:
    """Where the site of `page` may keep a feed that it doesn't name."""
    parts = urlsplit(page)
    return [f"{parts.scheme}://{parts.netloc}{path}" for path in USUAL]


def page_of(feed: str) -> str:
    """The page whose author alone writes what `feed` brings, "" where the address doesn't say.

    >>> page_of("https://social.example/@ada.rss")
    'https://social.example/@ada'
    >>> page_of("https://dev.to/feed/ada")
    'https://dev.to/ada'
    >>> page_of("https://ada.example/feed.xml")
    ''
    """
    for place in PLACES:
        pattern = re.escape(place.feed).replace(r"\{\}", "(.+)")
        if found := re.fullmatch(pattern, feed):
            return place.written.format(found[1])
    parts = urlsplit(feed)
    host = parts.hostname or ""
    for below in BELOW:
        if host.endswith("." + below) and host != f"www.{below}":
            return f"https://{host}/"
    if found := re.fullmatch(r"(/@[\w.-]+?)\.(?:rss|atom)", parts.path):
        return f"{parts.scheme}://{parts.netloc}{found[1]}"
    return ""


def is_shared(host: str) -> bool:
    """Whether many people write at `host`, each below an address of their own."""
    host = host.removeprefix("www.").removeprefix("m.")
    return (
        host in {place.host for place in PLACES} or host in BELOW or host == "public.api.bsky.app"
    )
