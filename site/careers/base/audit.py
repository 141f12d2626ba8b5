"""The log of acts: who did what to what, and when. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from careers.base import clock
from careers.base.database import Base, primary_key
from careers.base.people import Person


class Act(Base):
    """One act. `what` reads `resource:verb`, `subject` is a public code or slug, never a secret."""

    __tablename__ = "act"
    __table_args__ = (Index("ix_act_at", "at"), Index("ix_act_subject", "subject"))

    id: Mapped[int] = primary_key()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    what: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person: Mapped[Person | None] = relationship(lazy="joined")


def record(
    db: Session, person: Person | None, what: str, subject: str = "", **details: Any
) -> None:
    """Add an act in the caller's transaction; `person` is None for the command line."""
    db.add(
        Act(person_id=person.id if person else None, what=what, subject=subject, details=details)
    )


# What people decide about themselves is kept as their proof, and listed to nobody: who takes part
# and who doesn't could be read from it.
OWN = ("page:", "consent:", "portrait:", "feed:", "entry:show", "entry:hide")


def recent_acts(db: Session, count: int, skip: int = 0) -> list[Act]:
    """The last acts, newest first, without those that people did about themselves."""
    acts = select(Act).where(*_listed()).order_by(Act.id.desc())
    return list(db.scalars(acts.limit(count).offset(skip)))


def count_acts(db: Session) -> int:
    """How many acts are listed."""
    return db.scalar(select(func.count()).select_from(Act).where(*_listed())) or 0


def _listed() -> list[ColumnElement[bool]]:
    return [Act.what.not_like(f"{own}%") for own in OWN]
