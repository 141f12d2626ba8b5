"""What goes to the payroll, and what it is said to have paid. No money moves here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.config import Settings
from careers.base.people import Person
from referrals.bonuses import letters
from referrals.bonuses.models import Instalment, PayrollBatch
from referrals.bonuses.queries import due
from referrals.bonuses.rules import Standing, State, Step, payment_step, standing
from referrals.bonuses.settling import award, facts_of, move, record_change
from referrals.bonuses.words import state_name
from referrals.exporting import Sheet


class NothingDue(Exception):
    """There is nothing that wasn't exported before."""


def make_batch(db: Session, person: Person) -> PayrollBatch:
    """Put everything that is due and was in no batch into a new one, in the caller's transaction.

    Of two people who export at once, one has it. Raises NothingDue.
    """
    keys = [one.id for one in due(db, exported=False)]
    batch = PayrollBatch(person=person)
    db.add(batch)
    db.flush()
    taken: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Instalment)
        .where(
            Instalment.id.in_(keys),
            Instalment.state == State.ELIGIBLE.value,
            Instalment.batch_id.is_(None),
        )
        .values(batch_id=batch.id, exported_amount=Instalment.amount)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:
        raise NothingDue
    db.expire_all()
    audit.record(db, person, "payroll:batch", batch.code, rows=taken.rowcount)
    return batch


def take(db: Session, batch: PayrollBatch, person: Person) -> None:
    """Count and record that a batch is taken as a file, in the caller's transaction."""
    batch.exports = PayrollBatch.exports + 1
    db.flush()
    db.refresh(batch)
    audit.record(db, person, "payroll:export", batch.code, times=batch.exports)


def sheet_of(batch: PayrollBatch, rows: Sequence[Instalment]) -> Sheet:
    """A batch as a table for the payroll: nothing of the candidate is in it.

    Each row says in which batch it is, and how many times that was exported.
    """
    heads = [
        gettext("Employee"),
        gettext("Employee number"),
        gettext("E-mail"),
        gettext("Amount"),
        gettext("Currency"),
        gettext("Programme"),
        gettext("Job"),
        gettext("Instalment"),
        gettext("Hired"),
        gettext("Due since"),
        gettext("State"),
        gettext("Reference"),
        gettext("Batch"),
        gettext("Export number"),
    ]
    cells: list[list[Any]] = []
    for one in rows:
        bonus = one.bonus
        cells.append(
            [
                bonus.person.payroll_name,
                bonus.person.employee_number or "",
                bonus.person.email,
                Decimal(one.amount).scaleb(-2),
                bonus.currency,
                bonus.programme.name,
                bonus.application.job.title,
                f"{one.number} / {len(bonus.instalments)}",
                bonus.hired_at.date(),
                one.due_at.date(),
                state_name(one.state),
                one.code,
                batch.code,
                batch.exports,
            ]
        )
    return Sheet(gettext("Bonuses"), heads, cells)


def say_paid(db: Session, one: Instalment, person: Person) -> Step:
    """Record `person`'s word that an instalment was paid, in the caller's transaction.

    What follows is given back; nothing is changed unless it is `first` or `paid`. Of many who say
    so at once, one is recorded.
    """
    bonus = one.bonus
    step = payment_step(
        State(one.state), bonus.person_id, person.id, bonus.needs_two, one.first_by_id
    )
    if step is Step.FIRST:
        return step if _say_first(db, one, person) else Step.NOT_DUE
    if step is not Step.PAID:
        return step
    paid: dict[str, Any] = {"paid_by_id": person.id, "paid_at": clock.now()}
    if not move(db, one, Standing(State.PAID), person, **paid):
        return Step.NOT_DUE
    audit.record(db, person, "bonus:paid", one.code, amount=one.amount, currency=bonus.currency)
    letters.tell_moved(db, bonus, [one])
    return step


def take_back(db: Session, one: Instalment, person: Person, why: str, settings: Settings) -> bool:
    """Record that an instalment was said to be paid by mistake, with the reason, in the caller's
    transaction; whether it was. It stands then where the facts say, and can be said anew.

    Nobody does it for their own. Of two who do it at once, one does.
    """
    if one.bonus.person_id == person.id or one.paid_at is None:
        return False
    to = standing(facts_of(one.bonus, one, is_paid=False), clock.now())
    taken: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Instalment)
        .where(Instalment.id == one.id, Instalment.state == State.PAID.value)
        .values(
            state=to.state.value,
            reason=to.reason or "",
            since=clock.now(),
            paid_at=None,
            paid_by_id=None,
            first_by_id=None,
            first_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:
        return False
    db.refresh(one)
    record_change(db, one, State.PAID.value, person, why)
    currency = one.bonus.currency
    audit.record(db, person, "bonus:unpaid", one.code, amount=one.amount, currency=currency)
    letters.tell_moved(db, one.bonus, [one])
    award(db, one.bonus.application, person, settings, why)  # its amount may have changed since
    return True


def _say_first(db: Session, one: Instalment, person: Person) -> bool:
    said: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Instalment)
        .where(
            Instalment.id == one.id,
            Instalment.state == State.ELIGIBLE.value,
            Instalment.first_by_id.is_(None),
        )
        .values(first_by_id=person.id, first_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if said.rowcount:
        db.refresh(one)
        currency = one.bonus.currency
        audit.record(
            db, person, "bonus:first_of_two", one.code, amount=one.amount, currency=currency
        )
    return bool(said.rowcount)
