"""A job, the boards that jobs come from, and the report of each import."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.jobs.places import Place

CONTRACTS = ("permanent", "fixed-term", "internship", "apprenticeship", "temporary", "freelance")
HOURS = ("full-time", "part-time")
WORKPLACES = ("on-site", "hybrid", "remote")
SENIORITIES = ("entry", "experienced", "senior", "manager", "executive")
PERIODS = ("hour", "day", "week", "month", "year")
HERE = "here"  # the source of the jobs that are written here
AWAY = timedelta(days=3)  # a job that was closed for so long is new when it opens again


class Job(Base):
    """A position: a draft, open, or closed; it is known again by (source, board, source_id)."""

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
        # Asked by every list, and answered from the index alone.
        Index("ix_job_state", "is_draft", "closed_at", "changed_at", "version"),
        Index("ix_job_translation_group", "translation_group"),
        Index("ix_job_listed_at", "listed_at"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    source: Mapped[str] = mapped_column(String(20))  # greenhouse, lever, …, or `here`
    board: Mapped[str] = mapped_column(String(100))
    source_id: Mapped[str] = mapped_column(String(100))
    source_url: Mapped[str] = mapped_column(String(500), default="")  # its page at the source
    requisition: Mapped[str] = mapped_column(String(100), default="")  # the company's own number
    is_draft: Mapped[bool] = mapped_column(default=False)

    title: Mapped[str] = mapped_column(String(200))
    description_html: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="en")  # of the text; any ISO 639-1
    # The same job in other languages: {"fr": {"title": …, "description_html": …}}
    translations: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Other postings of the board with the same group, in another language, say the same.
    translation_group: Mapped[str] = mapped_column(String(100), default="")

    team: Mapped[str] = mapped_column(String(120), default="")
    places: Mapped[list[Any]] = mapped_column(default=list)  # each a careers.jobs.places.Place
    workplace: Mapped[str | None] = mapped_column(String(10))
    remote_countries: Mapped[list[str]] = mapped_column(default=list)  # ISO 3166; empty: not said
    contract: Mapped[str | None] = mapped_column(String(20))
    hours: Mapped[str | None] = mapped_column(String(10))
    seniority: Mapped[str | None] = mapped_column(String(15))
    skills: Mapped[list[str]] = mapped_column(default=list)
    languages_asked: Mapped[list[str]] = mapped_column(default=list)  # ISO 639-1
    salary_low: Mapped[int | None] = mapped_column(BigInteger)  # minor units of salary_currency
    salary_high: Mapped[int | None] = mapped_column(BigInteger)
    salary_currency: Mapped[str | None] = mapped_column(String(3))  # ISO 4217
    salary_period: Mapped[str | None] = mapped_column(String(5))
    salary_note: Mapped[str] = mapped_column(Text, default="")  # what is said beside the range
    starts_on: Mapped[date | None]
    # What else a source says, {"Education": "Vocational"}; no rule looks at it.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)

    opened_at: Mapped[datetime]  # as its source has it
    listed_at: Mapped[datetime] = mapped_column(default=clock.now)  # since when it is read here
    apply_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)  # the text or a fact
    closed_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)  # complete fetches in a row without it
    content_hash: Mapped[str] = mapped_column(String(64))
    # What was set here and stands against the board, {"title": what the board says}.
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)  # counts changes, for two editors at once
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    contact: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Whether people can read it and apply."""
        return self.closed_at is None and not self.is_draft

    def listed_again(self, now: datetime) -> datetime:
        """Since when it counts as read here if it opens at `now`: one that its board forgot for a
        day is no news."""
        is_new = self.closed_at is not None and now - self.closed_at >= AWAY
        return now if is_new else self.listed_at

    @property
    def is_written_here(self) -> bool:
        """Whether no board knows it."""
        return self.source == HERE

    @property
    def country(self) -> str | None:
        """The country of the first of its places that has one, ISO 3166."""
        return next((place["country"] for place in self.places if place["country"]), None)

    @property
    def locations(self) -> list[str]:
        """The names of its places, as they were given."""
        return [place["name"] for place in self.places]

    @locations.setter
    def locations(self, names: list[str]) -> None:
        self.places = [asdict(Place(name)) for name in names]


OPEN: ColumnElement[bool] = and_(Job.closed_at.is_(None), Job.is_draft.is_(False))
"""The condition for the jobs that people can read and apply to."""


class JobBoard(Base):
    """A board that jobs are brought from, again and again, or a file that somebody brings."""

    __tablename__ = "job_board"
    __table_args__ = (
        UniqueConstraint("source", "name"),
        Index("ix_job_board_due_at", "due_at"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    source: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    # Which column or key holds which of our fields, {"title": "Job title"}; for files alone.
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    every_hours: Mapped[int] = mapped_column(default=6)
    due_at: Mapped[datetime | None]  # None: paused, or a file
    leased_until: Mapped[datetime | None]  # while somebody fetches it
    progress: Mapped[str] = mapped_column(String(200), default="")  # what the fetch is at
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


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
    # What happened to which job: [{"code": …, "title": …, "what": "new", "fields": […]}]
    happened: Mapped[list[Any]] = mapped_column(default=list)
    refused: Mapped[list[Any]] = mapped_column(default=list)  # [{"id": …, "title": …, "why": …}]
