"""Mail, delivered to a real server."""

from __future__ import annotations

import email
from email import policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from careers.app import create_app
from careers.base import mail, outbox
from careers.base.config import Settings
from careers.base.mail import Mail
from careers.base.outbox import Work
from tests.base.conftest import link_in
from tests.base.providers import free_port
from tests.cast import Cast
from tests.conftest import Visitor


class Sink:
    """A mail server that keeps what it gets, or refuses it."""

    def __init__(self) -> None:
        self.got: list[email.message.EmailMessage] = []
        self.raw = b""
        self.refuses = self.refuses_address = False

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if self.refuses_address:
            return f"550 <{address}>: nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.refuses:
            return "451 not now"
        self.raw = envelope.content
        self.got.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture
def sink():
    """A server that listens; `sink.port` says where."""
    made = Sink()
    made.port = free_port()  # port 0 would not do: the controller connects to it to begin
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
def mailing(settings, sink):
    """The site with that server."""
    known = settings.model_dump() | {
        "secret_key": "s" * 40,
        "smtp_url": f"smtp://127.0.0.1:{sink.port}",
        "mail_from": "Acme careers <careers@acme.example>",
    }
    app = create_app(Settings(_env_file=None, **known), testing=True)
    yield app
    app.extensions["database"].dispose()


def deliver(app) -> None:
    with app.app_context():
        outbox.do_due_work(app.extensions["database"], app.extensions["settings"])


def test_the_link_to_set_a_password_arrives(mailing, sink):
    visitor = Visitor(mailing)
    visitor.post("/sign-in/forgot", {"email": Cast.ENGINEER})
    deliver(mailing)
    (message,) = sink.got
    assert message["To"] == Cast.ENGINEER and message["Subject"] == "Set your password"
    assert message["From"] == "Acme careers <careers@acme.example>"
    link = link_in(message.get_content())
    assert visitor.post(link, {"new_password": "a fresh elephant walks"}).status_code == 302


def test_a_message_is_sent_once(mailing, sink, db):
    mail.write(db, Cast.ENGINEER, "Été à Lyon", "Voilà.")
    db.commit()
    deliver(mailing)
    deliver(mailing)
    (message,) = sink.got
    assert message["Subject"] == "Été à Lyon" and message.get_content().strip() == "Voilà."
    assert db.scalars(select(Mail)).one().sent_at is not None


def test_a_line_break_cannot_add_a_header(mailing, sink, db):
    mail.write(db, Cast.ENGINEER, "Hello\r\nBcc: evil@evil.example", "Words")
    db.commit()
    deliver(mailing)
    (message,) = sink.got
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: evil@evil.example"


def test_a_server_that_refuses_is_asked_again_later(mailing, sink, db):
    sink.refuses = True
    mail.write(db, Cast.ENGINEER, "Hello", "Words")
    db.commit()
    deliver(mailing)
    work = db.scalars(select(Work)).one()
    waits = work.done_at is None and "451" in (work.last_error or "")
    db.rollback()
    assert waits and sink.got == []
    page = Visitor(mailing).sign_in(Cast.ADMIN).get("/admin/mail").get_data(as_text=True)
    assert "451" in page


def test_what_a_server_says_against_an_address_is_kept_and_logged_without_it(
    mailing, sink, db, capsys
):
    sink.refuses_address = True
    mail.write(db, "nadia@quokka.example", "Hello", "Words")
    db.commit()
    deliver(mailing)
    kept = db.scalars(select(Work)).one().last_error
    db.rollback()
    assert "nobody of this name" in kept
    assert "quokka" not in kept + capsys.readouterr().err


def test_a_message_says_where_one_ends_such_mail_in_one_line(mailing, sink, db):
    off = "https://careers.a-rather-long-company-name.example/fr/mail/off/" + "x" * 90
    mail.write(db, Cast.ENGINEER, "Your week", "It was a good one.", unsubscribe=off)
    db.commit()
    deliver(mailing)
    (message,) = sink.got
    assert message["List-Unsubscribe"] == f"<{off}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{off}>\r\n".encode() in sink.raw
