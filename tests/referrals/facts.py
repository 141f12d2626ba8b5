"""Touches as rules see them, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from referrals.attribution import By, TouchFact

APPLIED = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = timedelta(days=30)


def touch(key: str, person: int, days_before: float, by: By = By.CLICK, **changes) -> TouchFact:
    """A touch that counts, so many days before APPLIED; `changes` are of its facts."""
    fact = TouchFact(
        key=key,
        person=person,
        at=APPLIED - timedelta(days=days_before),
        is_person=True,
        is_opened=True,
        is_known=True,
        is_own=False,
        sharer_left_at=None,
        link_off_since=None,
        by=by,
    )
    return replace(fact, **changes)
