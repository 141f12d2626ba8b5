"""A feed that an employee publishes elsewhere, and its entries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person


class Feed(Base):
    """An address that is read again and again on behalf of one person."""

    __tablename__ = "feed"
    __table_args__ = (
        UniqueConstraint("person_id", "url"),
        CheckConstraint("shows IN ('everything', 'one by one')", name="shows_known"),
        CheckConstraint("state IN ('read', 'stopped')", name="state_known"),
        Index("ix_feed_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(100), default="")  # "Mastodon", or the host's name
    language: Mapped[str] = mapped_column(String(16), default="")  # as the feed says, else ""
    shows: Mapped[str] = mapped_column(String(12), default="everything")
    state: Mapped[str] = mapped_column(String(10), default="read")
    is_shown: Mapped[bool] = mapped_column(default=True)  # with a consent of its own
    etag: Mapped[str | None] = mapped_column(String(500))
    last_modified: Mapped[str | None] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    leased_until: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]  # the last time it answered as it should
    moved_to: Mapped[str | None] = mapped_column(String(2000))  # where it says it lives now,
    moved_times: Mapped[int] = mapped_column(default=0)  # and how often in a row it said so
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(300))

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    entries: Mapped[list[Entry]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Entry(Base):
    """One item of a feed: an excerpt and a link to the original, never a full copy."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        CheckConstraint("state IN ('visible', 'hidden', 'withdrawn')", name="state_known"),
        Index("ix_entry_state_published_at", "state", "published_at"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))  # SHA-256 of what identifies it in its feed
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(300))
    has_title: Mapped[bool]  # False: `title` holds its first words, as for most social networks
    excerpt: Mapped[str] = mapped_column(Text)  # plain text
    published_at: Mapped[datetime]
    fetched_at: Mapped[datetime] = mapped_column(default=clock.now)
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))

    feed: Mapped[Feed] = relationship(back_populates="entries", lazy="joined", innerjoin=True)
