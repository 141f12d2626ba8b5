"""Programmes, bonuses with their instalments and history, payroll batches, corrections, appeals."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.models import Receipt

SCOPES = ("all", "team", "jobs")
MOST_INSTALMENTS = 3

programme_jobs = Table(
    "bonus_programme_job",
    Base.metadata,
    Column("programme_id", ForeignKey("bonus_programme.id", ondelete="CASCADE"), primary_key=True),
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
)


class Programme(Base):
    """What the company promises for a hire, for which jobs, and to whom not.

    A change holds for hires to come: a bonus keeps the terms of the day of its hire.
    """

    __tablename__ = "bonus_programme"
    __table_args__ = (
        CheckConstraint("scope IN ('all', 'team', 'jobs')", name="scope_known"),
        CheckConstraint("(scope = 'team') = (team <> '')", name="team_named"),
        CheckConstraint("amount > 0", name="amount_is_something"),
        CheckConstraint("two_people_above >= 0", name="limit_is_an_amount"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    name: Mapped[str] = mapped_column(String(80))
    amount: Mapped[int] = mapped_column(BigInteger)  # for one hire; minor units of `currency`
    currency: Mapped[str] = mapped_column(String(3))  # ISO 4217
    scope: Mapped[str] = mapped_column(String(4), default="all")
    team: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[date]  # of the application, in the company's zone
    until: Mapped[date | None]  # the last day
    excludes_recruiters: Mapped[bool] = mapped_column(default=True)
    excludes_contact: Mapped[bool] = mapped_column(default=True)  # whom candidates ask about a job
    # A bonus above this needs two people to say that it was paid; minor units.
    two_people_above: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    terms: Mapped[list[Term]] = relationship(
        order_by="Term.number", cascade="all, delete-orphan", lazy="selectin"
    )
    jobs: Mapped[list[Job]] = relationship(
        secondary=programme_jobs, order_by=Job.title, lazy="selectin"
    )


class Term(Base):
    """An instalment that a programme promises: so many percent, so many days after the hire."""

    __tablename__ = "bonus_term"
    __table_args__ = (
        CheckConstraint("percent > 0 AND percent <= 100", name="percent_is_a_part"),
        CheckConstraint("days >= 0", name="days_from_the_hire"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("bonus_programme.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    percent: Mapped[int]
    days: Mapped[int]


class Bonus(Base):
    """What an employee has for a hire, with the facts that were true on its day."""

    __tablename__ = "bonus"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id"),
        CheckConstraint("part >= 0 AND part <= whole", name="share_is_a_fraction"),
        CheckConstraint("amount >= 0", name="amount_is_none_or_more"),
        Index("ix_bonus_person_id", "person_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    programme_id: Mapped[int] = mapped_column(ForeignKey("bonus_programme.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    part: Mapped[int] = mapped_column(BigInteger)  # of the credit
    whole: Mapped[int] = mapped_column(BigInteger)
    whole_amount: Mapped[int] = mapped_column(BigInteger)  # of the hire
    amount: Mapped[int] = mapped_column(BigInteger)  # of it, this employee's; minor units
    currency: Mapped[str] = mapped_column(String(3))
    needs_two: Mapped[bool]
    hired_at: Mapped[datetime]
    exclusions: Mapped[list[str]] = mapped_column(default=list)  # by the programme, at the hire
    overruled: Mapped[list[str]] = mapped_column(default=list)  # by a reviewer
    refused_at: Mapped[datetime | None]  # by hand
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    refused_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    refused_by: Mapped[Person | None] = relationship(foreign_keys=[refused_by_id])
    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    application: Mapped[Application] = relationship(lazy="joined", innerjoin=True)
    instalments: Mapped[list[Instalment]] = relationship(
        order_by="Instalment.number", lazy="selectin", back_populates="bonus"
    )

    @property
    def paid(self) -> int:
        """What the payroll has paid of it, in minor units."""
        return sum(one.amount for one in self.instalments if one.paid_at)

    @property
    def overpaid(self) -> int:
        """What was paid and isn't due any more; to be settled outside, in minor units."""
        is_due = self.application.hired_at is not None or "hire_undone" in self.overruled
        return max(0, self.paid - (self.amount if is_due else 0))


