"""Mail, delivered to a real server."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from careers.base import clock, mail, outbox
from careers.base.mail import Mail
from careers.base.outbox import Work
from tests.base.conftest import link_in
from tests.cast import Cast
from tests.conftest import Visitor


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
    sent = db.scalars(select(Mail)).one()
    assert sent.sent_at is not None
    assert sent.text == ""  # it may hold a link that opens somebody's page
    page = Visitor(mailing).sign_in(Cast.ADMIN).get("/admin/mail").get_data(as_text=True)
    assert "Été à Lyon" in page and "Voilà." not in page


def test_that_a_message_was_sent_is_known_for_thirty_days(mailing, db):
    mail.write(db, Cast.ENGINEER, "Sent", "Words")
    db.commit()
    deliver(mailing)
    mail.write(db, Cast.ENGINEER, "Waits", "Words")
    db.commit()
    for days, left in ((29, ["Sent", "Waits"]), (31, ["Waits"])):
        with clock.set_to(clock.now() + timedelta(days=days)):
            mail.forget_sent(db)
            assert db.scalars(select(Mail.subject).order_by(Mail.id)).all() == left


def test_work_that_was_done_is_forgotten_after_a_week(mailing, db):
    mail.write(db, Cast.ENGINEER, "Done", "Words")
    db.commit()
    deliver(mailing)
    mail.write(db, Cast.ENGINEER, "Waits", "Words")
    db.commit()
    for days, left in ((6, 2), (8, 1)):
        with clock.set_to(clock.now() + timedelta(days=days)):
            outbox.forget_done(db)
            assert db.scalar(select(func.count(Work.id))) == left
    assert db.scalars(select(Work)).one().done_at is None


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


def test_what_is_not_to_be_kept_is_gone_once_it_was_sent(mailing, sink, db):
    mail.write(db, "someone@mail.example", "Hello", "Words", is_kept=False)
    db.commit()
    sink.refuses = True
    deliver(mailing)
    waiting = db.scalars(select(Mail.text)).all()
    db.rollback()
    assert waiting == ["Words"]
    sink.refuses = False
    with clock.set_to(clock.now() + timedelta(hours=1)):
        deliver(mailing)
    assert len(sink.got) == 1
    assert db.scalars(select(Mail)).all() == []
