"""Doubts with their history, and the traces by which applications are compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.hiring.models import Application

OPEN, DISMISSED, CORRECTED, GONE = "open", "dismissed", "corrected", "gone"


class Trace(Base):
    """A keyed hash of a phone number or CV of an application; deleted with the candidate's data."""

    __tablename__ = "application_trace"
    __table_args__ = (
        CheckConstraint("what IN ('phone', 'cv')", name="what_is_known"),
        Index("ix_application_trace_what_digest", "what", "digest"),
        {"sqlite_with_rowid": False},
    )

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[str] = mapped_column(String(5), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class Doubt(Base):
    """Something doubtful about who brought a candidate. It waits for a person, and changes nothing
    by itself."""

    __tablename__ = "doubt"
    __table_args__ = (
        UniqueConstraint("application_id", "kind"),
        CheckConstraint("state IN ('open', 'dismissed', 'corrected', 'gone')", name="state_known"),
        Index("ix_doubt_state_since", "state", "since"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]]  # names people, links and applications by code; no candidate
    grounds: Mapped[list[str]]  # what it rests on; of a judged one, what was judged
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    since: Mapped[datetime] = mapped_column(default=clock.now)  # in this state
    version: Mapped[int] = mapped_column(default=1)  # grows with its state and its grounds

    application: Mapped[Application] = relationship(lazy="joined", innerjoin=True)
    changes: Mapped[list[DoubtChange]] = relationship(
        order_by="DoubtChange.id", cascade="all, delete-orphan", passive_deletes=True
    )


class DoubtChange(Base):
    """A doubt came to be or went from one state to another. Rows are only added."""

    __tablename__ = "doubt_change"
    __table_args__ = (Index("ix_doubt_change_doubt_id", "doubt_id"),)

    id: Mapped[int] = primary_key()
    doubt_id: Mapped[int] = mapped_column(ForeignKey("doubt.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    before: Mapped[str] = mapped_column(String(10), default="")  # "" at the beginning
    after: Mapped[str] = mapped_column(String(10))
    # Empty: facts did it.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    why: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person | None] = relationship(lazy="joined")
