"""An application and its way through the stages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.mail import Mail
from careers.base.people import Person
from careers.jobs.models import Job


class Stage(StrEnum):
    """Where an application stands."""

    NEW = "new"
    SCREENING = "screening"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Refusal(StrEnum):
    """Why an application is declined; what is asked of whoever declines it, and never shown to
    the candidate."""

    SKILLS = "skills"
    EXPERIENCE = "experience"
    LANGUAGE = "language"
    TERMS = "terms"  # salary, hours, start
    PLACE = "place"
    FILLED = "filled"
    OTHER = "other"


class SharerSees(StrEnum):
    """What the candidate lets the person whose link they came through see."""

    NOTHING = "nothing"
    APPLIED = "applied"
    STEPS = "steps"


class Candidate(Base):
    """Who applied, once or several times: what is known to be the same person stands together."""

    __tablename__ = "candidate"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Application(Base):
    """A candidate's answer to a job."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('new','screening','interview','offer','hired','rejected','withdrawn')",
            name="stage_known",
        ),
        CheckConstraint("sharer_sees IN ('nothing', 'applied', 'steps')", name="sharer_sees_known"),
        CheckConstraint("source IN ('', 'referral', 'inspiration')", name="source_known"),
        Index("ix_application_job_id_stage", "job_id", "stage"),
        Index("ix_application_created_at", "created_at"),
        Index("ix_application_stage_since", "stage", "stage_since"),
        Index("ix_application_email", "email"),
        Index("ix_application_name_key", "name_key"),
        Index("ix_application_candidate_id", "candidate_id"),
        Index("ix_application_recruiter_id", "recruiter_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the link in our last mail
    # The hash of the form's key: what is sent twice is one.
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="RESTRICT"))
    # Empty once the candidate had their data erased; the row stays for what it counted.
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120), default="")  # the name folded, to search it
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164, or ""
    link: Mapped[str] = mapped_column(String(500), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    # The job's questions as they were asked, [{"question": …, "answer": "text", or true}].
    answers: Mapped[list[Any]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(String(2), default="en")
    cv_key: Mapped[str | None] = mapped_column(String(30))
    cv_name: Mapped[str | None] = mapped_column(String(200))
    cv_type: Mapped[str | None] = mapped_column(String(100))
    cv_size: Mapped[int | None]
    sharer_sees: Mapped[str] = mapped_column(String(10), default="applied")
    stage: Mapped[str] = mapped_column(String(10), default="new")
    stage_since: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)  # goes up with each move
    # None once it is erased: that two were the same person's is the candidate's own data.
    candidate_id: Mapped[int | None] = mapped_column(
        ForeignKey("candidate.id", ondelete="SET NULL")
    )
    email_confirmed_at: Mapped[datetime | None]  # when whoever reads mail at `email` said so
    recruiter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # By what kind of credit it came, "" by none that is known. `referrals` keeps it.
    source: Mapped[str] = mapped_column(String(12), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    hired_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    # Of retention: when they last agreed to stay, and when they were last told of the end.
    agreed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminder_id: Mapped[int | None] = mapped_column(
        ForeignKey(Mail.id, ondelete="SET NULL"), index=True
    )
    # The message that confirmed it: it carries the candidate's data, and is erased with them.
    mail_id: Mapped[int | None] = mapped_column(
        ForeignKey(Mail.id, ondelete="SET NULL"), index=True
    )

    job: Mapped[Job] = relationship(lazy="joined", innerjoin=True)
    candidate: Mapped[Candidate | None] = relationship()
    recruiter: Mapped[Person | None] = relationship()
    changes: Mapped[list[StageChange]] = relationship(
        order_by="StageChange.id", cascade="all, delete-orphan", passive_deletes=True
    )


class StageChange(Base):
    """One step of an application, and why.

    `person` is empty when the candidate took it, or a system outside, which `outside` then names.
    """

    __tablename__ = "stage_change"
    __table_args__ = (Index("ix_stage_change_application_id", "application_id"),)

    id: Mapped[int] = primary_key()
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20), default="")  # of `Refusal`, or ""
    words: Mapped[str] = mapped_column(Text, default="")
    outside: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person: Mapped[Person | None] = relationship(lazy="joined")


class Upload(Base):
    """A CV that was checked while the rest of its form was not yet right; kept for twelve hours."""

    __tablename__ = "upload"

    submission: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Asks(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes-no"


class Question(Base):
    """What candidates for one job are asked beside the usual; `place` is its rank, from 1."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("asks IN ('text', 'choice', 'yes-no')", name="asks_known"),
        Index("ix_question_job_id", "job_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    place: Mapped[int]
    words: Mapped[str] = mapped_column(String(300))
    asks: Mapped[str] = mapped_column(String(6))
    choices: Mapped[list[str]] = mapped_column(default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)  # counts changes, for two who edit at once
