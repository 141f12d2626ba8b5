"""What a candidate changes, once they have applied, of what they said about how they came."""

from __future__ import annotations

from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.hiring.models import Application
from referrals import crediting
from referrals.models import Touch
from referrals.touches import carries, keep, link_typed, touch_by_answer, touch_by_code

TOUCHES_MOST = 20  # of an application; a form carries at most a dozen


class Settled(Exception):
    """Something final followed from the credit: nothing changes any more."""


class TooMany(Exception):
    """So much was said already that no more is kept."""


class NotAllowed(ValueError):
    """There is no such touch, or a code's owner can't share now."""


def take_out(db: Session, application: Application, number: int) -> None:
    """Take the touch with this number out; a new decision follows.

    Raises NotAllowed where there is no such touch, and Settled.
    """
    _numbered(db, application, number).taken_out_at = clock.now()
    _changed(db, application, "take_out", number=number)


def put_back(db: Session, application: Application, number: int) -> None:
    """Put one that was taken out in again; otherwise as `take_out`."""
    _numbered(db, application, number).taken_out_at = None
    _changed(db, application, "put_back", number=number)


def tell(db: Session, application: Application, words: str) -> Touch:
    """Note who told the candidate about us, by a typed code or a name, as if said in the form.

    Said again it is one touch, and in again if it was out. Words that name nobody are kept for the
    recruiter. A new decision follows. Raises NotAllowed for a code of somebody who has left or has
    switched it off, Settled, and TooMany.
    """
    touches = _changeable(db, application)
    link = link_typed(db, words)
    if link is not None and not carries(link):
        raise NotAllowed(words)
    at = application.created_at
    told = touch_by_code(link, at) if link else touch_by_answer(db, words, at)
    same = [touch for touch in touches if _same(touch, told)]
    if same:
        same[0].taken_out_at = None
        told = same[0]
    elif len(touches) >= TOUCHES_MOST:
        raise TooMany
    else:
        keep(db, application, [told])
    _changed(db, application, "tell")
    return told


def _changeable(db: Session, application: Application) -> list[Touch]:
    if crediting.is_settled(db, application):
        raise Settled
    return crediting.touches_of(db, application)


def _numbered(db: Session, application: Application, number: int) -> Touch:
    touches = _changeable(db, application)
    if not 1 <= number <= len(touches):
        raise NotAllowed(number)
    return touches[number - 1]


def _changed(db: Session, application: Application, verb: str, **details: int) -> None:
    audit.record(db, None, f"touch:{verb}", application.code, **details)
    crediting.queue_new_decision(db, application)


def _same(one: Touch, other: Touch) -> bool:
    return (one.how, one.link, one.person, one.said) == (
        other.how,
        other.link,
        other.person,
        other.said,
    )
