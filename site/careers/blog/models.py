"""An article: from an employee's draft to what everybody reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.base.topics import Topic

article_topic = Table(
    "article_topic",
    Base.metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_article_topic_topic_id", "topic_id", "article_id"),
)


class Article(Base):
    """A blog post written here; `state` says who has it in hand."""

    __tablename__ = "article"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'scheduled', 'published', 'withdrawn')",
            name="state_known",
        ),
        CheckConstraint(
            "(state = 'scheduled') = (publish_at IS NOT NULL)", name="scheduled_has_a_day"
        ),
        CheckConstraint(
            "state <> 'published' OR (slug IS NOT NULL AND published_at IS NOT NULL)",
            name="published_has_address_and_date",
        ),
        CheckConstraint("language IN ('en', 'fr')", name="language_known"),
        CheckConstraint("NOT is_removed OR state = 'withdrawn'", name="removed_is_withdrawn"),
        Index("ix_article_state_published_at", "state", "published_at"),
        Index("ix_article_author_id", "author_id", "state", "published_at"),
        Index("ix_article_translation_id", "translation_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    slug: Mapped[str | None] = mapped_column(String(100), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2), default="en")
    # As its author writes them: they join the shared vocabulary on the day it is published.
    topic_names: Mapped[list[str]] = mapped_column(default=list)
    canonical_url: Mapped[str] = mapped_column(String(500), default="")  # where it was first
    translation_id: Mapped[int | None] = mapped_column(
        ForeignKey("article.id", ondelete="SET NULL")
    )
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)  # counts saves: tabs can't overwrite each other
    # The tab that kept it last, and its how manieth time that was: what a tab sends again, because
    # no answer came, is no conflict, and what arrives late doesn't replace what it sent after.
    tab: Mapped[str] = mapped_column(String(16), default="")
    turn: Mapped[int] = mapped_column(default=0)
    editor_comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    # Withdrawn because its author wanted it so: nobody else puts it back.
    is_removed: Mapped[bool] = mapped_column(default=False)
    # Its author has left and wanted it to stay without their name.
    is_anonymous: Mapped[bool] = mapped_column(default=False)

    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    coauthors: Mapped[list[CoAuthor]] = relationship(
        lazy="selectin", order_by="(CoAuthor.invited_at, CoAuthor.person_id)", passive_deletes=True
    )
    topics: Mapped[list[Topic]] = relationship(secondary=article_topic, order_by=Topic.slug)

    @property
    def authors(self) -> list[Person]:
        """Whom the public reads as its authors."""
        first = [] if self.is_anonymous else [self.author]
        return first + [
            one.person for one in self.coauthors if one.accepted_at and not one.is_anonymous
        ]

    @property
    def writers(self) -> list[Person]:
        """Who may change it: its first author, and those who agreed to be others."""
        return [self.author, *(one.person for one in self.coauthors if one.accepted_at)]

    @property
    def byline(self) -> str:
        """The names of its authors as the public reads them; "" for none."""
        return ", ".join(person.name for person in self.authors)


class CoAuthor(Base):
    """Somebody who was asked to be another author of an article, and is one once they agree."""

    __tablename__ = "article_coauthor"
    __table_args__ = (Index("ix_article_coauthor_person_id", "person_id"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    accepted_at: Mapped[datetime | None]
    # They have left, and their name with them.
    is_anonymous: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ArticleAddress(Base):
    """An address that an article has or had: it is that article's for ever. The first is what feed
    readers know it by."""

    __tablename__ = "article_address"
    __table_args__ = (Index("ix_article_address_article_id", "article_id"),)

    id: Mapped[int] = primary_key()
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="RESTRICT"))
    since: Mapped[datetime] = mapped_column(default=clock.now)


class Revision(Base):
    """What an article said in one of its versions before the present one."""

    __tablename__ = "article_revision"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = primary_key()
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    remembered_at: Mapped[datetime]
    handed_in: Mapped[bool] = mapped_column(default=False)  # to the editors, as it then was


class Comment(Base):
    """What an editor says about a passage of an article; its author hears of it when they are given
    the article back."""

    __tablename__ = "article_comment"
    __table_args__ = (
        CheckConstraint("words <> '' AND passage <> ''", name="says_what_of_what"),
        CheckConstraint("done_at IS NULL OR sent_at IS NOT NULL", name="done_by_who_was_told"),
        Index("ix_article_comment_article_id", "article_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    editor_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    # As it is read, without Markdown, and what stood around it: see `passages`.
    passage: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]  # until then it is the editors' alone
    done_at: Mapped[datetime | None]  # as its author says

    editor: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    answers: Mapped[list[Answer]] = relationship(lazy="selectin", order_by="Answer.id")


class Answer(Base):
    """What an author or an editor answers to a comment."""

    __tablename__ = "article_answer"
    __table_args__ = (
        CheckConstraint("words <> ''", name="says_something"),
        Index("ix_article_answer_comment_id", "comment_id"),
    )

    id: Mapped[int] = primary_key()
    comment_id: Mapped[int] = mapped_column(ForeignKey("article_comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Picture(Base):
    """A picture that was handed in for an article; `keys` name its files, as "960.avif"."""

    __tablename__ = "article_picture"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="said_in_words"),
        Index("ix_article_picture_article_id", "article_id"),
        Index(
            "uq_article_picture_cover",
            "article_id",
            unique=True,
            sqlite_where=text("is_cover"),
            postgresql_where=text("is_cover"),
        ),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    alt: Mapped[str] = mapped_column(String(300))
    width: Mapped[int]
    height: Mapped[int]
    keys: Mapped[dict[str, Any]]
    is_cover: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    article: Mapped[Article] = relationship(lazy="joined", innerjoin=True)
