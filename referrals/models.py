"""Share links, clicks and their daily counts, touches, credits and receipts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job

CHANNELS = (
    "linkedin", "x", "facebook", "whatsapp", "email", "sms", "bluesky", "mastodon", "instagram",
    "teams", "slack", "qr", "other",
)  # fmt: skip
CLASSES = ("human", "preview", "prefetch", "bot")


class ShareLink(Base):
    """An employee's own link to one job on one channel; it leads to that job and nowhere else."""

    __tablename__ = "share_link"
    __table_args__ = (
        UniqueConstraint("person_id", "job_id", "channel"),
        Index("ix_share_link_job_id", "job_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="RESTRICT"))
    channel: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    job: Mapped[Job] = relationship(lazy="joined", innerjoin=True)


class Click(Base):
    """One request to a share link, as the journal held it. Rows are only added."""

    __tablename__ = "click"
    __table_args__ = (
        CheckConstraint("class IN ('human', 'preview', 'prefetch', 'bot')", name="class_known"),
        Index("ix_click_link_id_at", "link_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # given when it was journalled
    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    at: Mapped[datetime]
    class_: Mapped[str] = mapped_column("class", String(8))
    name: Mapped[str] = mapped_column(String(40), default="")  # of the bot or of the previewer
    navigates: Mapped[bool]  # a top-level navigation: only such a click can become a touch
    visitor: Mapped[int] = mapped_column(BigInteger)  # daily-salted hash; never an address
    lists: Mapped[str] = mapped_column(String(40))  # version of the lists that classed it


class ClickCount(Base):
    """How many clicks of one class a link had on one day (UTC); always equal to the rows."""

    __tablename__ = "click_count"

    link_id: Mapped[int] = mapped_column(
        ForeignKey("share_link.id", ondelete="RESTRICT"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    class_: Mapped[str] = mapped_column("class", String(8), primary_key=True)
    clicks: Mapped[int]


class JournalOffset(Base):
    """Up to which byte a journal has been stored; written with the clicks it held."""

    __tablename__ = "journal_offset"

    journal: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)


class Touch(Base):
    """What preceded an application and may earn credit for it."""

    __tablename__ = "touch"
    __table_args__ = (UniqueConstraint("application_id", "link_id", "click_id"),)

    id: Mapped[int] = primary_key()
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    # As the address carried it; not a foreign key: the click may still be in a journal.
    click_id: Mapped[str | None] = mapped_column(String(16))
    carried_at: Mapped[datetime] = mapped_column(default=clock.now)

    link: Mapped[ShareLink] = relationship(lazy="joined", innerjoin=True)


class Receipt(Base):
    """The explanation of an application's credit, or of its refusal. One for each application."""

    __tablename__ = "receipt"

    id: Mapped[int] = primary_key()
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="RESTRICT"), unique=True
    )
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    rule: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]]
    touches: Mapped[list[Any]]  # each with what it was, whether it was used, and if not why
    outcome: Mapped[str] = mapped_column(String(20))  # `credited`, else why nobody was
    sha256: Mapped[str] = mapped_column(String(64))  # over its canonical JSON

    application: Mapped[Application] = relationship()
    credits: Mapped[list[Credit]] = relationship(lazy="selectin", order_by="Credit.id")


class Credit(Base):
    """An employee's share, an exact fraction, in one application."""

    __tablename__ = "credit"
    __table_args__ = (
        UniqueConstraint("receipt_id", "person_id", "kind"),
        CheckConstraint("kind IN ('referral', 'inspiration')", name="kind_known"),
        CheckConstraint("part > 0 AND part <= whole", name="share_is_a_fraction"),
        Index("ix_credit_person_id", "person_id"),
    )

    id: Mapped[int] = primary_key()
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(12))
    part: Mapped[int]
    whole: Mapped[int]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    link: Mapped[ShareLink] = relationship(lazy="joined", innerjoin=True)
