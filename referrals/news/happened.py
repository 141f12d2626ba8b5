"""What happened between two moments for one employee, as far as each candidate lets them know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.hiring.models import Application, SharerSees, StageChange
from referrals.bonuses.models import Bonus, BonusChange, CorrectedShare, Correction, Instalment
from referrals.bonuses.queries import may_be_told
from referrals.models import Credit, Receipt, Touch

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Story:
    """What happened with one application, for one employee."""

    job_title: str
    is_decided: bool  # its credit was decided then
    is_first: bool  # for the first time
    share: Fraction  # of the referral, as it stands
    was: Fraction  # before that decision
    is_read: bool  # they are credited for having been read
    stage: str | None  # where it stands, if it moved and the candidate shows steps

    @property
    def came(self) -> bool:
        """Whether it is an application that came through them then."""
        return self.is_first and self.share > 0

    @property
    def tells(self) -> bool:
        """Whether any of it is news."""
        changed = self.is_decided and (self.is_first or self.share != self.was)
        return changed or self.stage is not None


def stories(db: Session, person: Person, since: datetime, until: datetime) -> list[Story]:
    """What happened from `since` until before `until` with applications that came through
    `person`, oldest first. A candidate who keeps their application to themself isn't in it."""
    decided = (Receipt.decided_at >= since, Receipt.decided_at < until)
    moved = (StageChange.at >= since, StageChange.at < until)
    mine = select(Touch.application_id).where(Touch.person_id == person.id)
    rows = list(
        db.scalars(
            select(Application)
            .where(
                or_(Application.id.in_(mine), Application.id.in_(_corrected(person))),
                Application.sharer_sees != SharerSees.NOTHING.value,
                Application.erased_at.is_(None),
                or_(
                    select(Receipt.id)
                    .where(Receipt.application_id == Application.id, Receipt.is_newest, *decided)
                    .exists(),
                    select(StageChange.id)
                    .where(StageChange.application_id == Application.id, *moved)
                    .exists(),
                ),
            )
            .order_by(Application.created_at, Application.id)
        )
    )
    keys = [row.id for row in rows]
    known = _Known(db, person, keys)
    told = [known.story(row, since, until) for row in rows]
    return [story for story in told if story.tells]


def _corrected(person: Person) -> Select[Any]:
    return (
        select(Receipt.application_id)
        .join(Correction, Correction.receipt_id == Receipt.id)
        .join(CorrectedShare, CorrectedShare.correction_id == Correction.id)
        .where(CorrectedShare.person_id == person.id)
    )


class _Known:
    """Receipts, credits, corrections and steps of some applications, each read once."""

    def __init__(self, db: Session, person: Person, keys: Sequence[int]) -> None:
        self.receipts: dict[int, list[Any]] = defaultdict(list)
        columns: list[Any] = [Receipt.id, Receipt.application_id, Receipt.decided_at]
        asked = select(*columns).where(Receipt.application_id.in_(keys)).order_by(Receipt.id)
        for row in db.execute(asked):
            self.receipts[row.application_id].append(row)
        self.credits: dict[tuple[int, str], Fraction] = {}
        credits = select(Credit.receipt_id, Credit.kind, Credit.part, Credit.whole)
        for receipt, kind, part, whole in db.execute(
            credits.where(Credit.application_id.in_(keys), Credit.person_id == person.id)
        ):
            self.credits[receipt, kind] = Fraction(part, whole)
        self.corrected: dict[int, Fraction] = {}
        corrections = (
            select(Correction)
            .join(Receipt, Receipt.id == Correction.receipt_id)
            .where(Receipt.application_id.in_(keys))
            .order_by(Correction.number)
        )
        for correction in db.scalars(corrections):
            shares = {one.person_id: one.share for one in correction.shares}
            self.corrected[correction.receipt_id] = shares.get(person.id, NOTHING)
        self.steps: dict[int, list[StageChange]] = defaultdict(list)
        steps = select(StageChange).where(StageChange.application_id.in_(keys))
        for step in db.scalars(steps.order_by(StageChange.id)):
            self.steps[step.application_id].append(step)

    def story(self, application: Application, since: datetime, until: datetime) -> Story:
        receipts = self.receipts[application.id]
        newest = receipts[-1] if receipts else None
        before = receipts[-2] if len(receipts) > 1 else None
        is_decided = newest is not None and since <= newest.decided_at < until
        share = self._share(newest)
        is_read = newest is not None and (newest.id, "inspiration") in self.credits
        shows_steps = application.sharer_sees == SharerSees.STEPS and (share > 0 or is_read)
        return Story(
            job_title=application.job.title,
            is_decided=is_decided,
            is_first=is_decided and (before is None or before.decided_at >= since),
            share=share,
            was=self._share(before),
            is_read=is_read,
            stage=self._moved_to(application, since, until) if shows_steps else None,
        )

    def _share(self, receipt: Any) -> Fraction:
        if receipt is None:
            return NOTHING
        by_rule = self.credits.get((receipt.id, "referral"), NOTHING)
        return self.corrected.get(receipt.id, by_rule)

    def _moved_to(self, application: Application, since: datetime, until: datetime) -> str | None:
        """Where it came to in that time; None where it didn't move or is back where it was."""
        steps = self.steps[application.id]
        then = [step for step in steps if since <= step.at < until]
        earlier = [step for step in steps if step.at < since]
        was = earlier[-1].stage if earlier else "new"
        return then[-1].stage if then and then[-1].stage != was else None


def moved_bonuses(
    db: Session, person: Person, since: datetime, until: datetime
) -> list[tuple[Bonus, list[Instalment]]]:
    """The bonuses of `person` of which something moved then, with the instalments that did."""
    changes = (
        select(Instalment)
        .join(BonusChange, BonusChange.instalment_id == Instalment.id)
        .join(Bonus, Bonus.id == Instalment.bonus_id)
        .where(Bonus.person_id == person.id, BonusChange.at >= since, BonusChange.at < until)
        .order_by(Instalment.bonus_id, Instalment.number)
    )
    found: dict[int, tuple[Bonus, list[Instalment]]] = {}
    for one in dict.fromkeys(db.scalars(changes)):
        if may_be_told(one.bonus.application, one):
            found.setdefault(one.bonus_id, (one.bonus, []))[1].append(one)
    return list(found.values())
