"""People with an account: who they are at the company, and which roles they have."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from blinker import Signal
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key


class Role(StrEnum):
    """What a person does for the site; every active person is an employee."""

    EMPLOYEE = "employee"
    EDITOR = "editor"
    RECRUITER = "recruiter"
    ADMIN = "admin"


class Person(Base):
    """An employee, active or left. Having a row here shows nobody anything: see `experts`."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'left')", name="status_known"),
        CheckConstraint("(status = 'left') = (left_at IS NOT NULL)", name="left_has_a_date"),
        CheckConstraint(
            "articles_after IN ('named', 'anonymous', 'removed')", name="articles_after_known"
        ),
        Index("ix_person_team", "team"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    employee_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    # What the personnel system calls them, where they go by another name here.
    official_name: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    job_title: Mapped[str] = mapped_column(String(120), default="")
    team: Mapped[str] = mapped_column(String(80), default="")
    office: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(2), default="en")
    time_zone: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(10), default="active")
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    portrait_seed: Mapped[str] = mapped_column(String(16), default="")  # "": their initials
    password_hash: Mapped[str | None] = mapped_column(String(200))
    reset_hash: Mapped[str | None] = mapped_column(String(64))  # of the last link to set a password
    reset_until: Mapped[datetime | None]
    oidc_issuer: Mapped[str | None] = mapped_column(String(300))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    # As a recruiter: sees only jobs in whose hiring team they are.
    is_limited: Mapped[bool] = mapped_column(default=False)
    # What becomes of their articles when they leave: chosen beforehand.
    articles_after: Mapped[str] = mapped_column(String(10), default="named")
    # The address of this person's public page while they show themselves, else nothing.
    # `experts` keeps it; whoever links to a person asks here and needs to know no more.
    page: Mapped[str | None] = mapped_column(String(90), unique=True)
    # The code of their photograph while everybody may see it; `experts` keeps it too.
    photo: Mapped[str | None] = mapped_column(String(16))

    granted: Mapped[list[PersonRole]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", back_populates="person"
    )

    @property
    def is_active(self) -> bool:
        """Whether this person still works here."""
        return self.status == "active"

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this person has now; none after leaving."""
        if not self.is_active:
            return frozenset()
        return frozenset({Role.EMPLOYEE, *(Role(grant.role) for grant in self.granted)})

    @property
    def first_name(self) -> str:
        """What colleagues call this person."""
        return self.name.split()[0]

    @property
    def payroll_name(self) -> str:
        """What the personnel system calls this person: for administrators and payrolls alone."""
        return self.official_name or self.name

    def go_by(self, name: str) -> None:
        """Be called `name` everywhere on the site; as the personnel system says, for ""."""
        official = self.payroll_name
        self.name = name or official
        self.official_name = official if self.name != official else None

    def grant(self, role: Role) -> None:
        """Give this person `role`; nothing changes when they have it."""
        if role not in self.roles and role is not Role.EMPLOYEE:
            self.granted.append(PersonRole(role=role.value))

    def revoke(self, role: Role) -> None:
        """Take `role` from this person; nothing changes when they don't have it."""
        self.granted[:] = [grant for grant in self.granted if grant.role != role.value]


class PersonRole(Base):
    """One role granted to one person."""

    __tablename__ = "person_role"
    __table_args__ = (
        CheckConstraint("role IN ('editor', 'recruiter', 'admin')", name="role_known"),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    person: Mapped[Person] = relationship(back_populates="granted")


Index("uq_person_oidc", Person.oidc_issuer, Person.oidc_subject, unique=True)

employee_left = Signal()
"""Sent as `employee_left.send(person, db=session)` in the transaction in which someone leaves."""


def plain_email(address: str) -> str:
    """`address` as it is stored and compared: validated, trimmed, lower case.

    Raises ValueError with a reason fit for people.
    """
    try:
        found = validate_email(address.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return found.normalized.lower()


def person_by_email(db: Session, email: str) -> Person | None:
    """The person with this address, active or left."""
    return db.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_code(db: Session, code: str) -> Person | None:
    """The person with this public code."""
    return db.scalar(select(Person).where(Person.code == code))


def leave(db: Session, person: Person) -> None:
    """Record that `person` left today and tell every package, in the caller's transaction."""
    if not person.is_active:
        return
    person.status, person.left_at = "left", clock.now()
    employee_left.send(person, db=db)
