"""Bytes from outside to entries, in another process that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from careers.base.fetching import Unreachable

SECONDS = 30.0  # of waiting; of processor the child has five
LARGE = 1_000_000  # bytes; such feeds are read one at a time, so that the others needn't wait
TOLERANCE = timedelta(hours=1)  # clocks differ


def _(words: str) -> str:
    """Mark `words` for the catalogues; whoever shows a reason translates it then."""
    return words


NOT_A_FEED = _("What lies at this address is not a feed.")
NOTHING = _("The site answers with nothing at all.")
BROKEN = _("This feed is written so wrongly that it cannot be read.")
NO_FEED_NAMED = _("This page names no feed, and there is none where sites usually keep one.")
NOT_A_PAGE = _("What lies at this address is not a page.")
TOO_MUCH = _("This feed takes more work to read than any honest feed.")
REASONS = {
    "not a feed": NOT_A_FEED,
    "nothing": NOTHING,
    "broken": BROKEN,
    "doctype": _("This feed declares a document type of its own; such feeds are not read."),
    "too much": TOO_MUCH,
}
# Hosts whose name for people is not their address.
SOURCES = {
    "bsky.app": "Bluesky",
    "dev.to": "DEV",
    "github.com": "GitHub",
    "medium.com": "Medium",
    "vimeo.com": "Vimeo",
    "youtube.com": "YouTube",
}


class NotRead(Unreachable):
    """There was an answer, but no feed in it; `alternates` are feeds that the page names, None
    where it is no page."""

    def __init__(self, reason: str, alternates: tuple[str, ...] | None = None) -> None:
        super().__init__(reason)
        self.alternates = alternates


@dataclass(frozen=True)
class ParsedEntry:
    """One item; `published_at` is None when the feed doesn't say, or says what cannot be.

    Nothing of what is attached has been looked at: these are addresses.
    """

    key: str
    url: str
    title: str
    has_title: bool
    excerpt: str
    published_at: datetime | None
    tags: tuple[str, ...]
    content_hash: str
    picture_url: str = ""  # where its picture lies, and the words for who cannot see it
    picture_alt: str = ""
    media_url: str = ""  # where something to hear or to watch lies; what it says of itself, or 0
    media_type: str = ""
    media_seconds: int = 0
    media_bytes: int = 0
    text: str = ""  # all that it says, as safe HTML, where that is wanted and more than `excerpt`


@dataclass(frozen=True)
class ParsedFeed:
    """A feed as it was read; `dropped` counts items without a link or without words.

    `home` is the page that it says it is of, `minutes` how long it asks not to be read again.
    """

    title: str
    source: str
    language: str
    home: str
    minutes: int
    entries: tuple[ParsedEntry, ...]
    dropped: int


def parse(
    body: bytes, url: str, content_type: str, now: datetime, with_texts: bool = False
) -> ParsedFeed:
    """The feed in `body`, which came from `url` at `now`, with whole texts where they are wanted.
    Raises NotRead."""
    found = _ask_child(body, url, content_type, with_texts)
    if "refused" in found:
        raise NotRead(REASONS[found["refused"]])
    if "alternates" in found:
        raise NotRead(NOT_A_FEED, tuple(found["alternates"]))
    return ParsedFeed(
        title=found["title"][:200],
        source=source_of(url, found["generator"]),
        language=found["language"],
        home=found["home"],
        minutes=found["minutes"],
        entries=tuple(_entry(entry, now) for entry in found["entries"]),
        dropped=found["dropped"],
    )


def _entry(found: dict[str, Any], now: datetime) -> ParsedEntry:
    published, tags = found.pop("published"), found.pop("tags")
    return ParsedEntry(published_at=_possible(published, now), tags=tuple(tags), **found)


def own_pages(body: bytes, url: str, content_type: str) -> list[str]:
    """The addresses that the page in `body` says, by rel="me", to be of the same person.

    Raises NotRead for what is no page.
    """
    found = _ask_child(body, url, content_type)
    if "own_pages" not in found:
        raise NotRead(NOT_A_PAGE)
    return list(found["own_pages"])


def source_of(url: str, generator: str = "") -> str:
    """What people call the place that `url` belongs to."""
    for name in ("Mastodon", "Bluesky"):
        if generator.lower().startswith(name.lower()):
            return name
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name = next((SOURCES[one] for one in SOURCES if host == one or host.endswith("." + one)), host)
    return name[:100]


def _possible(published: str | None, now: datetime) -> datetime | None:
    moment = datetime.fromisoformat(published) if published else None
    return None if moment is None or moment > now + TOLERANCE else moment


_PLACES = threading.BoundedSemaphore(max(2, min(os.cpu_count() or 2, 8)))
_PLACE_OF_LARGE = threading.BoundedSemaphore()


def _ask_child(
    body: bytes, url: str, content_type: str, with_texts: bool = False
) -> dict[str, Any]:
    content_type = "".join(sign for sign in content_type[:200] if sign.isprintable())
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    place = _PLACE_OF_LARGE if len(body) > LARGE else _PLACES
    said = [url, content_type, "texts" if with_texts else "excerpts"]
    try:
        with place:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-P", "-m", "feeds.parsing_child", *said],
                input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
                env=environment, cwd="/", check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotRead(TOO_MUCH) from None
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # killed by a limit, or by something we did not foresee
        raise NotRead(TOO_MUCH) from None
    return found
