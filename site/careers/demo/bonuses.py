"""What becomes of the demo company's bonuses, two of which are appealed; saved views."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.demo.founding import ADMIN, EMPLOYEE, RECRUITER, found
from referrals.bonuses.appealing import GRANTED, appeal, decide
from referrals.bonuses.models import Appeal, Bonus
from referrals.bonuses.paying import make_batch, say_paid
from referrals.bonuses.queries import refused_bonus
from referrals.bonuses.settling import refuse
from referrals.views import save


def look_after_bonuses(db: Session) -> None:
    """Have the recruiter refuse two bonuses, their employees appeal, the admin grant one of them,
    and what is due go to the payroll."""
    recruiter, admin, mina = (found(db, email) for email in (RECRUITER, ADMIN, EMPLOYEE))
    bonuses = list(db.scalars(select(Bonus).order_by(Bonus.id)).unique())
    others = [bonus for bonus in bonuses if bonus.person_id != mina.id]
    if len(others) < 2:
        return
    granted, waiting = others[0], others[-1]
    first = _appealed(
        db,
        granted,
        recruiter,
        "We had met them at the fair in Leeds.",
        "They came to the fair because I had sent the link the evening before.",
    )
    _appealed(
        db,
        waiting,
        recruiter,
        "An agency had named the same candidate to us.",
        "The agency named them in a mail of the 12th. They applied by my link on the 9th.",
    )
    batch = make_batch(db, recruiter)
    for bonus in bonuses:
        for one in bonus.instalments:
            if one.batch_id == batch.id and bonus.person_id == mina.id:
                say_paid(db, one, recruiter)
    decide(db, first, admin, GRANTED, "The link was opened a day before the fair.")


def save_views(db: Session) -> None:
    """Have the recruiter save what she looks at often."""
    recruiter = found(db, RECRUITER)
    by_team = {"period": "365", "by": "team", "sort": "hires"}
    save(db, recruiter, "referrals", "Teams, a year", by_team, is_shared=True)
    by_channel = {"period": "30", "by": "channel", "sort": "started"}
    save(db, recruiter, "referrals", "Channels this month", by_channel, is_shared=False)
    save(db, recruiter, "funnel", "Everything so far", {"period": "all"}, is_shared=True)


def _appealed(db: Session, bonus: Bonus, recruiter: Person, why: str, text: str) -> Appeal:
    refuse(db, bonus, recruiter, why)
    decision = refused_bonus(db, bonus)
    assert decision is not None
    return appeal(db, bonus.person, decision, text)