class Instalment(Base):
    """A part of a bonus, and where it stands."""

    __tablename__ = "bonus_instalment"
    __table_args__ = (
        UniqueConstraint("bonus_id", "number"),
        CheckConstraint(
            "state IN ('pending', 'eligible', 'paid', 'ineligible')", name="state_known"
        ),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_has_a_date"),
        CheckConstraint("(state = 'ineligible') = (reason <> '')", name="refusal_has_a_reason"),
        CheckConstraint("amount >= 0", name="amount_is_none_or_more"),
        CheckConstraint("paid_by_id <> first_by_id", name="two_are_different"),
        Index("ix_bonus_instalment_state_due_at", "state", "due_at"),
        Index("ix_bonus_instalment_batch_id", "batch_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    bonus_id: Mapped[int] = mapped_column(ForeignKey("bonus.id", ondelete="RESTRICT"))
    number: Mapped[int]
    percent: Mapped[int]
    days: Mapped[int]  # after the hire
    amount: Mapped[int] = mapped_column(BigInteger)  # minor units
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20), default="")
    since: Mapped[datetime]  # in this state
    reminded_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("payroll_batch.id", ondelete="RESTRICT")
    )
    exported_amount: Mapped[int | None] = mapped_column(BigInteger)  # as the batch has it
    first_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    first_at: Mapped[datetime | None]  # the first of two said that it was paid
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    paid_at: Mapped[datetime | None]

    bonus: Mapped[Bonus] = relationship(back_populates="instalments")
    batch: Mapped[PayrollBatch | None] = relationship()
    first_by: Mapped[Person | None] = relationship(foreign_keys=[first_by_id])
    paid_by: Mapped[Person | None] = relationship(foreign_keys=[paid_by_id])


class BonusChange(Base):
    """An instalment went from one state to another: when, why, by whom. Rows are only added."""

    __tablename__ = "bonus_change"
    __table_args__ = (Index("ix_bonus_change_instalment_id", "instalment_id"),)

    id: Mapped[int] = primary_key()
    instalment_id: Mapped[int] = mapped_column(
        ForeignKey("bonus_instalment.id", ondelete="RESTRICT")
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)
    before: Mapped[str] = mapped_column(String(10))  # "" at the beginning
    after: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20), default="")
    amount: Mapped[int] = mapped_column(BigInteger)
    # Empty: time did it.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    note: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person | None] = relationship(lazy="joined")
    instalment: Mapped[Instalment] = relationship(lazy="joined", innerjoin=True)


class PayrollBatch(Base):
    """What was handed to the payroll at once; an instalment is in one batch at most."""

    __tablename__ = "payroll_batch"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    exports: Mapped[int] = mapped_column(default=0)  # how many times it was taken as a file

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Correction(Base):
    """A person's decision on a credit, beside that of the rule: the receipt stays as it is.

    Of several the last one holds. Rows are only added.
    """

    __tablename__ = "credit_correction"
    __table_args__ = (UniqueConstraint("receipt_id", "number"),)

    id: Mapped[int] = primary_key()
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="RESTRICT"))
    number: Mapped[int]  # 1 is the first
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    why: Mapped[str] = mapped_column(Text)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    receipt: Mapped[Receipt] = relationship()
    shares: Mapped[list[CorrectedShare]] = relationship(
        order_by="CorrectedShare.person_id", lazy="selectin"
    )


class CorrectedShare(Base):
    """Somebody's share of the credit by a correction; who isn't named has none."""

    __tablename__ = "corrected_share"
    __table_args__ = (
        CheckConstraint("part > 0 AND part <= whole", name="share_is_a_fraction"),
        Index("ix_corrected_share_link_id", "link_id"),
    )

    correction_id: Mapped[int] = mapped_column(
        ForeignKey("credit_correction.id", ondelete="RESTRICT"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    # By which the candidate had met them, as far as the receipt knows; figures count it there.
    link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    part: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int] = mapped_column(BigInteger)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def share(self) -> Fraction:
        """The share, exact."""
        return Fraction(self.part, self.whole)


class Appeal(Base):
    """An employee asks a second person to look at a decision; once for each decision.

    It is about a credit (the receipt, or the correction that holds) or about a bonus (the change
    that made it ineligible).
    """

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("person_id", "receipt_id"),
        UniqueConstraint("person_id", "correction_id"),
        UniqueConstraint("person_id", "change_id"),
        CheckConstraint(
            "(receipt_id IS NOT NULL AND correction_id IS NULL AND change_id IS NULL) "
            "OR (receipt_id IS NULL AND correction_id IS NOT NULL AND change_id IS NULL) "
            "OR (receipt_id IS NULL AND correction_id IS NULL AND change_id IS NOT NULL)",
            name="about_one_decision",
        ),
        CheckConstraint("outcome IN ('', 'granted', 'refused')", name="outcome_known"),
        CheckConstraint(
            "(outcome = '') = (decided_at IS NULL) AND (outcome = '') = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("decided_by_id <> person_id", name="decided_by_another"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id", ondelete="RESTRICT"))
    correction_id: Mapped[int | None] = mapped_column(
        ForeignKey("credit_correction.id", ondelete="RESTRICT")
    )
    change_id: Mapped[int | None] = mapped_column(
        ForeignKey("bonus_change.id", ondelete="RESTRICT")
    )
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    outcome: Mapped[str] = mapped_column(String(8), default="")  # "" while it waits
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    answer: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")
    application: Mapped[Application] = relationship(lazy="joined", innerjoin=True)
    correction: Mapped[Correction | None] = relationship(lazy="joined")
    change: Mapped[BonusChange | None] = relationship(lazy="joined")

    @property
    def is_about_bonus(self) -> bool:
        """Whether it is about a bonus, and not about a credit."""
        return self.change_id is not None
