"""What pages about bonuses read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from careers.base.people import Person
from careers.hiring.models import Application, SharerSees
from referrals.bonuses.models import (
    Appeal,
    Bonus,
    BonusChange,
    Correction,
    Instalment,
    PayrollBatch,
    Programme,
)
from referrals.bonuses.rules import OVERRULABLE, Reason, State
from referrals.models import Receipt, Touch
from referrals.standing import STANDING, standing_shares

# -- corrections ----------------------------------------------------------------------------------


def corrections_of(db: Session, receipt: Receipt) -> list[Correction]:
    """The corrections of a receipt, oldest first; the last one holds."""
    found = select(Correction).where(Correction.receipt_id == receipt.id)
    return list(db.scalars(found.order_by(Correction.number)))


def corrections_told(db: Session, receipt: Receipt) -> list[dict[str, Any]]:
    """The corrections of a receipt as its file holds them: who, when, why and which shares."""
    return [
        {
            "number": one.number,
            "at": one.at.isoformat(),
            "by": one.person.code,
            "why": one.why,
            "shares": [
                {"person": part.person.code, "share": f"{part.part}/{part.whole}"}
                for part in one.shares
            ],
        }
        for one in corrections_of(db, receipt)
    ]


# -- what may be told -----------------------------------------------------------------------------


def shows_whom(application: Application) -> bool:
    """Whether the candidate lets whom they came through know of each step, the hire among them.

    Otherwise a bonus is shown without name and job.
    """
    return application.sharer_sees == SharerSees.STEPS and application.erased_at is None


def shows_credit(application: Application) -> bool:
    """Whether the candidate lets those whom they came through know that they applied."""
    return application.sharer_sees != SharerSees.NOTHING and application.erased_at is None


def may_be_told(application: Application, one: Instalment) -> bool:
    """Whether a mail may tell where an instalment stands.

    A hire and its end are steps: of a candidate who keeps those to themself only that something is
    due, paid, or refused for another reason is told.
    """
    is_step = one.state == State.PENDING or one.reason == Reason.HIRE_UNDONE
    return shows_whom(application) or not is_step


# -- programmes and bonuses -----------------------------------------------------------------------


def programmes(db: Session) -> list[Programme]:
    """All programmes, newest first."""
    return list(db.scalars(select(Programme).order_by(Programme.id.desc())))


def programme_by_code(db: Session, code: str) -> Programme | None:
    """The programme with this public code."""
    return db.scalar(select(Programme).where(Programme.code == code))


def bonus_by_code(db: Session, code: str) -> Bonus | None:
    """The bonus with this public code."""
    return db.scalar(select(Bonus).where(Bonus.code == code))


def instalment_by_code(db: Session, code: str) -> Instalment | None:
    """The instalment with this public code."""
    return db.scalar(select(Instalment).where(Instalment.code == code))


def _in_state(asked: Select[Any], state: str) -> Select[Any]:
    if not state:
        return asked
    there = select(Instalment.bonus_id).where(Instalment.state == state)
    return asked.where(Bonus.id.in_(there))


def bonuses(db: Session, state: str, count: int, skip: int) -> list[Bonus]:
    """Bonuses, newest hire first; only those with an instalment in `state` where one is given."""
    asked = _in_state(select(Bonus), state).order_by(Bonus.hired_at.desc(), Bonus.id.desc())
    return list(db.scalars(asked.limit(count).offset(skip)))


def count_bonuses(db: Session, state: str) -> int:
    """How many there are of these."""
    return db.scalar(_in_state(select(func.count(Bonus.id)), state)) or 0


def sums(db: Session) -> dict[str, list[tuple[int, str]]]:
    """What the instalments come to, by state: (minor units, currency), the largest first."""
    rows = db.execute(
        select(Instalment.state, Bonus.currency, func.sum(Instalment.amount))
        .join(Bonus, Bonus.id == Instalment.bonus_id)
        .group_by(Instalment.state, Bonus.currency)
    )
    found: dict[str, list[tuple[int, str]]] = {state.value: [] for state in State}
    for state, currency, amount in rows:
        found[state].append((int(amount), currency))
    return {state: sorted(amounts, reverse=True) for state, amounts in found.items()}


def history_of(db: Session, bonus: Bonus) -> list[BonusChange]:
    """Every change of a bonus, oldest first."""
    keys = [one.id for one in bonus.instalments]
    found = select(BonusChange).where(BonusChange.instalment_id.in_(keys))
    return list(db.scalars(found.order_by(BonusChange.id)))


# -- payroll --------------------------------------------------------------------------------------


def due(
    db: Session, *, exported: bool | None = None, count: int | None = None, skip: int = 0
) -> list[Instalment]:
    """What is eligible, by name and hire; only what was exported before, or what was not, where
    `exported` says so. All of it, or `count` rows after `skip`."""
    return list(db.scalars(_payroll_rows().where(*_is_due(exported)).limit(count).offset(skip)))


def due_applications(db: Session, *, exported: bool) -> list[int]:
    """The key of the application of each instalment that is due, as often as it has some."""
    asked = select(Bonus.application_id).join(Instalment, Instalment.bonus_id == Bonus.id)
    return list(db.scalars(asked.where(*_is_due(exported))))


def _is_due(exported: bool | None) -> list[ColumnElement[bool]]:
    is_due = [Instalment.state == State.ELIGIBLE.value]
    if exported is not None:
        in_a_batch = Instalment.batch_id.is_not(None)
        is_due.append(in_a_batch if exported else Instalment.batch_id.is_(None))
    return is_due


def rows_of(db: Session, batch: PayrollBatch) -> list[Instalment]:
    """What a batch holds, whatever became of it since."""
    return list(db.scalars(_payroll_rows().where(Instalment.batch_id == batch.id)))


def _payroll_rows() -> Select[Any]:
    return (
        select(Instalment)
        .join(Bonus, Bonus.id == Instalment.bonus_id)
        .join(Person, Person.id == Bonus.person_id)
        .options(joinedload(Instalment.bonus), joinedload(Instalment.first_by))
        .order_by(Person.name, Bonus.id, Instalment.number)
    )


_REFERS = Touch.how != "read"  # who is only read brings nobody


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch, with how many instalments it holds and how many of them are paid."""

    batch: PayrollBatch
    instalments: int
    paid: int


