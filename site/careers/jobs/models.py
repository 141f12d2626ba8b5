"""A job, and the report of each import."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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

CONTRACTS = ("permanent", "fixed-term", "internship", "apprenticeship", "temporary", "freelance")
WORKPLACES = ("on-site", "hybrid", "remote")
PERIODS = ("hour", "day", "week", "month", "year")


class Job(Base):
    """An open or closed position; it is known again by (source, board, source_id)."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("source", "board", "source_id"),
        CheckConstraint(
            "salary_low IS NULL OR (salary_low >= 0 AND salary_high >= salary_low "
            "AND salary_currency IS NOT NULL AND salary_period IS NOT NULL)",
            name="salary_whole",
        ),
        Index("ix_job_closed_at_opened_at", "closed_at", "opened_at"),
        Index("ix_job_team", "team"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    source: Mapped[str] = mapped_column(String(20))  # greenhouse, lever, …
    board: Mapped[str] = mapped_column(String(100))
    source_id: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    description_html: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(String(120), default="")
    locations: Mapped[list[str]] = mapped_column(default=list)
    country: Mapped[str | None] = mapped_column(String(2))
    workplace: Mapped[str | None] = mapped_column(String(10))
    contract: Mapped[str | None] = mapped_column(String(20))
    salary_low: Mapped[int | None] = mapped_column(BigInteger)  # minor units of salary_currency
    salary_high: Mapped[int | None] = mapped_column(BigInteger)
    salary_currency: Mapped[str | None] = mapped_column(String(3))  # ISO 4217
    salary_period: Mapped[str | None] = mapped_column(String(5))
    language: Mapped[str] = mapped_column(String(2), default="en")
    opened_at: Mapped[datetime]
    apply_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)  # complete fetches in a row without it
    content_hash: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    contact: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Whether people can apply."""
        return self.closed_at is None


class JobImport(Base):
    """The report of one import: what it brought, changed, closed and refused, and why."""

    __tablename__ = "job_import"

    id: Mapped[int] = primary_key()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    source: Mapped[str] = mapped_column(String(20))
    board: Mapped[str] = mapped_column(String(100))
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)  # not on the board, for the first time
    closed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")  # why the answer was of no use at all
    refused: Mapped[list[Any]] = mapped_column(default=list)  # [{"id": …, "title": …, "why": …}]
