"""Counting clicks: the rules by which many requests become a number of people. Pure functions.

A visitor of a link is counted as one person on a day (UTC), and only for that day can they be
known again. What they click again within half an hour is a repeat (as in web analytics since the
first of them: a visit ends after 30 minutes).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from operator import add
from typing import NamedTuple

WINDOW = 30 * 60 * 1_000_000  # microseconds
HUMAN, REPEAT, PEOPLE, CONFIRMED, PREVIEW, PREFETCH, BOT = range(7)  # places in a tally
OTHERS = {"preview": PREVIEW, "prefetch": PREFETCH, "bot": BOT}  # classes that are no people

Tally = tuple[int, int, int, int, int, int, int]
NOTHING: Tally = (0, 0, 0, 0, 0, 0, 0)


class Seen(NamedTuple):
    """One click of class human by one visitor on one link and day."""

    at: int  # microseconds since 1970, UTC
    id: str
    job: int
    is_confirmed: bool


def one(place: int) -> Tally:
    """A tally of one, at `place`."""
    made = [0] * 7
    made[place] = 1
    return (made[0], made[1], made[2], made[3], made[4], made[5], made[6])


def plus(tally: Tally, other: Tally) -> Tally:
    """Two tallies added up."""
    return tuple(map(add, tally, other))


def minus(tally: Tally, other: Tally) -> Tally:
    """What is in `tally` beyond `other`."""
    return tuple(one - two for one, two in zip(tally, other, strict=True))  # type: ignore[return-value]


def is_repeat(at: int, counted_at: int) -> bool:
    """Whether a click at `at` belongs to the one that was counted at `counted_at`."""
    return at - counted_at < WINDOW


def day_of(at: int) -> date:
    """The UTC day of a moment in microseconds since 1970."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).date()


def tell_apart(clicks: Iterable[Seen]) -> tuple[dict[int, Tally], set[str]]:
    """The tallies, by job, of one visitor's clicks on one link and day; and which are repeats.

    The visitor counts as a person, and as confirmed, for the job of their first click. The order
    in which `clicks` come doesn't matter.
    """
    tallies: dict[int, Tally] = {}
    repeats: set[str] = set()
    counted_at = None
    ordered = sorted(clicks)
    for click in ordered:
        again = counted_at is not None and is_repeat(click.at, counted_at)
        if again:
            repeats.add(click.id)
        else:
            counted_at = click.at
        _add(tallies, click.job, REPEAT if again else HUMAN)
    if ordered:
        _add(tallies, ordered[0].job, PEOPLE)
        if any(click.is_confirmed for click in ordered):
            _add(tallies, ordered[0].job, CONFIRMED)
    return tallies, repeats


def _add(tallies: dict[int, Tally], job: int, place: int) -> None:
    tallies[job] = plus(tallies.get(job, NOTHING), one(place))