def batches(db: Session, count: int = 50) -> list[BatchRow]:
    """The last batches, newest first."""
    rows = db.execute(
        select(PayrollBatch, func.count(Instalment.id), func.count(Instalment.paid_at))
        .join(Instalment, Instalment.batch_id == PayrollBatch.id)
        .group_by(PayrollBatch.id)
        .order_by(PayrollBatch.id.desc())
        .limit(count)
    ).unique()
    found = {row[0]: (row[1], row[2]) for row in rows}
    return [BatchRow(batch, *numbers) for batch, numbers in found.items()]


def batch_by_code(db: Session, code: str) -> PayrollBatch | None:
    """The batch with this public code."""
    return db.scalar(select(PayrollBatch).where(PayrollBatch.code == code))


# -- an employee's own ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """What can be appealed: one of these keys is given."""

    application: Application
    receipt_id: int | None = None
    correction_id: int | None = None
    change_id: int | None = None


@dataclass(slots=True)
class MyBonus:
    """A bonus of an employee, with what they can do about it."""

    bonus: Bonus
    can_appeal: bool
    appeals: list[Appeal] = field(default_factory=list)


@dataclass(slots=True)
class Uncredited:
    """An application that carried an employee's link without earning them credit, and why; or
    with credit since, after an appeal."""

    application: Application
    reasons: list[str]  # codes of dropped touches
    correction: Correction | None
    share: Fraction  # 0 unless an appeal gave them some
    can_appeal: bool
    appeals: list[Appeal] = field(default_factory=list)


