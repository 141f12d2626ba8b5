"""Who follows searches by mail, and which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.mailboxes import AsksMailbox
from careers.jobs.queries import Wanted


class _Search:
    """What is looked for: columns of whatever is about a search."""

    words: Mapped[str] = mapped_column(String(200))
    chosen: Mapped[dict[str, Any]]  # of each facet that is chosen from, the values

    @property
    def wanted(self) -> Wanted:
        """The search, as the page of jobs has it."""
        return Wanted(self.words, {facet: tuple(some) for facet, some in self.chosen.items()})


class Follower(Base):
    """Somebody who is told of new jobs: a mailbox that agreed to it."""

    __tablename__ = "follower"
    __table_args__ = (
        Index("ix_follower_told_on", "told_on"),
        Index("ix_follower_mail_id", "mail_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)  # when they last said they want it
    asked_at: Mapped[datetime | None]  # when they were asked whether they still do
    # The company's day on which what is new was last looked up for them: one mail a day at most.
    told_on: Mapped[date | None]
    told_until: Mapped[datetime]  # of jobs that were listed by then they were told
    # The mail that waits to be sent, which tells them of what was listed until `mail_until`.
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"))
    mail_until: Mapped[datetime | None]

    alerts: Mapped[list[Alert]] = relationship(
        back_populates="follower", order_by="Alert.id", passive_deletes=True
    )

    @property
    def was_told_until(self) -> datetime:
        """Up to when they were told: a mail that was sent is no more, and one that waits is none.

        What waited too long to be sent is thus told again by the next mail, instead of it.
        """
        if self.mail_until is not None and self.mail_id is None:
            return self.mail_until
        return self.told_until


class Alert(_Search, Base):
    """A search that somebody follows."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("follower_id", "fingerprint"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(64))  # the same for the same search
    since: Mapped[datetime] = mapped_column(default=clock.now)  # what was listed before isn't new
    is_paused: Mapped[bool] = mapped_column(default=False)

    follower: Mapped[Follower] = relationship(back_populates="alerts")


class AlertRequest(_Search, AsksMailbox, Base):
    """Somebody wants to follow a search; they do once their mailbox answers."""

    __tablename__ = "alert_request"
