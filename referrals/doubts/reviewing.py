"""What a reviewer can do about doubts: say that nothing is wrong, take that back, or correct the
credit. Each asks for a reason or needs none to be undone; nothing here changes credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.people import Person
from careers.hiring.models import Application
from referrals.bonuses.correcting import corrected
from referrals.bonuses.models import Correction
from referrals.doubts.models import CORRECTED, DISMISSED, OPEN, Doubt, DoubtChange
from referrals.doubts.queries import concerned, open_about
from referrals.doubts.rules import may_review


class NotYours(Exception):
    """Whoever wants to judge is part of it."""


class ReviewedMeanwhile(Exception):
    """Somebody else was faster, or it rests on something new."""


def can_review(db: Session, application: Application, doubts: list[Doubt], person: Person) -> bool:
    """Whether `person` may judge the doubts about an application."""
    return may_review(person.id, concerned(db, application, doubts))


def dismiss(
    db: Session,
    application: Application,
    doubts: list[Doubt],
    seen: Mapping[str, int],
    person: Person,
    why: str,
) -> None:
    """Say, with a reason, that nothing is wrong, in the caller's transaction.

    `doubts` are all about the application; `seen` says which of them are meant, by code, and in
    which version. All or none: raises NotYours, ReviewedMeanwhile.
    """
    _judge(db, application, doubts, seen, (OPEN, DISMISSED), person, why)


def reopen(
    db: Session,
    application: Application,
    doubts: list[Doubt],
    seen: Mapping[str, int],
    person: Person,
) -> None:
    """Take a dismissal back; otherwise as `dismiss`."""
    _judge(db, application, doubts, seen, (DISMISSED, OPEN), person, "")


def _judge(
    db: Session,
    application: Application,
    doubts: list[Doubt],
    seen: Mapping[str, int],
    way: tuple[str, str],
    person: Person,
    why: str,
) -> None:
    if not can_review(db, application, doubts, person):
        raise NotYours
    meant = [one for one in doubts if one.code in seen]
    if len(meant) != len(seen):
        raise ReviewedMeanwhile
    for doubt in meant:
        if not _move(db, doubt, seen[doubt.code], way, person, why):
            raise ReviewedMeanwhile
    verb = "dismiss" if way[1] == DISMISSED else "reopen"
    kinds = sorted(one.kind for one in meant)
    audit.record(db, person, f"doubt:{verb}", application.code, kinds=kinds)


def _move(
    db: Session, doubt: Doubt, version: int, way: tuple[str, str], person: Person, why: str
) -> bool:
    """Move a doubt as it was seen; False when it isn't there any more."""
    before, after = way
    moved: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Doubt)
        .where(Doubt.id == doubt.id, Doubt.state == before, Doubt.version == version)
        .values(state=after, since=clock.now(), version=Doubt.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        return False
    db.add(DoubtChange(doubt_id=doubt.id, before=before, after=after, person_id=person.id, why=why))
    db.flush()
    db.refresh(doubt)
    return True


@corrected.connect
def settle_by_correction(
    application: Application, *, db: Session, correction: Correction, is_appeal: bool, **_: Any
) -> None:
    """Whoever corrects a credit from its receipt has the open doubts before them: that judges them,
    unless they are part of it. An appeal that is granted leaves them open."""
    doubts = open_about(db, application)
    if is_appeal or not doubts or not can_review(db, application, doubts, correction.person):
        return
    for doubt in doubts:
        way = (OPEN, CORRECTED)
        _move(db, doubt, doubt.version, way, correction.person, correction.why)
