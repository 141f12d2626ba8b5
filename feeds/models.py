"""A feed that an employee publishes elsewhere, and its entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person


def host_of(url: str) -> str:
    """The host that `url` is asked of."""
    return (urlsplit(url).hostname or "")[:255]


def _host_of(context: Any) -> str:
    return host_of(context.get_current_parameters()["url"])


class Feed(Base):
    """An address that is read again and again on behalf of one person."""

    __tablename__ = "feed"
    __table_args__ = (
        UniqueConstraint("person_id", "url"),
        CheckConstraint("shows IN ('everything', 'with words', 'one by one')", name="shows_known"),
        CheckConstraint("state IN ('read', 'paused', 'stopped')", name="state_known"),
        CheckConstraint(
            "proof IN ('', 'network', 'link', 'editor', 'refused')", name="proof_known"
        ),
        Index("ix_feed_state_due_at", "state", "due_at"),
        Index("ix_feed_host", "host"),
        Index("ix_feed_leased_until", "leased_until"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2000))
    host: Mapped[str] = mapped_column(String(255), default=_host_of)
    home: Mapped[str] = mapped_column(String(2000), default="")  # the page it says it is of
    title: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(100), default="")  # "Mastodon", or the host's name
    language: Mapped[str] = mapped_column(String(16), default="")  # as the feed says, else ""
    chosen_language: Mapped[str | None] = mapped_column(String(2))  # holds before it, where chosen
    shows: Mapped[str] = mapped_column(String(12), default="everything")
    words: Mapped[list[str]] = mapped_column(default=list)  # tags or words, for "with words"
    # Whether it is its person's own: how that is known, and why an editor said that it isn't.
    is_theirs: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[str] = mapped_column(String(10), default="")
    refused_why: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default="read")
    is_shown: Mapped[bool] = mapped_column(default=True)  # with a consent of its own
    keeps_texts: Mapped[bool] = mapped_column(default=False)  # with a consent of its own
    etag: Mapped[str | None] = mapped_column(String(500))
    last_modified: Mapped[str | None] = mapped_column(String(100))
    body_hash: Mapped[str | None] = mapped_column(String(64))  # of what was last read of it
    minutes: Mapped[int] = mapped_column(default=60)  # between two readings
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
    """One item of a feed: an excerpt and a link to the original. Its whole text is kept beside it
    where its owner says that it is theirs to republish."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        CheckConstraint("state IN ('visible', 'hidden', 'withdrawn')", name="state_known"),
        Index("ix_entry_feed_id", "feed_id", "state", "published_at"),
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
    tags: Mapped[list[str]] = mapped_column(default=list)
    minutes: Mapped[int] = mapped_column(default=0)  # to read its whole text; 0 without one
    # What is attached, where it lies elsewhere: a picture, and something to hear or to watch.
    picture_url: Mapped[str] = mapped_column(String(2000), default="")
    picture_alt: Mapped[str] = mapped_column(String(500), default="")
    media_url: Mapped[str] = mapped_column(String(2000), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    media_seconds: Mapped[int] = mapped_column(default=0)  # as it says; 0 where it doesn't
    media_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    withdrawn_why: Mapped[str] = mapped_column(String(300), default="")  # told to its owner

    feed: Mapped[Feed] = relationship(back_populates="entries", lazy="joined", innerjoin=True)


class EntryText(Base):
    """The whole text of an entry, as safe HTML."""

    __tablename__ = "entry_text"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True
    )
    html: Mapped[str] = mapped_column(Text)
    html_hash: Mapped[str] = mapped_column(String(64))  # SHA-256


class EntryPicture(Base):
    """The picture of an entry that everybody may see: to be fetched, or made anew and kept by us.

    Without an entry (whatever deleted it) only its files are left to be deleted.
    """

    __tablename__ = "entry_picture"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        CheckConstraint("state IN ('due', 'kept', 'left out')", name="state_known"),
        Index("ix_entry_picture_state_due_at", "state", "due_at"),
        Index("ix_entry_picture_code", "code"),
        Index("ix_entry_picture_leased_until", "leased_until"),
    )

    id: Mapped[int] = primary_key()
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(String(2000))
    host: Mapped[str] = mapped_column(String(255), default=_host_of)
    state: Mapped[str] = mapped_column(String(8), default="due")
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    leased_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    code: Mapped[str] = mapped_column(String(32), default="")  # SHA-256 of what is served
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    keys: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of files: {"960.avif": …}
