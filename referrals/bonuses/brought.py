"""Who came through an employee: steps, share and bonus, as far as each candidate allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.hiring.models import Application, SharerSees, StageChange
from referrals.bonuses.models import Bonus, CorrectedShare, Correction
from referrals.bonuses.queries import shows_whom
from referrals.models import Credit, Receipt, ShareLink


@dataclass(frozen=True, slots=True)
class Came:
    """That an application came through an employee, or its candidate had read them, and how."""

    key: int  # of the application
    channel: str  # "" when no link was followed
    share: Fraction  # of the referral as it stands; 0 for who was only read
    is_corrected: bool  # by hand
    read: Fraction  # their part of having been read, which never pays


@dataclass(frozen=True, slots=True)
class CameThrough:
    """An application as an employee who brought its candidate, or was read, may see it."""

    application: Application
    came: Came
    steps: list[tuple[str, datetime]] = field(default_factory=list)  # none: they are kept back
    bonus: Bonus | None = None  # none, too, where it would tell of a hire that is kept back

    @property
    def applied_at(self) -> datetime:
        """When the candidate applied."""
        return self.application.created_at


def came_through(db: Session, person: Person) -> list[Came]:
    """All who came through `person`, by the rule or by hand, or had read them, newest first, but
    for those who keep it to themselves."""
    by_rule = select(Credit.application_id).where(Credit.person_id == person.id, Credit.is_newest)
    theirs = select(Application.id).where(
        or_(Application.id.in_(by_rule), Application.id.in_(_by_hand(person))),
        Application.sharer_sees != SharerSees.NOTHING.value,
        Application.erased_at.is_(None),
    )
    credits = _credits(db, person, theirs)
    corrections = _corrections(db, person, theirs)
    found = []
    for key in db.scalars(
        theirs.order_by(Application.created_at.desc(), Application.id.desc())
    ).all():
        channel, by_credit = credits[key].get("referral", ("", Fraction(0)))
        _, read = credits[key].get("inspiration", ("", Fraction(0)))
        share = corrections.get(key, by_credit)
        if not (share or read or by_credit):
            continue  # an older correction named them
        found.append(Came(key, channel, share, share != by_credit, read))
    return found


def told(db: Session, person: Person, some: list[Came]) -> list[CameThrough]:
    """Some of those who came through `person`; of each only what the candidate allows."""
    keys = [one.key for one in some]
    rows = {row.id: row for row in db.scalars(select(Application).where(Application.id.in_(keys)))}
    steps = _steps(db, [row.id for row in rows.values() if shows_whom(row)])
    bonuses = {
        bonus.application_id: bonus
        for bonus in db.scalars(
            select(Bonus).where(Bonus.person_id == person.id, Bonus.application_id.in_(keys))
        )
    }
    return [
        CameThrough(row, one, steps[row.id], bonuses.get(row.id) if shows_whom(row) else None)
        for one in some
        if (row := rows.get(one.key)) is not None
    ]


def _by_hand(person: Person) -> Select[Any]:
    return (
        select(Receipt.application_id)
        .join(Correction, Correction.receipt_id == Receipt.id)
        .join(CorrectedShare, CorrectedShare.correction_id == Correction.id)
        .where(CorrectedShare.person_id == person.id)
    )


def _credits(
    db: Session, person: Person, applications: Select[Any]
) -> dict[int, dict[str, tuple[str, Fraction]]]:
    """The channel and the share of each of `person`'s credits, by application and kind."""
    found: dict[int, dict[str, tuple[str, Fraction]]] = defaultdict(dict)
    asked = select(
        Credit.application_id, Credit.kind, ShareLink.channel, Credit.part, Credit.whole
    ).outerjoin(ShareLink, ShareLink.id == Credit.link_id)
    for key, kind, channel, part, whole in db.execute(
        asked.where(
            Credit.person_id == person.id,
            Credit.is_newest,
            Credit.application_id.in_(applications),
        )
    ):
        found[key][kind] = channel or "", Fraction(part, whole)
    return found


def _corrections(db: Session, person: Person, applications: Select[Any]) -> dict[int, Fraction]:
    """The share that the last correction of each corrected application gives to `person`."""
    asked = (
        select(Receipt.application_id, CorrectedShare.part, CorrectedShare.whole)
        .join(Correction, Correction.receipt_id == Receipt.id)
        .outerjoin(
            CorrectedShare,
            and_(
                CorrectedShare.correction_id == Correction.id,
                CorrectedShare.person_id == person.id,
            ),
        )
        .where(Receipt.application_id.in_(applications))
        .order_by(Correction.number)
    )
    rows = db.execute(asked)
    return {key: Fraction(part, whole) if whole else Fraction(0) for key, part, whole in rows}


def _steps(db: Session, keys: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    asked = select(StageChange.application_id, StageChange.stage, StageChange.at)
    for key, stage, at in db.execute(
        asked.where(StageChange.application_id.in_(keys)).order_by(StageChange.id)
    ):
        found[key].append((stage, at))
    return found
