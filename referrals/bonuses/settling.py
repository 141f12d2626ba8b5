"""Bonuses come to be with a hire, and go from state to state as facts and dates say.

Facts are looked at again whenever one of them changes, and every minute for those that time or a
departure changes. Nothing is undone: who takes a hire back changes a fact.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, outbox
from careers.base.config import Settings
from careers.base.mailboxes import plain_mailbox
from careers.base.people import Person, Role
from careers.hiring.models import Application, Stage
from careers.hiring.moving import stage_changed
from referrals.bonuses import letters
from referrals.bonuses.models import Bonus, BonusChange, Correction, Instalment, Programme
from referrals.bonuses.rules import (
    Facts,
    Offer,
    Reason,
    Standing,
    State,
    allotted,
    divided,
    offer_for,
    standing,
)
from referrals.crediting import decided_anew, receipt_of, settled, take_turns
from referrals.models import Receipt
from referrals.standing import standing_shares

REMIND_AFTER = timedelta(days=14)


class NotRefusable(ValueError):
    """A reviewer decided already that it is due, or nothing of it is open."""


# -- a hire, or its end ---------------------------------------------------------------------------


@stage_changed.connect
def follow_hires(
    application: Application,
    *,
    db: Session,
    before: Stage,
    after: Stage,
    person: Person | None,
    **_: Any,
) -> None:
    """Have the bonuses of a hire, or of one taken back, worked out after the move's commit."""
    if Stage.HIRED in (before, after):
        payload = {"application": application.id, "person": person.id if person else None}
        outbox.add(db, "bonuses", payload)


@decided_anew.connect
def follow_decisions(application: Application, *, db: Session, **_: Any) -> None:
    """The same when the candidate of a hire corrected how they came."""
    if application.hired_at is not None:
        outbox.add(db, "bonuses", {"application": application.id, "person": None})


@settled.connect
def is_final(application: Application, *, db: Session, **_: Any) -> bool:
    """Credit changes no more once somebody corrected it, or anything was paid for it."""
    corrected = select(Correction.id).join(Receipt, Receipt.id == Correction.receipt_id)
    if db.scalar(corrected.where(Receipt.application_id == application.id).limit(1)) is not None:
        return True
    return any(bonus.paid for bonus in _bonuses_of(db, application))


