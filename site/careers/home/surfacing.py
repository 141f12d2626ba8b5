"""Which posts the homepage shows: drawn anew for each time slot, with equal exposure for everybody.

Pure: the same slot, seed and posts always give the same page, so that each draw can be repeated.
First the people are drawn. All who have something to show are dealt like cards: nobody comes again
before all others had their turn, however much anybody posts. Then one post is drawn for each of
them, fresher ones likelier, those in the reader's language before others.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar

HALF = timedelta(days=30)  # a post that is so much older is half as likely


class Postlike(Protocol):
    """What is known of a post that may be drawn."""

    @property
    def author(self) -> str:
        """The code of whose it is."""

    @property
    def code(self) -> str:
        """Its own code."""

    @property
    def language(self) -> str:
        """Its language, "" if nobody said."""

    @property
    def published_at(self) -> datetime:
        """When it was published."""


Drawn = TypeVar("Drawn", bound=Postlike)


def slot_at(moment: datetime, minutes: int) -> int:
    """The number of the time slot that `moment` lies in, when each has so many minutes.

    >>> from datetime import UTC
    >>> slot_at(datetime(1970, 1, 1, 1, 29, tzinfo=UTC), 30)
    2
    """
    return int(moment.timestamp()) // (minutes * 60)


def end_of_slot(moment: datetime, minutes: int) -> datetime:
    """When the next slot begins, as an aware moment in UTC."""
    return datetime.fromtimestamp((slot_at(moment, minutes) + 1) * minutes * 60, UTC)


def draw(
    posts: Iterable[Drawn], places: int, slot: int, seed: str, language: str, now: datetime
) -> list[Drawn]:
    """One post each of at most `places` different people, in the order they were drawn.

    Who is drawn does not depend on `language`: only which of their posts is.
    """
    theirs: dict[str, list[Drawn]] = defaultdict(list)
    for post in posts:
        theirs[post.author].append(post)
    return [
        one_of(theirs[person], slot, seed, language, now)
        for person in people_drawn(theirs, places, slot, seed)
    ]


def people_drawn(people: Collection[str], places: int, slot: int, seed: str) -> list[str]:
    """Whose turn it is in `slot`: the next `places` cards of a pile that is shuffled anew whenever
    all have been dealt. Who has a card in the new pile while they are on the page waits for their
    next one.
    """
    everybody = tuple(sorted(set(people)))
    drawn: list[str] = []
    position = slot * places
    while len(drawn) < min(places, len(everybody)):
        pile, at = divmod(position, len(everybody))
        person = _shuffled(everybody, f"{seed} {pile}")[at]
        if person not in drawn:
            drawn.append(person)
        position += 1
    return drawn


@lru_cache(maxsize=8)
def _shuffled(people: tuple[str, ...], seed: str) -> list[str]:
    return sorted(people, key=lambda person: _chance(seed, person))


def one_of(posts: Sequence[Drawn], slot: int, seed: str, language: str, now: datetime) -> Drawn:
    """Which of somebody's `posts` is shown: of those in `language`, if there are any."""
    spoken = [post for post in posts if is_in(language, post.language)]

    def key(post: Drawn) -> float:
        """The smallest wins: the post is drawn with a probability proportional to its weight."""
        return -math.log(_chance(f"{seed} {slot}", post.code)) / weight(now - post.published_at)

    return min(spoken or posts, key=lambda post: (key(post), post.code))


def is_in(language: str, spoken: str) -> bool:
    """Whether the code `spoken` is that of `language`, in whatever country.

    >>> is_in("fr", "fr-ca"), is_in("fr", "")
    (True, False)
    """
    return spoken.partition("-")[0] == language


def weight(age: timedelta) -> float:
    """How likely a post of this `age` is beside one of today."""
    return float(0.5 ** (max(age, timedelta(0)) / HALF))


def _chance(seed: str, name: str) -> float:
    """A number between 0 and 1 (neither of both) that nobody can choose, always the same."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return (int.from_bytes(digest[:7], "big") + 0.5) / 2**56
