"""Mailboxes: which one an address means, and asking one before its address is believed.

Whoever gives an address may give anybody's. What they want waits in a row, until whoever reads that
mailbox agrees by the link in the one mail it gets; when nobody does, row and mail are forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from careers.base import clock
from careers.base.database import in_turn, primary_key
from careers.base.mail import Mail
from careers.base.signin.sessions import token_hash

QUESTIONS_A_DAY = 3  # to one mailbox that doesn't answer


def plain_mailbox(email: str) -> str:
    """An e-mail address without what people add to make one mailbox look like two.

    Case, a `+tag`, and dots in the local part are left out: stricter than mail itself (RFC 5321),
    because it only serves to find one person behind two addresses.
    """
    local, _, host = email.lower().partition("@")
    return f"{local.split('+')[0].replace('.', '')}@{host}"


class AsksMailbox:
    """What somebody wants who gave an address: the columns of every table of such questions."""

    id: Mapped[int] = primary_key()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254))  # see `plain_mailbox`
    language: Mapped[str] = mapped_column(String(2))
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


Question = TypeVar("Question", bound=AsksMailbox)


def may_be_asked(db: Session, kind: type[AsksMailbox], mailbox: str) -> bool:
    """Whether `mailbox` has been asked little enough today; of many at once, one after the other.

    Nobody is told when it hasn't: that would say whether somebody asked before.
    """
    in_turn(db, f"ask {mailbox}")
    since = clock.now() - timedelta(days=1)
    asked = select(func.count()).where(kind.mailbox == mailbox, kind.created_at > since)
    return (db.scalar(asked) or 0) < QUESTIONS_A_DAY


def question_with(
    db: Session, kind: type[Question], token: str, waits: timedelta
) -> Question | None:
    """What was asked with this secret, while it waits for an answer."""
    if len(token) > 100:
        return None
    wanted = select(kind).where(
        kind.token_hash == token_hash(token), kind.created_at > clock.now() - waits
    )
    return db.scalar(wanted)


def drop_unanswered(db: Session, kind: type[AsksMailbox], waits: timedelta) -> None:
    """Forget whatever wasn't answered in time, and the mail that asked."""
    drop(db, kind, list(db.scalars(select(kind).where(kind.created_at <= clock.now() - waits))))


def drop(db: Session, kind: type[AsksMailbox], questions: Sequence[AsksMailbox]) -> None:
    """Forget `questions`, and the mails that asked them."""
    mails = [one.mail_id for one in questions if one.mail_id is not None]
    db.execute(delete(kind).where(kind.id.in_([one.id for one in questions])))
    db.execute(delete(Mail).where(Mail.id.in_(mails)))
