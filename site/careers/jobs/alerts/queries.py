"""Reading who follows what: sums for those who hire, the rest for followers themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.jobs.alerts.models import Alert, Follower


@dataclass(frozen=True)
class Followed:
    """How many people follow searches, and how many searches: all that anybody else learns."""

    people: int
    searches: int


def followed(db: Session) -> Followed:
    """How many people are told of new jobs."""
    asked = select(func.count(func.distinct(Alert.follower_id)), func.count()).where(
        Alert.is_paused.is_(False)
    )
    people, searches = db.execute(asked).one()
    return Followed(people, searches)


def alert_of(follower: Follower, code: str) -> Alert | None:
    """The search with this code among those that `follower` follows."""
    return next((one for one in follower.alerts if one.code == code), None)
