"""How far those get who apply: through a colleague, beside all others, and from where.

An application has got as far as the furthest stage it was ever in; who was interviewed and then
refused has been interviewed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from careers.hiring.models import Application, Stage, StageChange
from referrals.models import Receipt
from referrals.periods import Period
from referrals.recomputing import NO_TOUCH
from referrals.standing import STANDING
from referrals.totals import applied_in

LEAST = 20  # applications on each side, below which no two rates are compared


class Steps(NamedTuple):
    """How many applications got at least so far."""

    applied: int
    interviewed: int
    hired: int

    def share(self, step: int) -> float | None:
        """The part of those who applied that `step` is; None of nobody."""
        return step / self.applied if self.applied else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The applications of a period."""

    referred: Steps  # those of whose referral somebody has a share, by the rule or by hand
    others: Steps
    sourced: int  # those, and those of which any touch is known, whether or not it earned credit
    referred_days: float | None  # median from application to hire; None without a hire
    others_days: float | None

    @property
    def all(self) -> Steps:
        """Both together."""
        return Steps(*map(sum, zip(self.referred, self.others, strict=True)))

    @property
    def is_comparable(self) -> bool:
        """Whether there are enough on both sides to compare them at all."""
        return min(self.referred.applied, self.others.applied) >= LEAST


_INTERVIEWED = (Stage.INTERVIEW.value, Stage.OFFER.value, Stage.HIRED.value)


def funnel_of(db: Session, period: Period) -> Funnel:
    """The way of the applications that came in `period` (days in UTC)."""
    has_share = Application.id.in_(select(STANDING.c.application_id))
    is_referred = _case(has_share)
    was_interviewed = or_(
        Application.stage.in_(_INTERVIEWED),
        exists().where(
            and_(StageChange.application_id == Application.id, StageChange.stage.in_(_INTERVIEWED))
        ),
    )
    is_sourced = or_(
        has_share,
        exists().where(
            Receipt.application_id == Application.id,
            Receipt.is_newest,
            Receipt.outcome != NO_TOUCH,
        ),
    )
    inner = (
        select(
            is_referred.label("referred"),
            _case(was_interviewed).label("interviewed"),
            _case(Application.hired_at.is_not(None)).label("hired"),
            _case(is_sourced).label("sourced"),
        )
        .where(*applied_in(period))
        .subquery()
    )
    rows = db.execute(
        select(
            inner.c.referred,
            func.count(),
            func.sum(inner.c.interviewed),
            func.sum(inner.c.hired),
            func.sum(inner.c.sourced),
        ).group_by(inner.c.referred)
    ).all()
    found = {int(row[0]): row for row in rows}
    steps = {side: Steps(*map(int, row[1:4])) for side, row in found.items()}
    days = _days_to_hire(db, period, is_referred)
    return Funnel(
        referred=steps.get(1, Steps(0, 0, 0)),
        others=steps.get(0, Steps(0, 0, 0)),
        sourced=sum(int(row[4]) for row in rows),
        referred_days=_middle(days[1]),
        others_days=_middle(days[0]),
    )


def _case(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _days_to_hire(
    db: Session, period: Period, is_referred: Any
) -> dict[int, list[tuple[datetime, datetime]]]:
    asked = select(is_referred, Application.created_at, Application.hired_at).where(
        Application.hired_at.is_not(None), *applied_in(period)
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {0: [], 1: []}
    for referred, applied_at, hired_at in db.execute(asked):
        found[int(referred)].append((applied_at, hired_at))
    return found


def _middle(hires: Iterable[tuple[datetime, datetime]]) -> float | None:
    days = [(hired_at - applied_at) / timedelta(days=1) for applied_at, hired_at in hires]
    return median(days) if days else None