def my_bonuses(db: Session, person: Person, count: int = 100) -> list[MyBonus]:
    """The bonuses of `person`, newest hire first."""
    found = db.scalars(
        select(Bonus)
        .where(Bonus.person_id == person.id)
        .order_by(Bonus.hired_at.desc(), Bonus.id.desc())
        .limit(count)
    ).all()
    appeals = _appeals_of(db, person)
    return [
        MyBonus(
            bonus,
            can_appeal=_is_open(refused_bonus(db, bonus), appeals),
            appeals=[
                one
                for one in appeals
                if one.change is not None and one.change.instalment.bonus_id == bonus.id
            ],
        )
        for bonus in found
    ]


def refused_bonus(db: Session, bonus: Bonus) -> Decision | None:
    """The decision by which a bonus isn't due; None where nothing can be said against it."""
    if not any(
        one.state == State.INELIGIBLE and one.reason in OVERRULABLE for one in bonus.instalments
    ):
        return None
    keys = [one.id for one in bonus.instalments]
    last = db.scalars(
        select(BonusChange)
        .where(
            BonusChange.instalment_id.in_(keys),
            BonusChange.after == State.INELIGIBLE.value,
            BonusChange.reason.in_([reason.value for reason in OVERRULABLE]),
        )
        .order_by(BonusChange.id.desc())
        .limit(1)
    ).one()
    return Decision(bonus.application, change_id=last.id)


def my_uncredited(db: Session, person: Person, count: int = 100) -> list[Uncredited]:
    """Applications that carried a link of `person` and give them no credit, newest first, as far as
    the candidate lets them know; and all about whose credit they ever appealed, whatever became of
    it."""
    carried = select(Touch.application_id).where(Touch.person_id == person.id, _REFERS)
    asked = [one for one in _appeals_of(db, person) if not one.is_about_bonus]
    both = (
        select(Application, Receipt)
        .join(Receipt, and_(Receipt.application_id == Application.id, Receipt.is_newest))
        .options(joinedload(Application.job))
        .order_by(Application.created_at.desc())
    )
    credited = select(STANDING.c.application_id).where(STANDING.c.person_id == person.id)
    shown = (
        Application.id.in_(carried),
        Application.id.not_in(credited),
        Application.sharer_sees != SharerSees.NOTHING.value,
        Application.erased_at.is_(None),
    )
    rows = {row[0].id: row for row in db.execute(both.where(*shown).limit(count))}
    appealed = both.where(Application.id.in_({one.application_id for one in asked}))
    rows |= {row[0].id: row for row in db.execute(appealed)}
    shares = _shares_of(db, person, rows.keys())
    corrections = _last_corrections(db, [receipt.id for _, receipt in rows.values()])
    found = []
    for application, receipt in sorted(
        rows.values(), key=lambda row: (row[0].created_at, row[0].id), reverse=True
    ):
        share = shares.get(application.id, Fraction(0))
        correction = corrections.get(receipt.id)
        decision = None
        if not share and shows_credit(application):
            decision = _refusal(application, receipt, correction)
        found.append(
            Uncredited(
                application,
                reasons=_dropped(receipt, person),
                correction=correction,
                share=share,
                can_appeal=_is_open(decision, asked),
                appeals=[one for one in asked if one.application_id == application.id],
            )
        )
    return found


def _shares_of(db: Session, person: Person, applications: Collection[int]) -> dict[int, Fraction]:
    columns: list[Any] = [STANDING.c.application_id, STANDING.c.part, STANDING.c.whole]
    rows = db.execute(
        select(*columns).where(
            STANDING.c.person_id == person.id, STANDING.c.application_id.in_(applications)
        )
    )
    return {application: Fraction(part, whole) for application, part, whole in rows}


def _last_corrections(db: Session, receipts: list[int]) -> dict[int, Correction]:
    found = select(Correction).where(Correction.receipt_id.in_(receipts))
    return {one.receipt_id: one for one in db.scalars(found.order_by(Correction.number))}


