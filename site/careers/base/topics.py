"""The vocabulary that people and what they write share: what somebody knows, what a text is about.

A topic that was merged into another stays as a word that leads there, so that nobody who types it
makes it anew and no address is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blinker import Signal
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from careers.base import audit, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person

MOST_TOPICS, TOPIC_LONGEST = 12, 60

topic_merged = Signal()
"""Sent as `topic_merged.send(topic, into=topic, db=session)` in the transaction in which a topic
becomes another; whoever refers to topics then refers to the other, once."""


class Topic(Base):
    """A word of the shared vocabulary."""

    __tablename__ = "topic"
    __table_args__ = (
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index("ix_topic_merged_into_id", "merged_into_id"),
    )

    id: Mapped[int] = primary_key()
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))

    merged_into: Mapped[Topic | None] = relationship(remote_side=[id], lazy="select")


def topic_by_slug(db: Session, slug: str) -> Topic | None:
    """The topic with this slug, or the one that it was merged into."""
    found = db.scalar(select(Topic).where(Topic.slug == slug))
    return found and (found.merged_into or found)


def words(db: Session) -> Sequence[Topic]:
    """The whole vocabulary, words that lead to another one too, by name."""
    return db.scalars(
        select(Topic).options(selectinload(Topic.merged_into)).order_by(Topic.slug)
    ).all()


def topics_named(db: Session, names: Iterable[str]) -> list[Topic]:
    """The topics with these names, made where missing; names with the same slug are one topic.

    Raises ValueError when a name is too long.
    """
    wanted: dict[str, str] = {}
    for name in names:
        plain = " ".join(name.split())
        if len(plain) > TOPIC_LONGEST:
            raise ValueError("the name of a topic is too long")
        if slug := codes.slug(plain, longest=60):
            wanted.setdefault(slug, plain)
    wanted = dict(list(wanted.items())[:MOST_TOPICS])
    found = {topic.slug for topic in _topics(db, wanted)}
    for slug, name in wanted.items():
        if slug not in found:
            try:
                with db.begin_nested():
                    db.add(Topic(slug=slug, name=name))
            except IntegrityError:  # somebody named it in this moment
                continue
    meant = {topic.merged_into or topic for topic in _topics(db, wanted)}
    return sorted(meant, key=lambda topic: topic.name)


def _topics(db: Session, slugs: Iterable[str]) -> Sequence[Topic]:
    return db.scalars(select(Topic).where(Topic.slug.in_(list(slugs)))).all()


def merge_topics(db: Session, editor: Person, topic: Topic, into: Topic) -> None:
    """Make `topic`, and what was merged into it before, another word for `into`.

    Raises ValueError when they are one, or one of them is merged already.
    """
    if topic is into or topic.merged_into_id or into.merged_into_id:
        raise ValueError("only two topics can be merged")
    topic.merged_into = into
    db.execute(update(Topic).where(Topic.merged_into_id == topic.id).values(merged_into_id=into.id))
    db.flush()
    audit.record(db, editor, "topic:merge", topic.slug, into=into.slug)
    topic_merged.send(topic, into=into, db=db)
    db.expire_all()  # whatever was read of topics before may be of the one that is gone
