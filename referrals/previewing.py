"""Who would have gained and lost if credit had been decided on other terms.

Worked out from the touches on the receipts of the past, never from clicks, and some receipts at a
time: a preview remembers how far it has come, so that much of the past takes little memory, holds
nobody up, and shows its progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.people import Person
from careers.hiring.models import Application
from referrals.attribution import Kind
from referrals.bonuses.models import Correction
from referrals.models import Receipt, RulePreview
from referrals.recomputing import recomputed
from referrals.standing import STANDING, UNIT, in_units
from referrals.terms import Terms, terms_stated

DAYS = (30, 90, 365)  # of the past that can be looked at
AT_ONCE = 1_000  # receipts
KEPT = timedelta(days=7)


class Past(NamedTuple):
    """An application with the touches on its receipt, and its credit of kind referral as it is."""

    applied_at: datetime
    touches: list[Any]
    shares: dict[str, Fraction]  # by the person's public code
    is_by_hand: bool = False  # corrected by somebody: so it is under every rule


class Sums(NamedTuple):
    """One person's credit over many applications, in billionths of an application."""

    now: int
    then: int  # under the other terms
    changed: int  # in how many applications the two differ


class Compared(NamedTuple):
    """What other terms come to."""

    changed: int  # applications in which anybody's credit differs
    sums: dict[str, Sums]  # by the person's public code


def compare(terms: Terms, past: Iterable[Past]) -> Compared:
    """The credit of kind referral in `past` as it is, and as it would be under `terms`. Pure."""
    changed, sums = 0, dict[str, list[int]]()
    for applied_at, touches, now, is_by_hand in past:
        then = now
        if not is_by_hand:
            then = recomputed(terms, applied_at, touches).shares_of(Kind.REFERRAL)
        changed += now != then
        for person in now.keys() | then.keys():
            is_so, would_be = now.get(person), then.get(person)
            sum_of = sums.setdefault(person, [0, 0, 0])
            sum_of[0] += _in_units(is_so)
            sum_of[1] += _in_units(would_be)
            sum_of[2] += is_so != would_be
    return Compared(changed, {person: Sums(*found) for person, found in sums.items()})


def _in_units(share: Fraction | None) -> int:
    return in_units(share.numerator, share.denominator) if share else 0


def _added(one: Sums, two: Sums) -> Sums:
    return Sums(one.now + two.now, one.then + two.then, one.changed + two.changed)


# -- piece by piece ---------------------------------------------------------------------------


def begin(db: Session, person: Person, terms: Terms, instead_of: int, days: int) -> RulePreview:
    """A preview of `terms` for the applications of the last `days`, with nothing done yet.

    `instead_of` is the number of the choice in force. Previews of last week are forgotten.
    """
    now = clock.now()
    db.execute(delete(RulePreview).where(RulePreview.created_at < now - KEPT))
    wanted = (Receipt.is_newest, Application.created_at >= now - timedelta(days=days))
    count, first, last = db.execute(
        select(func.count(), func.min(Receipt.id), func.max(Receipt.id))
        .join(Application, Application.id == Receipt.application_id)
        .where(*wanted)
    ).one()
    name, version, parameters = terms.stated
    preview = RulePreview(
        person_id=person.id, rule=name, version=version, parameters=parameters,
        instead_of=instead_of, days=days, created_at=now, applications=count,
        after_receipt=(first or 1) - 1, last_receipt=last or 0, sums={},
    )  # fmt: skip
    db.add(preview)
    db.flush()
    return preview


def is_finished(preview: RulePreview) -> bool:
    """Whether all of the past was looked at."""
    return preview.after_receipt >= preview.last_receipt


def terms_of_preview(preview: RulePreview) -> Terms:
    """The terms that it tries."""
    return terms_stated(preview.rule, preview.version, preview.parameters)


