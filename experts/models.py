"""An expert, their topics, networks, talks and portrait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from careers.base import clock, codes
from careers.base.consents import Consent
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.base.topics import Topic

expert_topic = Table(
    "expert_topic",
    Base.metadata,
    Column("expert_id", ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_expert_topic_topic_id", "topic_id", "expert_id"),
)


class Expert(Base):
    """A person's public page: `hidden` until they opt in and again after they opt out."""

    __tablename__ = "expert"
    __table_args__ = (
        CheckConstraint("state IN ('hidden', 'shown')", name="state_known"),
        CheckConstraint("state = 'hidden' OR headline <> ''", name="shown_has_a_headline"),
        CheckConstraint("state = 'hidden' OR slug IS NOT NULL", name="shown_has_an_address"),
        # What a list asks of all who are shown stands in it: their rows are long.
        Index("ix_expert_state", "state", "person_id", "languages"),
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
        secondary=expert_topic, lazy="selectin", order_by=Topic.slug
    )
    networks: Mapped[list[Network]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Network.id"
    )
    agreed: Mapped[list[Consent]] = relationship(
        primaryjoin=lambda: and_(
            Expert.person_id == foreign(Consent.person_id), Consent.withdrawn_at.is_(None)
        ),
        viewonly=True,
        lazy="selectin",
    )
    talks: Mapped[list[Talk]] = relationship(
        cascade="all, delete-orphan", lazy="select", order_by="Talk.id"
    )

    def agrees_to(self, item: str) -> bool:
        """Whether everybody may see `item` while the page is shown."""
        return any(consent.item == item for consent in self.agreed)


class Charter(Base):
    """What the company asks of those who show themselves, and promises them: one text that was in
    force, until the one with the next number was.
    """

    __tablename__ = "charter"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    in_english: Mapped[str] = mapped_column(Text)
    in_french: Mapped[str] = mapped_column(Text)
    english_html: Mapped[str] = mapped_column(Text)
    french_html: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(default=clock.now)

    def html(self, language: str) -> str:
        """The text in `language`; in the other one if it has none."""
        texts = (self.french_html, self.english_html)
        return next(filter(None, texts if language == "fr" else reversed(texts)), "")


class Network(Base):
    """A link to a page of the expert's own on another network."""

    __tablename__ = "network"
    __table_args__ = (
        Index("ix_network_expert_id", "expert_id"),
        Index("ix_network_check_at", "check_at"),
    )

    id: Mapped[int] = primary_key()
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(String(500))
    verified_at: Mapped[datetime | None]  # the last time it linked back
    checked_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None]  # when it is asked again; None: at once
    check_error: Mapped[str] = mapped_column(String(300), default="")  # an English message id
    failures: Mapped[int] = mapped_column(default=0)  # in a row without an answer


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


class Asked(Base):
    """A question of a visitor: `waiting` for an editor, `passed` on to the expert, and settled."""

    __tablename__ = "asked"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'passed', 'answered', 'declined', 'refused')", name="state_known"
        ),
        CheckConstraint(
            "email IS NULL OR state IN ('waiting', 'passed')", name="address_only_while_it_waits"
        ),
        Index("ix_asked_expert_id_state", "expert_id", "state"),
        Index("ix_asked_state", "state"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(String(600))
    name: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str | None] = mapped_column(String(254))  # to tell them once; shown to nobody
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=False)

    expert: Mapped[Expert] = relationship(lazy="joined", innerjoin=True)


class Portrait(Base):
    """A photograph of somebody, cut to a square: `keys` names a file for each size and kind."""

    __tablename__ = "portrait"

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    code: Mapped[str] = mapped_column(String(16))  # another one whenever it looks different
    whole_key: Mapped[str] = mapped_column(String(40))
    keys: Mapped[dict[str, Any]]
    width: Mapped[int]
    height: Mapped[int]
    focus_x: Mapped[int]  # percent
    focus_y: Mapped[int]
    closer: Mapped[int]  # percent: 200 shows half of the shorter side
    kept_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
