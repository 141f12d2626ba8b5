"""The trail of a visit: what its address carries of links followed and of pages read.

Pure functions; `via` in an address or a form holds the steps, oldest first, with "~" between them:

    CODE.CLICK        a share link was followed, and this is the click
    CODE.typed        its code was typed into our page for codes
    CODE              an address with a link's code, and nothing else is known
    eCODE-TIME-SEAL   an expert's page was read; `a` in place of `e`: an article

A trail has a bounded number of steps, so that addresses stay short. The time of a read is in
seconds since 1970, in hexadecimal, and its seal shows that the page was opened here at that time:
a read can't be made up, only repeated by opening the page.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

LINKS, READS = 5, 5  # steps of each sort that a trail holds at most
LONGEST = 500  # characters of a trail that are looked at; a full one has fewer
TYPED = "typed"  # in the place of a click; no click has an id like that

_VIA = re.compile(r"([0-9A-Za-z]{6,16})(?:\.([0-9A-Za-z]{1,20}))?")
_READ = re.compile(r"([ea])([0-9A-Za-z]{6,16})-([0-9a-f]{8})-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Via:
    """A link's code in the address of a visit, with the click that began it where there was one."""

    code: str
    click: str | None  # TYPED when the code was typed

    @property
    def token(self) -> str:
        """As it stands in an address."""
        return f"{self.code}.{self.click}" if self.click else self.code

    @property
    def how(self) -> str:
        """How the touch that comes of it came about: `click`, `code` or `carried`."""
        return "carried" if self.click is None else "code" if self.click == TYPED else "click"


@dataclass(frozen=True, slots=True)
class Read:
    """A page that was read on the way."""

    of: str  # "e": the page of the expert with this code; "a": the article with it
    code: str
    at: datetime  # aware, to the second
    seal: str

    @property
    def token(self) -> str:
        """As it stands in an address."""
        return f"{self.of}{self.code}-{int(self.at.timestamp()):08x}-{self.seal}"


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps of a visit, oldest first."""

    steps: tuple[Via | Read, ...] = ()

    @property
    def token(self) -> str:
        """As it stands in an address; "" for no step."""
        return "~".join(step.token for step in self.steps)

    @property
    def links(self) -> list[Via]:
        """The links that were followed."""
        return [step for step in self.steps if isinstance(step, Via)]

    @property
    def reads(self) -> list[Read]:
        """The pages that were read."""
        return [step for step in self.steps if isinstance(step, Read)]


def trail_of(steps: Sequence[Via | Read]) -> Trail:
    """These steps, oldest first, without repetitions and within bounds.

    Of links that are too many the first and the latest stay, of pages the latest. A page that was
    read again stands where it was read last; a link where it was followed first.
    """
    links = list(dict.fromkeys(step for step in steps if isinstance(step, Via)))
    if len(links) > LINKS:
        links = [links[0], *links[1 - LINKS :]]
    pages = {(step.of, step.code): step for step in steps if isinstance(step, Read)}
    kept = {*links, *sorted(pages.values(), key=lambda read: read.at)[-READS:]}
    return Trail(tuple(step for step in dict.fromkeys(steps) if step in kept))


def joined(earlier: Trail, later: Trail) -> Trail:
    """Both, one after the other."""
    return trail_of([*earlier.steps, *later.steps])


def trail_from(text: str | None, key: str) -> Trail:
    """The trail that an address or a form carries; steps that are nonsense, or a read that `key`
    didn't seal, are passed over."""
    found: list[Via | Read] = []
    for token in (text or "")[:LONGEST].split("~"):
        if via := _VIA.fullmatch(token):
            found.append(Via(via[1], via[2]))
        elif read := _READ.fullmatch(token):
            of, code, at, seal = read.groups()
            if hmac.compare_digest(seal, _seal(of, code, at, key)):
                found.append(Read(of, code, datetime.fromtimestamp(int(at, 16), UTC), seal))
    return trail_of(found)


def read_at(of: str, code: str, at: datetime, key: str) -> Read:
    """The step of a page that is being opened at `at` (aware), sealed with `key`."""
    seconds = int(at.timestamp())
    seal = _seal(of, code, f"{seconds:08x}", key)
    return Read(of, code, datetime.fromtimestamp(seconds, UTC), seal)


def _seal(of: str, code: str, at: str, key: str) -> str:
    """32 bits: enough where forging one gains what opening the page gains."""
    said = f"{of}{code}-{at}".encode()
    hashed = blake2b(key.encode(), digest_size=32).digest()
    return blake2b(said, key=hashed, person=b"trail of visit", digest_size=4).hexdigest()
