"""What those who hire add to an application: notes, ratings, letters, and who may see it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.mail import Mail
from careers.base.people import Person
from careers.hiring.models import Application, Candidate
from careers.jobs.models import Job


def _application() -> Mapped[int]:
    return mapped_column(ForeignKey(Application.id, ondelete="CASCADE"))


def _person() -> Mapped[int | None]:
    return mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))


class Seat(Base):
    """The part that somebody has in hiring for one job."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint("part IN ('recruiter', 'manager', 'interviewer')", name="part_known"),
        Index("ix_seat_person_id", "person_id"),
    )

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[str] = mapped_column(String(12))
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Note(Base):
    """What somebody wrote about an application, for those who hire; Markdown."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_application_id", "application_id"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    application_id: Mapped[int] = _application()
    person_id: Mapped[int | None] = _person()
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]  # the row itself goes a little later
    person: Mapped[Person | None] = relationship(lazy="joined")


class Criterion(Base):
    """What applications are rated by: of one job, or of all that have none of their own."""

    __tablename__ = "criterion"
    __table_args__ = (Index("ix_criterion_job_id", "job_id"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    job_id: Mapped[int | None] = mapped_column(ForeignKey(Job.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    removed_at: Mapped[datetime | None]  # what was rated by it stays


class Rating(Base):
    """What one person thinks of an application by one criterion, from 1 to 5."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score_from_1_to_5"),)

    application_id: Mapped[int] = mapped_column(
        ForeignKey(Application.id, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True
    )
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey(Criterion.id, ondelete="CASCADE"), primary_key=True
    )
    score: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    criterion: Mapped[Criterion] = relationship(lazy="joined", innerjoin=True)


class LetterTemplate(Base):
    """Words for letters to candidates, in both languages, with places to be filled in."""

    __tablename__ = "letter_template"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    name: Mapped[str] = mapped_column(String(80))
    subject_en: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(Text)
    subject_fr: Mapped[str] = mapped_column(String(200))
    text_fr: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_id: Mapped[int | None] = _person()
    changed_by: Mapped[Person | None] = relationship(lazy="joined")


class Letter(Base):
    """A letter to a candidate, which can be taken back until `due_at`."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_application_id", "application_id"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    submission: Mapped[str] = mapped_column(String(64), unique=True)  # sent twice is one
    application_id: Mapped[int] = _application()
    person_id: Mapped[int | None] = _person()
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(
        ForeignKey(Mail.id, ondelete="SET NULL"), index=True
    )
    person: Mapped[Person | None] = relationship(lazy="joined")


class Batch(Base):
    """An act on many applications at once, which can be undone until `undo_until`."""

    __tablename__ = "batch"
    __table_args__ = (CheckConstraint("kind IN ('move', 'assign', 'import')", name="kind_known"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    stage: Mapped[str] = mapped_column(String(10), default="")  # where to, of a move
    recruiter_id: Mapped[int | None] = _person()  # to whom, of an assignment
    person_id: Mapped[int | None] = _person()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    recruiter: Mapped[Person | None] = relationship(foreign_keys=[recruiter_id])
    items: Mapped[list[BatchItem]] = relationship(
        order_by="BatchItem.id", cascade="all, delete-orphan", passive_deletes=True
    )


class BatchItem(Base):
    """What became of one application, or of one line of a file, in such an act."""

    __tablename__ = "batch_item"
    __table_args__ = (
        Index("ix_batch_item_batch_id", "batch_id"),
        Index("ix_batch_item_application_id", "application_id"),
    )

    id: Mapped[int] = primary_key()
    batch_id: Mapped[int] = mapped_column(ForeignKey(Batch.id, ondelete="CASCADE"))
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey(Application.id, ondelete="CASCADE")
    )
    line: Mapped[int | None]  # of the file
    outcome: Mapped[str] = mapped_column(String(12))  # of `Outcome`
    stage: Mapped[str] = mapped_column(String(10), default="")  # before
    recruiter_id: Mapped[int | None] = _person()  # before
    version: Mapped[int | None]  # after
    letter_id: Mapped[int | None] = mapped_column(ForeignKey(Letter.id, ondelete="SET NULL"))
    is_undone: Mapped[bool | None]  # None until it is tried
    application: Mapped[Application | None] = relationship(lazy="joined")


class Joining(Base):
    """An application that came to stand with another candidate: the same person, it is thought."""

    __tablename__ = "joining"
    __table_args__ = (
        Index("ix_joining_code", "code"),
        Index("ix_joining_application_id", "application_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16))  # of the act; one act may join several
    application_id: Mapped[int] = _application()
    before_id: Mapped[int | None] = mapped_column(ForeignKey(Candidate.id, ondelete="CASCADE"))
    after_id: Mapped[int | None] = mapped_column(ForeignKey(Candidate.id, ondelete="CASCADE"))
    person_id: Mapped[int | None] = _person()  # None: both addresses were confirmed, and are one
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship(lazy="joined")


class OutsideSource(Base):
    """A system outside that tells us of stage changes; its secret is worked out, never stored."""

    __tablename__ = "outside_source"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    secret_number: Mapped[int] = mapped_column(default=1)  # goes up with each new secret
    old_secret_until: Mapped[datetime | None]  # the one before holds until then
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]  # last


class OutsideEvent(Base):
    """A message of a system outside, kept so that none is taken twice."""

    __tablename__ = "outside_event"
    __table_args__ = (
        UniqueConstraint("source_id", "event"),
        Index("ix_outside_event_application_id", "application_id"),
    )

    id: Mapped[int] = primary_key()
    source_id: Mapped[int] = mapped_column(ForeignKey(OutsideSource.id, ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(120))  # its webhook-id
    at: Mapped[datetime] = mapped_column(default=clock.now)
    occurred_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(12))  # of `Outcome`
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey(Application.id, ondelete="CASCADE")
    )
    application: Mapped[Application | None] = relationship(lazy="joined")


class OutsideJob(Base):
    """A job whose applications are moved outside, and not here."""

    __tablename__ = "outside_job"

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id, ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey(OutsideSource.id, ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(80))  # of the system, as people know it
    since: Mapped[datetime] = mapped_column(default=clock.now)