def refused_credit(
    db: Session, person: Person, application: Application, receipt: Receipt
) -> Decision | None:
    """The decision by which `person`, whose link `application` carried, has no credit for it."""
    if person.id in standing_shares(db, application.id):
        return None
    return _refusal(application, receipt, _last_corrections(db, [receipt.id]).get(receipt.id))


def _refusal(application: Application, receipt: Receipt, correction: Correction | None) -> Decision:
    if correction is None:
        return Decision(application, receipt_id=receipt.id)
    return Decision(application, correction_id=correction.id)


def carries_link_of(db: Session, application: Application, person: Person) -> bool:
    """Whether `application` carried a link of `person`, and the candidate lets them know of it."""
    there = select(Touch.id).where(
        Touch.application_id == application.id, Touch.person_id == person.id, _REFERS
    )
    return shows_credit(application) and db.scalar(there.limit(1)) is not None


def sees_receipt(db: Session, application: Application, receipt: Receipt, person: Person) -> bool:
    """Whether `person` may see why `application` is credited as it is: they are, by the rule or by
    hand, or they aren't though it carried their link. Whom the candidate took out sees nothing."""
    if not shows_credit(application):
        return False
    if any(credit.person_id == person.id for credit in receipt.credits):
        return True
    there = select(Touch.id).where(
        Touch.application_id == application.id,
        Touch.person_id == person.id,
        _REFERS,
        Touch.taken_out_at.is_(None),
    )
    has_share = person.id in standing_shares(db, application.id)
    return has_share or db.scalar(there.limit(1)) is not None


def _dropped(receipt: Receipt, person: Person) -> list[str]:
    reasons = [
        touch.get("dropped") for touch in receipt.touches if touch.get("sharer") == person.code
    ]
    return list(dict.fromkeys(reason for reason in reasons if reason))


def _appeals_of(db: Session, person: Person) -> list[Appeal]:
    return list(db.scalars(select(Appeal).where(Appeal.person_id == person.id).order_by(Appeal.id)))


def _is_open(decision: Decision | None, appeals: Collection[Appeal]) -> bool:
    """Whether there is a decision that wasn't appealed yet."""
    if decision is None:
        return False
    key = (decision.receipt_id, decision.correction_id, decision.change_id)
    return key not in {(one.receipt_id, one.correction_id, one.change_id) for one in appeals}


# -- appeals --------------------------------------------------------------------------------------


def appeals(db: Session, *, is_open: bool, count: int, skip: int = 0) -> list[Appeal]:
    """Appeals that wait, oldest first; or those that were decided, newest first."""
    asked = select(Appeal)
    if is_open:
        asked = asked.where(Appeal.outcome == "").order_by(Appeal.id)
    else:
        asked = asked.where(Appeal.outcome != "").order_by(Appeal.decided_at.desc())
    return list(db.scalars(asked.limit(count).offset(skip)))


def decided_before(db: Session, found: Collection[Appeal]) -> dict[int, set[int | None]]:
    """By the key of each appeal, who decided what it is about: a bonus, or any time its credit."""
    asked = (
        select(Receipt.application_id, Correction.person_id)
        .join(Correction, Correction.receipt_id == Receipt.id)
        .where(Receipt.application_id.in_({one.application_id for one in found}))
    )
    correctors: dict[int, set[int | None]] = {}
    for application, person in db.execute(asked):
        correctors.setdefault(application, set()).add(person)
    return {
        one.id: {one.change.person_id, one.change.instalment.bonus.refused_by_id}
        if one.change
        else correctors.get(one.application_id, set())
        for one in found
    }


def count_waiting(db: Session) -> int:
    """How many appeals wait."""
    return db.scalar(select(func.count(Appeal.id)).where(Appeal.outcome == "")) or 0


def appeal_by_code(db: Session, code: str) -> Appeal | None:
    """The appeal with this public code."""
    return db.scalar(select(Appeal).where(Appeal.code == code))
