"""An expert, their topics and networks, and what they consented to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.base.topics import Topic

expert_topic = Table(
    "expert_topic",
    Base.metadata,
    Column("expert_id", ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_expert_topic_topic_id", "topic_id"),
)


class Expert(Base):
    """A person's public page: `hidden` until they opt in and again after they opt out."""

    __tablename__ = "expert"
    __table_args__ = (
        CheckConstraint("state IN ('hidden', 'shown')", name="state_known"),
        CheckConstraint("state = 'hidden' OR headline <> ''", name="shown_has_a_headline"),
        CheckConstraint("state = 'hidden' OR slug IS NOT NULL", name="shown_has_an_address"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    # Given on the first day they show themselves, so that nobody else has an address at all; kept
    # after opting out, so that it answers 410 and nobody else is ever given it.
    slug: Mapped[str | None] = mapped_column(String(90), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="hidden")
    headline: Mapped[str] = mapped_column(String(200), default="")
    biography: Mapped[str] = mapped_column(Text, default="")
    biography_html: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    ask_me_about: Mapped[str] = mapped_column(String(200), default="")
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    here_since: Mapped[int | None]  # a year
    version: Mapped[int] = mapped_column(default=0)  # grows with each change of the profile
    shown_since: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    topics: Mapped[list[Topic]] = relationship(
        secondary=expert_topic, lazy="selectin", order_by=Topic.name
    )
    networks: Mapped[list[Network]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Network.id"
    )
    talks: Mapped[list[Talk]] = relationship(
        cascade="all, delete-orphan", lazy="select", order_by="Talk.id"
    )


class Network(Base):
    """A link to a page of the expert's own on another network."""

    __tablename__ = "network"
    __table_args__ = (Index("ix_network_expert_id", "expert_id"),)

    id: Mapped[int] = primary_key()
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(String(500))


class Talk(Base):
    """Something that the expert said at an event, or published elsewhere."""

    __tablename__ = "talk"
    __table_args__ = (
        CheckConstraint("kind IN ('talk', 'publication')", name="kind_known"),
        Index("ix_talk_expert_id", "expert_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12), default="talk")
    title: Mapped[str] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(160), default="")  # or who published it
    held_at: Mapped[datetime]  # noon of the day in UTC: nearly the same day everywhere
    url: Mapped[str] = mapped_column(String(500), default="")
    slides_url: Mapped[str] = mapped_column(String(500), default="")
    video_url: Mapped[str] = mapped_column(String(500), default="")


class Consent(Base):
    """A person's yes to one item (`page`, …) being public, and when they took it back."""

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
