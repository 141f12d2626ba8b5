"""Mail: queued in the outbox, sent by SMTP where a server is set, readable by an admin."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from sqlalchemy import String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.database import Base, primary_key

SENT_STAYS = timedelta(days=30)


class Mail(Base):
    """One message; `sent_at` is empty while it waits.

    Once it is sent its words are gone: they may hold a link that opens somebody's page. That it was
    sent stays for thirty days; of one that isn't kept, nothing.
    """

    __tablename__ = "mail"

    id: Mapped[int] = primary_key()
    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    unsubscribe: Mapped[str] = mapped_column(String(300), default="")  # where one says no more
    is_kept: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]


def write(
    db: Session,
    to: str,
    subject: str,
    text: str,
    unsubscribe: str = "",
    not_before: datetime | None = None,
    *,
    is_kept: bool = True,
) -> Mail:
    """Queue a message in the caller's transaction. Line breaks in `subject` become spaces.

    It is sent at once, or not before a moment (aware); whoever deletes the row until then has it
    not sent. `unsubscribe` is the whole address where a POST ends mail of this kind (RFC 8058).
    Unless it `is_kept`, nothing of it is left once it is sent.
    """
    mail = letter(to, subject, text, unsubscribe, is_kept=is_kept)
    queue(db, [mail], not_before)
    return mail


def letter(
    to: str, subject: str, text: str, unsubscribe: str = "", *, is_kept: bool = True
) -> Mail:
    """A message as in `write`, for `queue`."""
    short = " ".join(subject.split())[:200]
    return Mail(to=to, subject=short, text=text, unsubscribe=unsubscribe, is_kept=is_kept)


def queue(db: Session, mails: Sequence[Mail], not_before: datetime | None = None) -> None:
    """Queue messages in the caller's transaction, all by the same few statements."""
    db.add_all(mails)
    db.flush()
    outbox.add_many(db, "mail", [{"mail": mail.id} for mail in mails], not_before)


def recent_mail(db: Session, count: int, skip: int = 0) -> list[Mail]:
    """The last messages, newest first."""
    return list(db.scalars(select(Mail).order_by(Mail.id.desc()).limit(count).offset(skip)))


@outbox.handles("mail")
def deliver(db: Session, payload: dict[str, int], settings: Settings) -> None:
    """Send the message `payload["mail"]`, once: a message already sent stays as it is.

    Raises NotYet while no server is set, OSError or smtplib.SMTPException when the server cannot
    be reached or refuses.
    """
    if settings.smtp_url is None:
        raise outbox.NotYet("no mail server is set", wait=timedelta(minutes=5))
    mail = db.get(Mail, payload["mail"])
    if mail is None or mail.sent_at is not None:
        return
    message = _message(mail, settings.mail_from)
    db.rollback()  # the network may be slow: nobody else waits for it
    server = urlsplit(settings.smtp_url.get_secret_value())
    with _connect(server.scheme, server.hostname or "localhost", server.port) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)
    sent = db.get(Mail, payload["mail"])  # None: deleted while it was on its way
    if sent is not None and sent.is_kept:
        sent.sent_at, sent.text = clock.now(), ""
    elif sent is not None:
        db.delete(sent)


def forget_sent(db: Session) -> None:
    """Delete what was sent long ago."""
    db.execute(delete(Mail).where(Mail.sent_at < clock.now() - SENT_STAYS))


def _message(mail: Mail, sender: str) -> EmailMessage:
    # An address longer than a usual line would be encoded as words, and no program would read it.
    message = EmailMessage(policy.default.clone(max_line_length=998))  # RFC 5322, 2.1.1
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = mail.created_at
    host = sender.rsplit("@", 1)[-1].rstrip(">")
    message["Message-ID"] = make_msgid(f"mail-{mail.id}", domain=host)
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    return message


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, timeout=20, context=trust)
    smtp = smtplib.SMTP(host, port or 587, timeout=20)
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
    return smtp
