"""What a person agreed to show, since when, and when they took it back. Rows are never deleted.

An item is `page`, `portrait`, `networks`, `talks`, `questions`, `feed:` with a feed's code (what
came from it), `texts:` with it (whole texts), or a version of the charter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from careers.base import audit, clock
from careers.base.database import Base, inserting, primary_key, rows_changed
from careers.base.people import Person


class Consent(Base):
    """A person's yes to one item being public, and when they took it back."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_standing",
            "person_id",
            "item",
            unique=True,
            sqlite_where=Column("withdrawn_at").is_(None),
            postgresql_where=Column("withdrawn_at").is_(None),
        ),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]


def consents_of(db: Session, person: Person) -> Sequence[Consent]:
    """What `person` agreed to and took back, oldest first."""
    return db.scalars(
        select(Consent).where(Consent.person_id == person.id).order_by(Consent.id)
    ).all()


def standing(db: Session, person: Person) -> frozenset[str]:
    """The items that `person` agrees to now."""
    stands = Consent.person_id == person.id, Consent.withdrawn_at.is_(None)
    return frozenset(db.scalars(select(Consent.item).where(*stands)))


def agree(db: Session, person: Person, item: str) -> bool:
    """Record that `person` wants `item` to be seen; False when they have said so before."""
    db.flush()
    given = db.scalar(
        inserting(db, Consent)
        .values(person_id=person.id, item=item, given_at=clock.now())
        .on_conflict_do_nothing()
        .returning(Consent.id)
    )
    if given is None:
        return False
    audit.record(db, person, "consent:give", person.code, item=item)
    return True


def withdraw(db: Session, person: Person, item: str) -> bool:
    """Record that `person` takes their yes to `item` back; False when there is none."""
    db.flush()
    stands = Consent.person_id == person.id, Consent.item == item, Consent.withdrawn_at.is_(None)
    taken = db.execute(update(Consent).where(*stands).values(withdrawn_at=clock.now()))
    if not rows_changed(taken):
        return False
    audit.record(db, person, "consent:withdraw", person.code, item=item)
    return True