def go_on(db: Session, number: int) -> bool:
    """Look at the next receipts of the preview with this key; whether all are done.

    What the session did before must be committed. It reads, lets go of the database while it
    computes, and writes at the end, for the caller to commit. A preview that has gone, or that
    somebody else went on with meanwhile, stays as it is.
    """
    preview = db.get(RulePreview, number, populate_existing=True)
    if preview is None or is_finished(preview):
        return True
    terms, after, last = terms_of_preview(preview), preview.after_receipt, preview.last_receipt
    known = {person: Sums(*sums) for person, sums in preview.sums.items()}
    rows = _next_receipts(db, preview)
    past = list(_with_credits(db, rows))
    db.rollback()
    found = compare(terms, past)
    for person, sums in found.sums.items():
        known[person] = _added(known.get(person, Sums(0, 0, 0)), sums)
    reached = rows[-1][0] if len(rows) == AT_ONCE else last
    db.execute(
        update(RulePreview)
        .where(RulePreview.id == number, RulePreview.after_receipt == after)
        .values(
            after_receipt=reached,
            done=RulePreview.done + len(rows),
            changed=RulePreview.changed + found.changed,
            sums=known,
        )
    )
    return reached >= last


def _next_receipts(db: Session, preview: RulePreview) -> list[Any]:
    columns: list[Any] = [
        Receipt.id, Receipt.application_id, Application.created_at, Receipt.touches,
    ]  # fmt: skip
    return list(
        db.execute(
            select(*columns)
            .join(Application, Application.id == Receipt.application_id)
            .where(
                Receipt.id > preview.after_receipt,
                Receipt.id <= preview.last_receipt,
                Application.created_at >= preview.created_at - timedelta(days=preview.days),
                Receipt.is_newest,
            )
            .order_by(Receipt.id)
            .limit(AT_ONCE)
        )
    )


def _with_credits(db: Session, rows: list[Any]) -> Iterator[Past]:
    columns: list[Any] = [
        STANDING.c.application_id, Person.code, STANDING.c.part, STANDING.c.whole,
    ]  # fmt: skip
    asked = (
        select(*columns)
        .join(Person, Person.id == STANDING.c.person_id)
        .where(STANDING.c.application_id.in_([row[1] for row in rows]))
    )
    shares: dict[int, dict[str, Fraction]] = {}
    for application, person, part, whole in db.execute(asked):
        shares.setdefault(application, {})[person] = Fraction(part, whole)
    by_hand = select(Correction.receipt_id).where(
        Correction.receipt_id.in_([row[0] for row in rows])
    )
    corrected = set(db.scalars(by_hand))
    for receipt, application, applied_at, touches in rows:
        yield Past(applied_at, touches, shares.get(application, {}), receipt in corrected)


def queue(db: Session, preview: RulePreview) -> None:
    """Have the background go on with a preview, once the caller's transaction is committed."""
    outbox.add(db, "rule_preview", {"preview": preview.id})


@outbox.handles("rule_preview")
def go_on_in_background(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Look at the next receipts, and come again while some are left."""
    if not go_on(db, payload["preview"]):
        outbox.add(db, "rule_preview", payload)


# -- what came of it --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One employee's credit, in applications."""

    person: Person
    now: float
    then: float
    changed: int

    @property
    def difference(self) -> float:
        """What they gain; below zero what they lose. Of the two as they are shown."""
        return round(round(self.then, 2) - round(self.now, 2), 2)


def find_preview(db: Session, code: str) -> RulePreview | None:
    """The preview with this public code."""
    return db.scalar(select(RulePreview).where(RulePreview.code == code))


def rows_of(db: Session, preview: RulePreview) -> list[Row]:
    """Who was or would be credited: whoever gains most first, whoever loses most last."""
    people = db.scalars(select(Person).where(Person.code.in_(preview.sums)))
    rows = [
        Row(person, now / UNIT, then / UNIT, changed)
        for person in people
        for now, then, changed in [preview.sums[person.code]]
    ]
    return sorted(rows, key=lambda row: (-row.difference, -row.now, row.person.name))


def total_of(preview: RulePreview) -> tuple[float, float]:
    """All credit as it is, and as it would be, in applications."""
    sums = [Sums(*sums) for sums in preview.sums.values()]
    return sum(one.now for one in sums) / UNIT, sum(one.then for one in sums) / UNIT
