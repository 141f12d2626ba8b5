"""Noting that something moved for an employee, so that one mail tells it a little later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.hiring.models import Application, SharerSees
from careers.hiring.moving import stage_changed
from referrals.bonuses.models import CorrectedShare, Correction
from referrals.crediting import decided
from referrals.models import Credit, Receipt, Touch
from referrals.news.choosing import choose
from referrals.news.models import NewsChoice

TOLD_AFTER = timedelta(minutes=10)  # what moves meanwhile comes with the same mail
_BEFORE = timedelta(seconds=1)  # between what happened and its being noted, at most


@stage_changed.connect
def note_step(application: Application, *, db: Session, **_: Any) -> None:
    """Note a step of `application` for those who are credited, where the candidate shows steps."""
    if application.sharer_sees == SharerSees.STEPS:
        note(db, _credited(db, application))


@decided.connect
def note_decision(application: Application, *, db: Session, **_: Any) -> None:
    """Note a decision for everybody whom a touch of the application speaks for."""
    if application.sharer_sees != SharerSees.NOTHING and application.erased_at is None:
        named = select(Touch.person_id).where(
            Touch.application_id == application.id, Touch.person_id.is_not(None)
        )
        note(db, {key for key in db.scalars(named) if key is not None})


def _credited(db: Session, application: Application) -> set[int]:
    by_rule = select(Credit.person_id).where(
        Credit.application_id == application.id, Credit.is_newest
    )
    by_hand = (
        select(CorrectedShare.person_id)
        .join(Correction, Correction.id == CorrectedShare.correction_id)
        .join(Receipt, Receipt.id == Correction.receipt_id)
        .where(Receipt.application_id == application.id)
    )
    return {*db.scalars(by_rule), *db.scalars(by_hand)}


def note(db: Session, people: Iterable[int]) -> None:
    """Have these people (by key) told, in a while, of what happens now, in the caller's
    transaction. Who waits already is told of both in one mail."""
    now = clock.now()
    for key in sorted(people):
        choose(db, key)
        # Written in any case: it locks the row, so that a mail that is being written now either
        # has this in it or leaves it to the next.
        since = db.scalar(
            update(NewsChoice)
            .where(NewsChoice.person_id == key)
            .values(waiting_since=func.coalesce(NewsChoice.waiting_since, now - _BEFORE))
            .returning(NewsChoice.waiting_since)
            .execution_options(synchronize_session=False)
        )
        if since == now - _BEFORE:
            outbox.add(db, "news", {"person": key}, now + TOLD_AFTER)
