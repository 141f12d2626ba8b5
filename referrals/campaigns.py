"""An employee's own campaigns: what they gather links under."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.people import Person
from referrals.models import Campaign


def campaigns_of(db: Session, person: Person) -> list[Campaign]:
    """The person's campaigns, by name."""
    mine = select(Campaign).where(Campaign.person_id == person.id).order_by(Campaign.name)
    return list(db.scalars(mine))


def campaign_of(db: Session, person: Person, code: str) -> Campaign | None:
    """The person's own campaign with this code."""
    mine = select(Campaign).where(Campaign.code == code, Campaign.person_id == person.id)
    return db.scalar(mine)


def campaign_named(db: Session, person: Person, name: str) -> Campaign | None:
    """The person's own campaign of this name."""
    mine = select(Campaign).where(Campaign.name == name, Campaign.person_id == person.id)
    return db.scalar(mine)
