"""Who came through an employee: steps, share and bonus, as far as each candidate allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.hiring.models import Application, SharerSees, StageChange
from referrals.bonuses.models import Bonus, CorrectedShare, Correction
from referrals.bonuses.queries import shows_whom
from referrals.models import Credit, Receipt


@dataclass(frozen=True, slots=True)
class CameThrough:
    """An application as an employee who brought its candidate, or was read, may see it."""

    application: Application
    channel: str  # "" when no link was followed
    share: Fraction  # of the referral as it stands; 0 for who was only read
    is_corrected: bool  # by hand
    read: Fraction  # their part of having been read, which never pays
    steps: list[tuple[str, datetime]] = field(default_factory=list)  # none: they are kept back
    bonus: Bonus | None = None  # none, too, where it would tell of a hire that is kept back

    @property
    def applied_at(self) -> datetime:
        """When the candidate applied."""
        return self.application.created_at


def came_through(db: Session, person: Person, count: int = 100) -> list[CameThrough]:
    """Who came through `person`, by the rule or by hand, newest first; of each only what the
    candidate allows, and nothing of those who keep it to themselves."""
    by_rule = select(Credit.application_id).where(Credit.person_id == person.id, Credit.is_newest)
    rows = list(
        db.scalars(
            select(Application)
            .where(
                or_(Application.id.in_(by_rule), Application.id.in_(_by_hand(person))),
                Application.sharer_sees != SharerSees.NOTHING.value,
                Application.erased_at.is_(None),
            )
            .order_by(Application.created_at.desc(), Application.id.desc())
            .limit(count)
        )
    )
    keys = [row.id for row in rows]
    credits = _credits(db, person, keys)
    corrections = _corrections(db, keys)
    steps = _steps(db, [row.id for row in rows if shows_whom(row)])
    bonuses = {
        bonus.application_id: bonus
        for bonus in db.scalars(
            select(Bonus).where(Bonus.person_id == person.id, Bonus.application_id.in_(keys))
        )
    }
    found = []
    for row in rows:
        referral, read = credits[row.id].get("referral"), credits[row.id].get("inspiration")
        share, corrected = _share(referral), corrections.get(row.id)
        if corrected is not None:
            share = corrected.get(person.id, Fraction(0))
        if not (share or read or referral):
            continue  # an older correction named them
        found.append(
            CameThrough(
                row,
                channel=referral.link.channel if referral and referral.link else "",
                share=share,
                is_corrected=corrected is not None and share != _share(referral),
                read=_share(read),
                steps=steps[row.id],
                bonus=bonuses.get(row.id) if shows_whom(row) else None,
            )
        )
    return found


def _by_hand(person: Person) -> Select[Any]:
    return (
        select(Receipt.application_id)
        .join(Correction, Correction.receipt_id == Receipt.id)
        .join(CorrectedShare, CorrectedShare.correction_id == Correction.id)
        .where(CorrectedShare.person_id == person.id)
    )


def _share(credit: Credit | None) -> Fraction:
    return Fraction(credit.part, credit.whole) if credit else Fraction(0)


def _credits(db: Session, person: Person, keys: list[int]) -> dict[int, dict[str, Credit]]:
    found: dict[int, dict[str, Credit]] = defaultdict(dict)
    for credit in db.scalars(
        select(Credit).where(
            Credit.person_id == person.id, Credit.is_newest, Credit.application_id.in_(keys)
        )
    ):
        found[credit.application_id][credit.kind] = credit
    return found


def _corrections(db: Session, keys: list[int]) -> dict[int, dict[int, Fraction]]:
    """The shares that the last correction of each application gives, by people's keys."""
    rows = db.execute(
        select(Receipt.application_id, Correction)
        .join(Receipt, Receipt.id == Correction.receipt_id)
        .where(Receipt.application_id.in_(keys))
        .order_by(Correction.number)
    )
    return {key: {one.person_id: one.share for one in made.shares} for key, made in rows}


def _steps(db: Session, keys: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    asked = select(StageChange.application_id, StageChange.stage, StageChange.at)
    for key, stage, at in db.execute(
        asked.where(StageChange.application_id.in_(keys)).order_by(StageChange.id)
    ):
        found[key].append((stage, at))
    return found
