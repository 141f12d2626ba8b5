"""What each employee wants to hear by mail, and up to where they were told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from careers.base.database import Base

KINDS = ("moves", "weekly")


class NewsChoice(Base):
    """Of one employee: which mail they want, and what they were told. Both are wanted at first."""

    __tablename__ = "news_choice"
    __table_args__ = (Index("ix_news_choice_told_week", "told_week"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    moves: Mapped[bool] = mapped_column(default=True)
    weekly: Mapped[bool] = mapped_column(default=True)
    waiting_since: Mapped[datetime | None]  # something moved then that they weren't told yet
    told_week: Mapped[date | None]  # the Monday on which they last heard of a week
