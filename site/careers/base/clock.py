"""The only clock. Nothing else in Entourage asks the system what time it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _set_to.get() or datetime.now(UTC)


def microseconds() -> int:
    """This moment in microseconds since 1970, UTC: what is written down while somebody waits."""
    moment = _set_to.get()
    return time.time_ns() // 1000 if moment is None else int(moment.timestamp() * 1_000_000)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Inside this context, `now()` is `moment` (aware); for tests and for the demo's past weeks."""
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)
