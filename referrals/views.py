"""Views that recruiters save: a name for the filters of a page of figures, kept as an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person

PAGES = ("referrals", "funnel")
LONGEST = 80
COMES_BACK = timedelta(days=1)  # so long a deleted one can be brought back


class SavedView(Base):
    """A name for what a page of figures is narrowed to; its maker's own, or shared."""

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("page IN ('referrals', 'funnel')", name="page_known"),
        CheckConstraint("name <> ''", name="named"),
        Index("ix_saved_view_person_id", "person_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    page: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[dict[str, Any]]  # of its address
    is_shared: Mapped[bool] = mapped_column(default=False)  # with all who may see the page
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    deleted_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Unnamed(ValueError):
    """A view needs a name."""


def plain_name(name: str) -> str:
    """`name` in one line, without spaces around. Raises Unnamed when nothing is left."""
    plain = " ".join(name.split())[:LONGEST]
    if not plain:
        raise Unnamed
    return plain


def save(
    db: Session, person: Person, page: str, name: str, query: Mapping[str, str], *, is_shared: bool
) -> SavedView:
    """Save a view of one of PAGES, in the caller's transaction. Raises Unnamed."""
    made = SavedView(
        person=person, page=page, name=plain_name(name), query=dict(query), is_shared=is_shared
    )
    db.add(made)
    return made


def views(db: Session, person: Person, page: str = "", count: int = 100) -> list[SavedView]:
    """The views that `person` made or that others share, by name; of one of PAGES where given."""
    found = select(SavedView).where(
        SavedView.deleted_at.is_(None),
        or_(SavedView.person_id == person.id, SavedView.is_shared),
    )
    if page:
        found = found.where(SavedView.page == page)
    return list(db.scalars(found.order_by(SavedView.name, SavedView.id).limit(count)))


def deleted_views(db: Session, person: Person) -> list[SavedView]:
    """What `person` deleted and can bring back, the last one first."""
    return list(
        db.scalars(
            select(SavedView)
            .where(
                SavedView.person_id == person.id, SavedView.deleted_at > clock.now() - COMES_BACK
            )
            .order_by(SavedView.deleted_at.desc())
        )
    )


def own_view(db: Session, person: Person, code: str) -> SavedView | None:
    """The view with this code, if `person` made it and it isn't gone for good."""
    found = db.scalar(select(SavedView).where(SavedView.code == code))
    if found is None or found.person_id != person.id:
        return None
    is_gone = found.deleted_at is not None and found.deleted_at <= clock.now() - COMES_BACK
    return None if is_gone else found


def forget_views(db: Session) -> None:
    """Drop what was deleted more than a day ago."""
    db.execute(delete(SavedView).where(SavedView.deleted_at <= clock.now() - COMES_BACK))
