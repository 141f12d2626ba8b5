"""When to come back to a feed: pure arithmetic."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

EVERY = timedelta(hours=1)
SOONEST, LATEST = 30, 12 * 60  # minutes between two readings of a feed that answers
PER_GAP = 8  # readings in the time that usually passes between two entries
LONGEST_WAIT = timedelta(hours=24)
SHORTEST_WAIT = timedelta(minutes=10)


def retry_after(header: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for (RFC 9110, 10.2.3), at most a day; None if nothing."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return timedelta(seconds=min(int(header[:9]), LONGEST_WAIT.total_seconds()))
    try:
        asked: timedelta = parsedate_to_datetime(header) - now
        return max(timedelta(0), min(asked, LONGEST_WAIT))
    except (TypeError, ValueError):  # unreadable, or a date without a zone
        return None


def wait_after_failure(failures: int, jitter: Callable[[], float] = random.random) -> timedelta:
    """How long a feed rests after `failures` in a row: 1 h, 2 h, 4 h, … up to a day, ± 20 %."""
    doubled = EVERY * float(2 ** min(failures - 1, 10))
    return min(min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * jitter()), LONGEST_WAIT)


def usual_minutes(published: Sequence[datetime], now: datetime) -> int:
    """How often a feed is worth reading, in minutes, by when its entries came: an eighth of the
    time that usually passes between two, the silence since the last one among them.
    """
    moments = sorted((one for one in published if one <= now), reverse=True)[:10]
    if not moments:
        return int(EVERY.total_seconds() // 60)
    gaps = [later - sooner for later, sooner in pairwise([now, *moments])]
    minutes = statistics.median(gap.total_seconds() for gap in gaps) / 60 / PER_GAP
    return round(min(max(SOONEST, minutes), LATEST))


def wait_after_success(
    headers: dict[str, str],
    minutes: int,
    asked_minutes: int = 0,
    jitter: Callable[[], float] = random.random,
) -> timedelta:
    """How long a feed rests when it was read: so many `minutes`, give or take a tenth, or as long
    as it asks (`ttl`) or its own max-age says, at most a day."""
    asked = timedelta(minutes=asked_minutes)
    for part in headers.get("cache-control", "").lower().split(","):
        name, _sign, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            asked = max(asked, timedelta(seconds=int(value[:9])))
    wait = timedelta(minutes=minutes) * (0.9 + 0.2 * jitter())
    return min(max(wait, asked), LONGEST_WAIT)
