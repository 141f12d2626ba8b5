"""Periods of whole days (UTC), and how rollups by day and by month add up to one. Pure functions.

Months serve the middle of a period, days its edges; what is summed is exact, never an estimate.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

MOST_DAYS = 92  # that are shown one by one; longer periods are shown by month


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; None: no beginning, or no end."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("a period does not end before it begins")

    def has(self, day: date) -> bool:
        """Whether `day` is in it."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class Span(NamedTuple):
    """Rollups of one unit, by their first days, both included; None: no beginning, or no end."""

    sign: int  # 1: to be added, -1: to be taken away
    unit: str  # day, month
    first: date | None
    last: date | None


def spans(period: Period) -> list[Span]:
    """The rollups that add up to `period`.

    Of a month that is cut, either the days within are added, or the whole month is and the days
    without are taken away: whichever are fewer. So no period needs more than 15 days at an edge.
    """
    since, until = period.since, period.until
    if since and until and month(since) == month(until):
        is_whole = since.day == 1 and until == month_end(until)
        return [Span(1, "month", since, since) if is_whole else Span(1, "day", since, until)]
    found = []
    first, last = since and month(since), until and month(until)
    if since is not None and since.day > 1:
        if since.day - 1 <= (month_end(since) - since).days:
            found.append(Span(-1, "day", month(since), since - timedelta(days=1)))
        else:
            found.append(Span(1, "day", since, month_end(since)))
            first = month_end(since) + timedelta(days=1)
    if until is not None and until < month_end(until):
        if until.day > (month_end(until) - until).days:
            found.append(Span(-1, "day", until + timedelta(days=1), month_end(until)))
        else:
            found.append(Span(1, "day", month(until), until))
            last = month(month(until) - timedelta(days=1))
    if first is None or last is None or first <= last:
        found.append(Span(1, "month", first, last))
    return found


def month(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def unit_of(period: Period) -> str:
    """By what a bounded `period` is shown: `day`, or `month` when days would be too many."""
    assert period.since is not None
    assert period.until is not None
    return "day" if (period.until - period.since).days < MOST_DAYS else "month"


def steps(period: Period) -> list[date]:
    """The first days of the days or months that a bounded `period` is shown by, in order."""
    assert period.since is not None
    assert period.until is not None
    if unit_of(period) == "day":
        return list(_days(period.since, period.until))
    return list(_months(month(period.since), period.until))


def starts(span: Span) -> list[date]:
    """The first days of the rollups in a bounded span."""
    assert span.first is not None
    assert span.last is not None
    each = _days if span.unit == "day" else _months
    return list(each(span.first, span.last))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = month_end(first) + timedelta(days=1)


def bounded(period: Period, days: Iterable[date | None], today: date) -> Period | None:
    """`period` as far as there is something in it: from the first of `days`, to today or the last
    of them. None when there is nothing."""
    known = [day for day in days if day is not None]
    if not known:
        return None
    since = max(period.since or date.min, min(known))
    until = min(period.until or date.max, max(*known, today))
    return Period(since, until) if since <= until else None
