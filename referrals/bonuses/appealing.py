"""Appeals: an employee asks, and somebody who didn't decide before answers with a reason."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.people import Person
from referrals.bonuses import letters
from referrals.bonuses.models import Appeal
from referrals.bonuses.queries import Decision, decided_before
from referrals.bonuses.rules import may_decide
from referrals.bonuses.settling import overrule

GRANTED, REFUSED = "granted", "refused"


class AppealedAlready(Exception):
    """This decision was appealed by this person before."""


class NotYours(Exception):
    """Whoever wants to decide is the one who asks, or decided before."""


class DecidedMeanwhile(Exception):
    """Somebody else was faster."""


def appeal(db: Session, person: Person, decision: Decision, text: str) -> Appeal:
    """Ask for a second look at `decision`, in the caller's transaction. Raises AppealedAlready."""
    made = Appeal(
        person=person,
        application=decision.application,
        receipt_id=decision.receipt_id,
        correction_id=decision.correction_id,
        change_id=decision.change_id,
        text=text,
        outcome="",
    )
    db.add(made)
    try:
        db.flush()
    except IntegrityError:
        db.rollback()
        raise AppealedAlready from None
    audit.record(db, person, "appeal:write", made.code)
    reviewers = letters.people_who_may(db, "appeal:decide")
    letters.tell_appealed(db, made, [one for one in reviewers if all(can_decide(db, [made], one))])
    return made


def can_decide(db: Session, found: Collection[Appeal], person: Person) -> list[bool]:
    """For each appeal whether `person` is somebody else than who asks and than who decided
    before."""
    before = decided_before(db, found)
    return [may_decide(person.id, one.person_id, before[one.id]) for one in found]


def decide(db: Session, found: Appeal, person: Person, outcome: str, answer: str) -> None:
    """Grant or refuse an appeal with a reason, in the caller's transaction.

    A granted one about a bonus sets aside what spoke against it; about a credit, the caller
    corrects it in the same transaction. Raises NotYours, DecidedMeanwhile.
    """
    if not all(can_decide(db, [found], person)):
        raise NotYours
    decided: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Appeal)
        .where(Appeal.id == found.id, Appeal.outcome == "")
        .values(outcome=outcome, decided_at=clock.now(), decided_by_id=person.id, answer=answer)
        .execution_options(synchronize_session=False)
    )
    if not decided.rowcount:
        raise DecidedMeanwhile
    db.refresh(found)
    audit.record(db, person, "appeal:decide", found.code, outcome=outcome)
    letters.tell_decided(db, found)
    if outcome == GRANTED and found.change is not None:
        overrule(db, found.change.instalment.bonus, person, answer)
