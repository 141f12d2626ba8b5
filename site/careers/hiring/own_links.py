"""The links of mails to a candidate's own page: for thirty days, to be sent again to the address
that applied, and to no other."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask_babel import force_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, mail
from careers.base.config import Settings
from careers.base.languages import address_in
from careers.base.mail import Mail
from careers.base.signin.sessions import token_hash
from careers.hiring.models import Application

LASTS = timedelta(days=30)


def link_for(application: Application, settings: Settings) -> str:
    """A new address for a mail to the candidate: 256 random bits, and until when it holds, which
    nobody can change, since `application` keeps the hash of it all. The link before ends."""
    until = int((clock.now() + LASTS).timestamp())
    token = f"{until:x}-{secrets.token_urlsafe(32)}"
    application.token_hash = token_hash(token)
    return settings.base_url + address_in(application.language, f"/applications/{token}")


def application_by_link(db: Session, token: str) -> Application | None:
    """The application that a link leads to, while it holds; an erased one says only that."""
    found = db.scalar(select(Application).where(Application.token_hash == token_hash(token)))
    if found is None or found.erased_at is not None:
        return found
    return found if clock.now().timestamp() < _holds_until(token) else None


def _holds_until(token: str) -> int:
    try:
        return int(token.partition("-")[0], 16)
    except ValueError:  # of a link from before they ended
        return 0


def send_again(db: Session, settings: Settings, email: str) -> None:
    """Write to `email` where the newest application that was sent with it is found; nothing when
    none was, or when such a mail still waits to go out."""
    sent = select(Application).where(Application.email == email, Application.erased_at.is_(None))
    newest = db.scalar(sent.order_by(Application.id.desc()).limit(1))
    if newest is None:
        return
    before = db.get(Mail, newest.mail_id) if newest.mail_id else None
    waits = before is not None and before.sent_at is None
    if before is not None and waits and clock.now() - before.created_at < LASTS / 2:
        return
    with force_locale(newest.language):
        written = mail.write(
            db,
            newest.email,
            gettext("Your application: %(job)s", job=newest.job.title),
            gettext(
                "Hello,\n\n"
                "here is your application for “%(job)s”, and whatever else you sent us from this "
                "address. The link holds for %(days)s days.\n%(page)s\n\n"
                "If you did not ask for it, there is nothing to do: only you were told.\n",
                job=newest.job.title,
                days=LASTS.days,
                page=link_for(newest, settings),
            ),
        )
    newest.mail_id = written.id
    if before is not None:
        db.flush()
        db.delete(before)
