"""Telling followers what is new: on each day once, by one mail for everything they follow.

A piece of work in the outbox tells some of them and, in the same transaction, leaves the next piece
for the others. Whom it tells is settled by a conditional UPDATE, so that of several workers one
does, and a worker that dies has told all of its piece or none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session, selectinload

from careers.base import clock, mail, outbox
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.database import reading_beside
from careers.base.mail import Mail
from careers.jobs.alerts.following import forget
from careers.jobs.alerts.letters import News, letter_for
from careers.jobs.alerts.models import Alert, Follower
from careers.jobs.queries import ids_of_wanted, jobs_without_text, listed_between

WORK = "alerts"
FROM, TO = time(8), time(20)  # of the company's day; what is due later comes the next morning
# What was listed so lately is told the next day: the index may not have it yet, and a transaction
# that lists it may still be open.
TOO_NEW = timedelta(minutes=30)
AT_ONCE = 200  # followers
ASKED_AFTER = timedelta(days=365)  # whether they still want it
ANSWER_WITHIN = timedelta(days=30)
log = structlog.get_logger(__name__)


def day_to_tell(now: datetime, settings: Settings) -> date | None:
    """The company's day, at an hour at which people are written to; else None."""
    local = now.astimezone(ZoneInfo(settings.time_zone))
    return local.date() if FROM <= local.time() < TO else None


def queue_alerts(db: Session, settings: Settings) -> None:
    """Have followers told whom nobody told today, and forget those who didn't say that they still
    want it. Nothing is committed."""
    now = clock.now()
    _forget_silent(db, now)
    day = day_to_tell(now, settings)
    if day is None or not db.scalar(select(select(Follower.id).where(_is_due(day)).exists())):
        return
    waits = select(outbox.Work.id).where(
        outbox.Work.kind == WORK,
        outbox.Work.done_at.is_(None),
        outbox.Work.given_up_at.is_(None),
    )
    if not db.scalar(select(waits.exists())):
        outbox.add(db, WORK, {})


def _is_due(day: date) -> ColumnElement[bool]:
    return or_(Follower.told_on.is_(None), Follower.told_on < day)


def _forget_silent(db: Session, now: datetime) -> None:
    silent = select(Follower).where(
        Follower.asked_at <= now - ANSWER_WITHIN, Follower.asked_at > Follower.kept_at
    )
    for follower in db.scalars(silent.limit(AT_ONCE)).all():
        forget(db, follower)


@outbox.handles(WORK)
def tell_some(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Tell the next followers whom nobody told today, and leave the others to the next piece."""
    now = clock.now()
    day = day_to_tell(now, settings)
    if day is None:
        return
    until = now - TOO_NEW
    with reading_beside(db) as reading:
        due = (
            select(Follower).where(_is_due(day)).order_by(Follower.id).limit(AT_ONCE)
            .options(selectinload(Follower.alerts))
        )  # fmt: skip
        followers = reading.scalars(due).all()
        reading.expunge_all()
        news = _news(reading, settings, followers, until, now)
        jobs = jobs_without_text(reading, {number for one in news for number in one.shown})
        company = the_company(reading).name
        letters = {one.follower.id: letter_for(one, jobs, company, settings) for one in news}
    asked = {one.follower.id for one in news if one.days_left is not None}
    _write(db, day, until, now, followers, letters, asked)
    if len(followers) == AT_ONCE:
        outbox.add(db, WORK, {})


# -- what is new ----------------------------------------------------------------------------------


def _news(
    reading: Session,
    settings: Settings,
    followers: Sequence[Follower],
    until: datetime,
    now: datetime,
) -> list[News]:
    """What is new for each of `followers`; those for whom nothing is aren't in it."""
    since = min((one.was_told_until for one in followers), default=until)
    listed = listed_between(reading, since, until)
    answers = _Answers(reading, settings, listed)
    found = []
    for follower in followers:
        told: set[int] = set()
        parts = []
        for alert in follower.alerts:
            if alert.is_paused:
                continue
            after = max(alert.since, follower.was_told_until)
            ids = [
                number for number in answers.of(alert)
                if listed[number] > after and number not in told
            ]  # fmt: skip
            if ids:
                told.update(ids)
                parts.append((alert.wanted, ids))
        days_left = _days_left(follower, now)
        # While the question waits to be sent, the next mail asks it instead.
        is_asked = follower.asked_at is not None and follower.mail_id is None
        if parts or (days_left is not None and not is_asked):
            found.append(News(follower, parts, days_left))
    return found


def _days_left(follower: Follower, now: datetime) -> int | None:
    """How long they have to say that they still want it; None while it needn't be asked."""
    if follower.kept_at > now - ASKED_AFTER:
        return None
    return max(1, ((follower.asked_at or now) + ANSWER_WITHIN - now).days)


class _Answers:
    """Which of the jobs `listed` lately answer a search: each search is asked once."""

    def __init__(self, reading: Session, settings: Settings, listed: Collection[int]) -> None:
        self._reading, self._settings, self._listed = reading, settings, listed
        self._known: dict[str, list[int]] = {}

    def of(self, alert: Alert) -> list[int]:
        """Their ids, as the list on the site has them. Raises NotYet while the index is made."""
        if not self._listed:
            return []
        if alert.fingerprint not in self._known:
            self._known[alert.fingerprint] = self._ask(alert)
        return self._known[alert.fingerprint]

    def _ask(self, alert: Alert) -> list[int]:
        try:
            ids = ids_of_wanted(self._reading, self._settings, alert.wanted)
        except Exception:  # one search must not keep everybody else's mail
            self._reading.rollback()
            log.exception("a search that is followed cannot be answered", alert=alert.code)
            return []
        if ids is None:
            raise outbox.NotYet("the search index is being made")
        return [number for number in ids if number in self._listed]


# -- writing it down ------------------------------------------------------------------------------


def _write(
    db: Session,
    day: date,
    until: datetime,
    now: datetime,
    followers: Sequence[Follower],
    letters: dict[int, Mail],
    asked: set[int],
) -> None:
    """Queue the mails of those `followers` whom nobody else told meanwhile, and note that they were
    told. A mail that still waits to be sent is replaced: its jobs are in the new one."""
    keys = [one.id for one in followers]
    taken = set(
        db.scalars(
            update(Follower)
            .where(Follower.id.in_(keys), _is_due(day))
            .values(told_on=day)
            .returning(Follower.id)
            .execution_options(synchronize_session=False)
        )
    )
    mine = [one for one in followers if one.id in taken]
    waiting = [one.mail_id for one in mine if one.mail_id is not None]
    db.execute(delete(Mail).where(Mail.id.in_(waiting)))
    mail.queue(db, [letters[one.id] for one in mine if one.id in letters])
    changes = [
        {
            "id": one.id,
            "told_until": one.was_told_until if one.id in letters else max(
                one.was_told_until, until
            ),
            "mail_id": letters[one.id].id if one.id in letters else None,
            "mail_until": max(one.was_told_until, until) if one.id in letters else None,
            "asked_at": now if one.id in asked and one.asked_at is None else one.asked_at,
        }
        for one in mine
    ]  # fmt: skip
    if changes:
        db.execute(update(Follower), changes)
