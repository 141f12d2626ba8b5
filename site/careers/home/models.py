"""How often people and their posts were seen, what editors feature, whether the page changed."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from careers.base import clock
from careers.base.database import Base, primary_key


class Exposure(Base):
    """How many times somebody was on the homepage that a visitor saw on one day."""

    __tablename__ = "exposure"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[datetime.date] = mapped_column(Date, primary_key=True)
    times: Mapped[int]


class PostDay(Base):
    """How often a post was opened from here on one day: by how many people, how often by the same
    ones again, and by what is no person."""

    __tablename__ = "post_day"
    __table_args__ = (Index("ix_post_day_person_id_day", "person_id", "day"),)

    post: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[datetime.date] = mapped_column(Date, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    people: Mapped[int] = mapped_column(default=0)
    again: Mapped[int] = mapped_column(default=0)
    preview: Mapped[int] = mapped_column(default=0)
    prefetch: Mapped[int] = mapped_column(default=0)
    bot: Mapped[int] = mapped_column(default=0)


class PostVisitor(Base):
    """That a visitor (a hash of that day) opened a post, so that they are counted once."""

    __tablename__ = "post_visitor"

    day: Mapped[datetime.date] = mapped_column(Date, primary_key=True)
    post: Mapped[str] = mapped_column(String(16), primary_key=True)
    visitor: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Featured(Base):
    """A post that an editor has put on the homepage beside what is drawn."""

    __tablename__ = "featured"

    post: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[datetime.datetime] = mapped_column(default=clock.now)


class Draw(Base):
    """A draw that the homepage has shown, so that it can be repeated (see `past_draws`)."""

    __tablename__ = "draw"

    id: Mapped[int] = primary_key()
    key: Mapped[str] = mapped_column(String(32), unique=True)
    slot: Mapped[int] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(2))
    seed: Mapped[str] = mapped_column(String(16))
    places: Mapped[int]
    at: Mapped[datetime.datetime] = mapped_column(index=True)
    pool: Mapped[str] = mapped_column(String(32), index=True)


class DrawPerson(Base):
    """Somebody who is shown, and was among those who could be drawn."""

    __tablename__ = "draw_person"

    pool: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class DrawPlace(Base):
    """A place of a draw: whose it was, and which of their posts."""

    __tablename__ = "draw_place"

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shown: Mapped[str] = mapped_column(String(16))
    posts: Mapped[list[Any]]


PARTS = 16  # as many may change something at the same time without waiting for each other


class HomeVersion(Base):
    """A part of the number that grows with every change of what the homepage shows: their sum."""

    __tablename__ = "home_version"
    __table_args__ = (CheckConstraint(f"id BETWEEN 1 AND {PARTS}", name="few"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