@outbox.handles("bonuses")
def work_out_bonuses(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Work out the bonuses of the application `payload["application"]`, which `person` moved.

    Raises NotYet while its credit isn't decided.
    """
    application = db.get(Application, payload["application"])
    if application is None:
        return
    if receipt_of(db, application.id) is None:
        raise outbox.NotYet("its credit is not decided yet", wait=timedelta(seconds=5))
    person = db.get(Person, payload["person"]) if payload["person"] else None
    award(db, application, person, settings)


def award(
    db: Session, application: Application, person: Person | None, settings: Settings, note: str = ""
) -> None:
    """Bring the bonuses of an application in line with its credit and its hire, in the caller's
    transaction. `person`, who caused it, and `note` stand in the history.

    Who is credited for a hire of a programme gets a bonus; who has one already keeps it, with the
    amount that their share comes to now.
    """
    take_turns(db, application)
    known = {bonus.person_id: bonus for bonus in _bonuses_of(db, application)}
    programme = next((bonus.programme for bonus in known.values()), None)
    if programme is None and application.hired_at is not None:
        programme = programme_for(db, application, settings)
    if programme is None:
        return
    whole = next((bonus.whole_amount for bonus in known.values()), programme.amount)
    shares = standing_shares(db, application.id)
    parts = allotted(whole, shares)
    for key in sorted(parts.keys() | known.keys()):
        bonus = known.get(key)
        if bonus is None:
            if not parts[key] or application.hired_at is None:
                continue
            bonus = _new_bonus(db, programme, application, db.get_one(Person, key), whole)
        _take_facts(bonus, shares.get(key, Fraction(0)), parts.get(key, 0))
        db.flush()
        settle(db, bonus, person, note)


def programme_for(db: Session, application: Application, settings: Settings) -> Programme | None:
    """The programme that holds for `application`, by the day on which it was sent."""
    programmes = {one.id: one for one in db.scalars(select(Programme))}
    offers = [
        Offer(
            key=one.id,
            scope=one.scope,
            team=one.team,
            jobs=frozenset(job.id for job in one.jobs),
            since=one.since,
            until=one.until,
        )
        for one in programmes.values()
    ]
    day = application.created_at.astimezone(ZoneInfo(settings.time_zone)).date()
    offer = offer_for(offers, application.job_id, application.job.team, day)
    return programmes[offer.key] if offer else None


def _bonuses_of(db: Session, application: Application) -> list[Bonus]:
    return list(db.scalars(select(Bonus).where(Bonus.application_id == application.id)))


def _new_bonus(
    db: Session, programme: Programme, application: Application, person: Person, whole: int
) -> Bonus:
    assert application.hired_at is not None
    bonus = Bonus(
        programme=programme,
        application=application,
        person=person,
        part=0,
        whole=1,
        whole_amount=whole,
        amount=0,
        currency=programme.currency,
        needs_two=False,
        hired_at=application.hired_at,
        exclusions=_exclusions(programme, application, person),
        overruled=[],
        instalments=[
            Instalment(
                number=term.number,
                percent=term.percent,
                days=term.days,
                amount=0,
                due_at=application.hired_at,
                state=State.PENDING.value,
                since=clock.now(),
            )
            for term in programme.terms
        ],
    )
    db.add(bonus)
    return bonus


def _exclusions(programme: Programme, application: Application, person: Person) -> list[str]:
    found = []
    if application.email and plain_mailbox(person.email) == plain_mailbox(application.email):
        found.append(Reason.OWN_APPLICATION.value)
    if programme.excludes_recruiters and Role.RECRUITER in person.roles:
        found.append(Reason.RECRUITER.value)
    if programme.excludes_contact and application.job.contact_id == person.id:
        found.append(Reason.HIRING_CONTACT.value)
    return found


def _take_facts(bonus: Bonus, share: Fraction, amount: int) -> None:
    """Take over the share and the day of the hire; what is paid keeps its amount."""
    hired_at = bonus.application.hired_at
    if hired_at is not None:
        if hired_at != bonus.hired_at:  # hired anew: that the first hire was undone is past
            bonus.overruled = [one for one in bonus.overruled if one != Reason.HIRE_UNDONE]
        bonus.hired_at = hired_at
    bonus.part, bonus.whole = share.numerator, share.denominator
    bonus.amount = amount
    bonus.needs_two = amount > bonus.programme.two_people_above
    rows = bonus.instalments
    paid = [one.amount if one.paid_at else None for one in rows]
    for one, due in zip(rows, divided(amount, [r.percent for r in rows], paid), strict=True):
        if one.paid_at is None:
            if one.amount != due:
                one.first_by_id = one.first_at = None  # they spoke of another amount
            one.amount = due
            one.due_at = bonus.hired_at + timedelta(days=one.days)


# -- states ---------------------------------------------------------------------------------------


def settle(db: Session, bonus: Bonus, person: Person | None, note: str = "") -> None:
    """Put each instalment where the facts say; what moves is recorded and told to the employee."""
    now = clock.now()
    moved = []
    for one in bonus.instalments:
        found = standing(facts_of(bonus, one, is_paid=one.paid_at is not None), now)
        is_new = not _has_history(db, one)
        if not is_new and (one.state, one.reason) == (found.state, found.reason or ""):
            continue
        if move(db, one, found, person, note, is_new=is_new):
            moved.append(one)
    letters.tell_moved(db, bonus, moved)


def facts_of(bonus: Bonus, one: Instalment, *, is_paid: bool) -> Facts:
    """All that decides where an instalment of `bonus` stands, paid or not."""
    return Facts(
        due_at=one.due_at,
        amount=one.amount,
        is_hired=bonus.application.hired_at is not None,
        has_left=not bonus.person.is_active,
        is_refused=bonus.refused_at is not None,
        is_paid=is_paid,
        exclusions=frozenset(map(Reason, bonus.exclusions)),
        overruled=frozenset(map(Reason, bonus.overruled)),
    )


def _has_history(db: Session, one: Instalment) -> bool:
    there = select(BonusChange.id).where(BonusChange.instalment_id == one.id).limit(1)
    return db.scalar(there) is not None


def move(
    db: Session,
    one: Instalment,
    to: Standing,
    person: Person | None,
    note: str = "",
    *,
    is_new: bool = False,
    **values: Any,
) -> bool:
    """Move an instalment from the state in which it was read, with `values`, and record it.

    False when somebody else moved it meanwhile: of two who move at once, one does.
    """
    before, now = one.state, clock.now()
    db.flush()
    if to.state is not State.ELIGIBLE and to.state is not State.PAID:
        values |= {"first_by_id": None, "first_at": None}  # whoever said it must say it again
    moved: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Instalment)
        .where(Instalment.id == one.id, Instalment.state == before, Instalment.paid_at.is_(None))
        .values(state=to.state.value, reason=to.reason or "", since=now, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        return False
    db.refresh(one)
    record_change(db, one, "" if is_new else before, person, note)
    return True


def record_change(
    db: Session, one: Instalment, before: str, person: Person | None, note: str
) -> None:
    """Add to the history that an instalment went from the state `before` to where it stands."""
    db.add(
        BonusChange(
            instalment_id=one.id,
            before=before,
            after=one.state,
            reason=one.reason,
            amount=one.amount,
            person_id=person.id if person else None,
            note=note,
        )
    )
    db.flush()


def settle_due(db: Session) -> int:
    """Settle what time has moved, and what belongs to somebody who left or came back; how many
    bonuses that were. Nothing is committed."""
    waits = Instalment.state == State.PENDING.value
    open_ = Instalment.state.in_((State.PENDING.value, State.ELIGIBLE.value))
    has_left = Instalment.reason == Reason.LEFT.value
    rows = db.scalars(
        select(Bonus)
        .join(Instalment, Instalment.bonus_id == Bonus.id)
        .join(Person, Person.id == Bonus.person_id)
        .where(
            or_(
                and_(waits, Instalment.due_at <= clock.now()),
                and_(open_, Person.status == "left"),
                and_(has_left, Person.status == "active"),
            )
        )
        .order_by(Bonus.id)
    )
    bonuses = list(dict.fromkeys(rows))
    for bonus in bonuses:
        settle(db, bonus, None)
    return len(bonuses)


def remind_of_due(db: Session) -> int:
    """Remind the recruiters of what has been due for 14 days, and again every 14 days; how many
    instalments that were. Nothing is committed."""
    now = clock.now()
    long_ago = now - REMIND_AFTER
    found = list(
        db.scalars(
            select(Instalment).where(
                Instalment.state == State.ELIGIBLE.value,
                Instalment.since <= long_ago,
                or_(Instalment.reminded_at.is_(None), Instalment.reminded_at <= long_ago),
            )
        )
    )
    if found:
        for one in found:
            one.reminded_at = now
        letters.remind(db, len(found), REMIND_AFTER.days)
    return len(found)


# -- by hand --------------------------------------------------------------------------------------


def refuse(db: Session, bonus: Bonus, person: Person, why: str) -> None:
    """Refuse, by hand and with a reason, what isn't paid of a bonus.

    Raises NotRefusable where a reviewer decided that it is due, where it is one's own, or where
    nothing is open.
    """
    is_open = any(one.state in (State.PENDING, State.ELIGIBLE) for one in bonus.instalments)
    if not is_open or Reason.REFUSED in bonus.overruled or bonus.person_id == person.id:
        raise NotRefusable
    bonus.refused_at, bonus.refused_by_id, bonus.refused_why = clock.now(), person.id, why
    audit.record(db, person, "bonus:refuse", bonus.code)
    settle(db, bonus, person, why)


def overrule(db: Session, bonus: Bonus, person: Person, why: str) -> None:
    """Set aside every reason against a bonus that a reviewer can set aside."""
    reasons = {*bonus.exclusions}
    if bonus.refused_at is not None:
        reasons.add(Reason.REFUSED.value)
    if bonus.application.hired_at is None:
        reasons.add(Reason.HIRE_UNDONE.value)
    bonus.overruled = sorted({*bonus.overruled, *reasons})
    settle(db, bonus, person, why)
