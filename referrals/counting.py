"""Counting clicks: the rules by which many requests become a number of people. Pure functions.

A visitor of a link is counted as one person on a day (UTC), and only for that day can they be
known again. What they click again within half an hour is a repeat (as in web analytics since the
first of them: a visit ends after 30 minutes).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from operator import add
from typing import Any, NamedTuple

WINDOW = 30 * 60 * 1_000_000  # microseconds
HUMAN, REPEAT, PEOPLE, CONFIRMED, PREVIEW, PREFETCH, BOT = range(7)  # places in a tally
OTHERS = {"preview": PREVIEW, "prefetch": PREFETCH, "bot": BOT}  # classes that are no people

Tally = tuple[int, ...]  # seven numbers
NOTHING: Tally = (0,) * 7


Place = tuple[int, int, date]  # link, job, day
Tallies = dict[Place, list[int]]


class Seen(NamedTuple):
    """One click of class human by one visitor on one link and day."""

    at: int  # microseconds since 1970, UTC
    id: str
    job: int
    is_confirmed: bool


def minus(tally: Tally, other: Tally) -> Tally:
    """What is in `tally` beyond `other`."""
    return tuple(one - two for one, two in zip(tally, other, strict=True))


def is_repeat(at: int, counted_at: int) -> bool:
    """Whether a click at `at` belongs to the one that was counted at `counted_at`."""
    return at - counted_at < WINDOW


def day_of(at: int) -> date:
    """The UTC day of a moment in microseconds since 1970."""
    return _day(at // 86_400_000_000)


@lru_cache(maxsize=1000)
def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def tell_apart(clicks: Iterable[Seen]) -> tuple[dict[int, Tally], set[str]]:
    """The tallies, by job, of one visitor's clicks on one link and day; and which are repeats.

    The visitor counts as a person, and as confirmed, for the job of their first click. The order
    in which `clicks` come doesn't matter.
    """
    tallies: dict[int, list[int]] = {}
    repeats: set[str] = set()
    counted_at = None
    ordered = sorted(clicks)
    for click in ordered:
        again = counted_at is not None and is_repeat(click.at, counted_at)
        if again:
            repeats.add(click.id)
        else:
            counted_at = click.at
        count(tallies, click.job, REPEAT if again else HUMAN)
    if ordered:
        count(tallies, ordered[0].job, PEOPLE)
        if any(click.is_confirmed for click in ordered):
            count(tallies, ordered[0].job, CONFIRMED)
    return {job: tuple(tally) for job, tally in tallies.items()}, repeats


def count(tallies: dict[Any, list[int]], key: Any, kind: int) -> None:
    """Count one more of `kind` at `key`."""
    tally = tallies.get(key)
    if tally is None:
        tally = tallies[key] = [0] * 7
    tally[kind] += 1


def add_to(tallies: dict[Any, list[int]], key: Any, tally: Iterable[int]) -> None:
    """Add a whole tally at `key`."""
    known = tallies.get(key)
    tallies[key] = list(tally) if known is None else list(map(add, known, tally))
