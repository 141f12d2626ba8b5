"""What administrators read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from careers.base.admin.words import codes_in
from careers.base.audit import Act
from careers.base.mail import Mail, recent_mail
from careers.base.outbox import Work
from careers.base.people import Person
from careers.base.web import PAGE_ROWS


@dataclass(frozen=True)
class Letter:
    """A message, and the work that sends it (None once it has been tidied away)."""

    mail: Mail
    work: Work | None


def people(db: Session, words: str, page: int) -> tuple[list[Person], int]:
    """One page of the people whose name or address holds each of `words`, and how many there are.

    Whoever works here comes first.
    """
    found = select(Person)
    for word in words.split()[:5]:
        held = f"%{_literally(word)}%"
        found = found.where(
            or_(
                Person.name.ilike(held, escape="\\"),
                Person.official_name.ilike(held, escape="\\"),
                Person.email.ilike(held, escape="\\"),
                Person.employee_number.ilike(held, escape="\\"),
            )
        )
    count = db.scalar(select(func.count()).select_from(found.subquery())) or 0
    ordered = found.order_by(Person.status, Person.name, Person.id)
    rows = db.scalars(ordered.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS))
    return list(rows), count


def letters(db: Session, page: int) -> tuple[list[Letter], int]:
    """One page of messages, newest first, each with why it waits, and how many there are."""
    count = db.scalar(select(func.count()).select_from(Mail)) or 0
    mails = recent_mail(db, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    waiting = [mail.id for mail in mails if mail.sent_at is None]
    work = _work_of(db, waiting) if waiting else {}
    return [Letter(mail, work.get(mail.id)) for mail in mails], count


def people_named(db: Session, acts: Sequence[Act]) -> dict[str, str]:
    """The names, by public code, of the people whom acts are about."""
    found = set().union(*(codes_in(act.subject, act.details) for act in acts))
    rows = db.execute(select(Person.code, Person.name).where(Person.code.in_(found)))
    return {row.code: row.name for row in rows}


def _work_of(db: Session, mails: Sequence[int]) -> dict[int, Work]:
    number = Work.payload["mail"].as_integer()
    rows = db.scalars(select(Work).where(Work.kind == "mail", number.in_(mails)))
    return {row.payload["mail"]: row for row in rows}


def _literally(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
