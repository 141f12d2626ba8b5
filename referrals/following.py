"""Following a share link: what is noted of a request, and what it is answered.

`GET /r/<code>` → link from the cache → class → one line in the journal, on disk → 302 to the page.
Redirects go on while the database is away, for every link seen before. The landing page then asks
for `/r/<code>/seen/<click>`, which confirms that a person's browser really rendered it.
`referrals.doors` brings the requests.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from careers.base import clock
from referrals.classifying import LISTS, classify
from referrals.journal import CLICK_ID, Journal, Line, Rendered
from referrals.visitors import Visitors
from referrals.ways import Links, Way

CODE = r"[0-9A-Za-z]{6,16}"
ADDRESS = re.compile(rf"/r/({CODE})(?:/seen/({CLICK_ID}))?")
AT_MOST = 600  # clicks of one visitor on one link within a minute, in this process
PIXEL = bytes.fromhex(  # a transparent GIF, 1 x 1
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


def click_id(at: int) -> str:
    """An id for a click at `at` (microseconds since 1970): in order of time, as indexes like, and
    not to be guessed: 8 digits of its second and 48 random bits."""
    return f"{at // 1_000_000:08x}{_random()}"


def _random() -> str:
    """48 bits as hexadecimal digits, each once; the system is asked for many at a time, for asking
    it lets another thread have Python, and waiting for that costs more than all else here."""
    while True:
        try:
            return _unused.pop()
        except IndexError:
            digits = os.urandom(6 * 256).hex()
            _unused.extend(digits[at : at + 12] for at in range(0, len(digits), 12))


_unused: list[str] = []
os.register_at_fork(after_in_child=_unused.clear)  # or two processes would give the same ones


class Asked(NamedTuple):
    """What a request for a share link says of itself; "" for each header that it doesn't have."""

    method: str
    agent: str
    purpose: str  # Sec-Purpose, Purpose or X-Moz
    dest: str  # Sec-Fetch-Dest
    mode: str  # Sec-Fetch-Mode
    referer: str
    address: str  # the IP address, for the visitor's hash alone


class Answer(NamedTuple):
    """An answer of our own."""

    status: int
    headers: tuple[tuple[str, str], ...]  # all but Location
    body: bytes = b""
    location: str = ""


class Following:
    """What all doors of a process share. Safe for many threads."""

    def __init__(self, links: Links, journal: Journal, visitors: Visitors) -> None:
        self.links, self.journal, self.visitors = links, journal, visitors
        self._minute, self._clicks = 0, dict[int, int]()

    def click(self, way: Way, asked: Asked) -> Line | None:
        """The click to write down before it is answered; None when it is one of a flood."""
        method, agent, purpose, dest, mode, referer, address = asked
        agent = agent[:1000]
        verdict = classify(method, agent, purpose, dest, mode, origin_of(referer))
        at = clock.microseconds()
        visitor = self.visitors.visitor(at, way.link, address, agent)
        if self._is_flood(visitor, at):
            return None
        return Line(
            click_id(at), way.link, way.job, at, verdict.kind, verdict.source,
            verdict.navigates, visitor, LISTS,
        )  # fmt: skip

    def _is_flood(self, visitor: int, at: int) -> bool:
        """Whether one visitor follows one link faster than any crowd behind one address would.

        Counted in windows of a minute; a race between threads costs a count, nothing else.
        """
        minute = at // 60_000_000
        if minute != self._minute:
            self._minute, self._clicks = minute, {}
        count = self._clicks[visitor] = self._clicks.get(visitor, 0) + 1
        return count > AT_MOST


def is_for_flask(way: Way, line: Line) -> bool:
    """Whether a page answers this click: the card of a preview, or that the target is gone."""
    return line.kind == "preview" or way.path is None


def answer_to(code: str, way: Way, line: Line, is_written: bool) -> Answer:
    """The answer to a click that Flask doesn't answer.

    The address carries the click on only if it `is_written`, and neither while the link is not
    its owner's to share. A prefetch is refused, so that the browser asks again when it is meant.
    """
    assert way.path is not None
    if line.kind == "prefetch":
        return TRY_AGAIN
    if not way.carries:
        return _redirect(way.path)
    return _redirect(f"{way.path}?via={code}.{line.id}" if is_written else f"{way.path}?via={code}")


def rendered(click: str, site: str) -> Rendered | None:
    """The line to write when a landing page was rendered; whether its click exists is seen later.

    A script of ours posts it once the page is visible; a browser without scripts asks for it as a
    picture. Other sites' pages (`site` is Sec-Fetch-Site) confirm nothing.
    """
    is_ours = site in {"", "same-origin"}
    return Rendered(click, clock.microseconds()) if is_ours else None


def origin_of(referer: str) -> str:
    """The host of a Referer, or the app in an `android-app://` one; "" for none."""
    if not referer:
        return ""
    _, separator, rest = referer[:300].partition("://")
    return rest.partition("/")[0].lower() if separator else ""


HEADERS = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
_EMPTY = (("Content-Length", "0"), *HEADERS)


def _redirect(address: str) -> Answer:
    """302 to one of our own pages: the address is made here, never taken from the request."""
    assert address[0] == "/" != address[1]
    return Answer(302, _EMPTY, b"", address)


def _words(status: int, words: bytes, seconds: int) -> Answer:
    length = ("Content-Length", str(len(words)))
    head = (("Content-Type", "text/plain"), ("Retry-After", str(seconds)), length)
    return Answer(status, head + HEADERS, words)


SEEN = Answer(204, HEADERS)
SEEN_AS_PICTURE = Answer(
    200, (("Content-Type", "image/gif"), ("Content-Length", str(len(PIXEL))), *HEADERS), PIXEL
)
TRY_AGAIN = _words(503, b"This link works, but not in this very moment. Please try again.\n", 5)
TOO_MANY = _words(  # not a click, and not written down
    429, b"This link was followed too often from here. Please try again in a minute.\n", 60
)
