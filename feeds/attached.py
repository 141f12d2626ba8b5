"""What comes with an entry besides its words: a picture, and something to hear or to watch.

Runs in the process that may be killed (`feeds.parsing_child`), for what comes here is not yet safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from careers.base import prose
from feeds.keeping import HTML_LONGEST, Media, Picture, whole_link, without_controls

ALT_LONGEST = 500
SMALLEST = 50  # pixels: what says that it is smaller counts readers, or stands for a smile
MOST_SECONDS, MOST_BYTES = 7 * 24 * 3600, 10**12
MOST_TAGS, TAG_LONGEST = 5, 4_000

_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
_NOT_PIXELS = (".gif", ".svg", ".svgz", ".ico")
_KIND = re.compile(r"(audio|video)/[\w.+-]{1,60}")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.\d*)?", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """A picture as a feed names it; every value may be of any type."""

    url: Any
    alt: Any = ""
    width: Any = ""
    height: Any = ""


@dataclass(frozen=True)
class Heard:
    """Something to hear or to watch as a feed names it; every value may be of any type."""

    url: Any
    type: Any
    seconds: Any = ""
    bytes: Any = ""


def picture(base: str, named: Sequence[Seen]) -> Picture:
    """The first of what is `named` that may be a picture of something, with the words that are said
    of it anywhere."""
    links = [whole_link(base, str(one.url or "")) for one in named]
    for one, link in zip(named, links, strict=True):
        if link and not _is_tiny(one) and not urlsplit(link).path.lower().endswith(_NOT_PIXELS):
            of_it = (_alt(same) for same, other in zip(named, links, strict=True) if other == link)
            return Picture(link, next(filter(None, of_it), ""))
    return Picture()


def _alt(one: Seen) -> str:
    return prose.excerpt(without_controls(str(one.alt or "")[:10_000]), ALT_LONGEST)


def _is_tiny(one: Seen) -> bool:
    sides = (_NUMBER.match(str(side).strip()) for side in (one.width, one.height))
    return any(side is not None and int(side[0]) < SMALLEST for side in sides)


def media(base: str, named: Iterable[Heard]) -> Media:
    """The first of what is `named` that is to be heard or watched."""
    for one in named:
        link, kind = whole_link(base, str(one.url or "")), str(one.type or "").strip().lower()
        if link and _KIND.fullmatch(kind):
            return Media(link, kind, seconds(one.seconds), _at_most(one.bytes, MOST_BYTES))
    return Media()


def seconds(said: Any) -> int:
    """How long something is, written as 2530, 42:10 or 1:02:03; 0 for what is none of these.

    >>> seconds("42:10"), seconds("1:02:03"), seconds(2530.4), seconds("long")
    (2530, 3723, 2530, 0)
    """
    text = str(said).strip()
    if found := _CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        return _at_most(hours * 3600 + minutes * 60 + rest, MOST_SECONDS)
    return _at_most(text.partition(".")[0], MOST_SECONDS)


def _at_most(said: Any, most: int) -> int:
    text = str(said).strip()
    number = int(text) if _NUMBER.fullmatch(text) else 0
    return number if number <= most else 0


class _Images(HTMLParser):
    """Gathers the first picture of what it is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Seen | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and self.found is None:
            said = dict(attrs)
            self.found = Seen(*(said.get(name) for name in ("src", "alt", "width", "height")))


def images_in(html: str) -> Iterator[Seen]:
    """The first pictures that stand in `html`."""
    html = html[:HTML_LONGEST]
    for number, tag in enumerate(_IMAGE.finditer(html)):
        if number == MOST_TAGS:
            return
        reader = _Images()
        reader.feed(html[tag.start() : tag.start() + TAG_LONGEST])
        if reader.found is not None:
            yield reader.found
