"""Applying without an account, and what a candidate can do afterwards."""

from __future__ import annotations

import gc
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from careers.base import clock, outbox
from careers.base.mail import Mail
from careers.base.people import person_by_email
from careers.hiring.applying import Came, received
from careers.hiring.models import Application, StageChange, Upload
from tests.cast import Cast
from tests.conftest import Visitor
from tests.hiring import samples
from tests.hiring.candidates import apply_to, fields_of, link_in, page_of, send, shown
from tests.jobs.samples import open_job


@pytest.fixture
def job(db):
    return open_job(db)


def _one(db) -> Application:
    db.expire_all()
    return db.scalars(select(Application)).one()


def _files(settings) -> list:
    return [path for path in settings.folder("cvs").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "cv", [("cv.pdf", None), ("Lebenslauf.docx", samples.docx()), ("cv é.odt", samples.odt())]
)
def test_an_application_comes_in_whole_with_its_file(visitor, job, db, settings, cv):
    answer = apply_to(visitor, job, cv=cv)
    assert answer.status_code == 303, shown(answer)
    application = _one(db)
    assert application.job_id == job.id
    assert (application.name, application.email) == ("Nadia Benali", "nadia@example.com")
    assert (application.stage, application.sharer_sees) == ("new", "nothing")
    assert application.cv_name == cv[0]
    (kept,) = _files(settings)
    assert kept.read_bytes() == (samples.plain_pdf() if cv[1] is None else cv[1])
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [change.stage for change in db.scalars(select(StageChange))] == ["new"]


def test_the_candidate_is_led_to_a_page_that_only_their_browser_has(visitor, job, db, app):
    address = apply_to(visitor, job).location
    answer = visitor.get(address)
    assert answer.status_code == 200
    assert "Nadia Benali" in shown(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    other = Visitor(app).get(address)
    assert other.status_code == 404
    assert "Nadia" not in shown(other)


@pytest.mark.parametrize("token", ["x" * 43, "a", "x" * 500, "' OR 1=1"])
def test_another_token_leads_nowhere(visitor, job, token):
    apply_to(visitor, job)
    assert visitor.get(f"/applications/{token}").status_code == 404


def test_the_candidate_gets_mail_in_their_language_and_the_contact_a_hint(visitor, job, db):
    job.contact = person_by_email(db, Cast.RECRUITER)
    db.commit()
    address = apply_to(visitor, job, "/fr").location
    assert address.startswith("/fr/applications/mine/")
    mails = {mail.to: mail for mail in db.scalars(select(Mail))}
    assert set(mails) == {"nadia@example.com", Cast.RECRUITER}
    assert link_in(mails["nadia@example.com"]).startswith("/fr/applications/")
    assert _one(db).language == "fr"
    assert "Nadia" not in mails[Cast.RECRUITER].text + mails[Cast.RECRUITER].subject


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": ""}, "tell us your name"),
        ({"name": "   "}, "tell us your name"),
        ({"name": "x" * 121}, "under 120 characters"),
        ({"email": ""}, "where we can write"),
        ({"email": "nadia"}, "does not look like an e-mail address"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "does not look like an e-mail"),
        ({"message": "x" * 5001}, "under 5,000 characters"),
        ({"cv": None}, "Please add your CV"),
        ({"cv": ("cv.exe", b"MZ")}, "PDF, DOCX or ODT"),
        ({"cv": ("cv.pdf", b"MZ")}, "is something else"),
        ({"website": "http://spam"}, "sent by a robot"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(visitor, job, db, more, says):
    answer = apply_to(visitor, job, **more)
    assert answer.status_code == 422
    assert says in shown(answer)
    assert "I like meters." in shown(answer) or "message" in more
    assert db.scalar(select(func.count(Application.id))) == 0
    assert "Set-Cookie" not in answer.headers


def test_a_chosen_file_need_not_be_chosen_again(visitor, job, db, settings):
    answer = apply_to(visitor, job, email="nadia")
    page = shown(answer)
    assert "We have this file already: cv.pdf" in page
    answer = visitor.client.post(f"/jobs/{job.slug}/apply", data=fields_of(page, cv=None))
    assert answer.status_code == 303
    assert _one(db).cv_name == "cv.pdf"
    assert len(_files(settings)) == 1
    assert db.scalars(select(Upload)).all() == []


def test_a_file_chosen_again_replaces_the_one_before(visitor, job, db, settings):
    page = shown(apply_to(visitor, job, email="nadia"))
    page = shown(
        visitor.client.post(
            f"/jobs/{job.slug}/apply", data=fields_of(page, email="no", cv=("b.odt", samples.odt()))
        )
    )
    assert len(_files(settings)) == 1
    visitor.client.post(f"/jobs/{job.slug}/apply", data=fields_of(page, cv=("c.pdf", None)))
    assert _one(db).cv_name == "c.pdf"
    assert len(_files(settings)) == 1


def test_a_kept_file_can_be_taken_back(visitor, job, db, settings):
    page = shown(apply_to(visitor, job, email="nadia"))
    answer = send(visitor, job, fields_of(page, cv=None, forget_cv="1"))
    assert answer.status_code == 200
    assert "We have this file already" not in shown(answer)
    assert "I like meters." in shown(answer)
    assert _files(settings) == []
    assert db.scalars(select(Upload)).all() == []
    assert send(visitor, job, fields_of(shown(answer), cv=None)).status_code == 422


def test_what_waits_takes_no_more_room_than_it_may(visitor, job, db, settings, monkeypatch):
    monkeypatch.setattr("careers.hiring.applying.UPLOADS_MOST", len(samples.odt()) + 1)
    odt = ("cv.odt", samples.odt())
    assert "We have this file already" in shown(apply_to(visitor, job, email="nadia", cv=odt))
    page = shown(apply_to(visitor, job, email="nadia", cv=odt))
    assert "Please choose your CV again" in page
    assert "I like meters." in page
    assert len(_files(settings)) == 1
    assert send(visitor, job, fields_of(page, cv=odt)).status_code == 303


@pytest.mark.parametrize("submitted", [{}, {"name": ""}])
def test_a_page_that_was_open_for_too_long_loses_nothing(visitor, job, db, settings, submitted):
    page = page_of(visitor, job)
    fields = fields_of(page, cv=("cv.odt", samples.odt()), phone="0612345678", **submitted)
    stale = fields | {"form_token": fields["form_token"][:-3] + "xyz"}
    answer = send(visitor, job, stale)
    assert answer.status_code == 400
    again = shown(answer)
    assert "Nothing is lost: please send it again" in again
    assert "I like meters." in again
    assert "We have this file already: cv.odt" in again
    assert db.scalars(select(Application)).all() == []
    assert send(visitor, job, fields_of(again, cv=None)).status_code == 303
    assert _one(db).cv_name == "cv.odt"


def test_whoever_goes_back_and_sends_again_has_applied_once(visitor, job, db):
    answer = visitor.get(f"/jobs/{job.slug}/apply")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    page = shown(answer)  # what the browser shows again, key and all
    first = send(visitor, job, fields_of(page, cv=("cv.odt", samples.odt())))
    second = send(visitor, job, fields_of(page, cv=("cv.odt", samples.odt()), message="More."))
    assert first.location == second.location
    assert _one(db).message == "I like meters."


def test_an_upload_without_an_application_is_forgotten(visitor, job, db, settings, app):
    apply_to(visitor, job, email="nadia")
    assert len(_files(settings)) == 1
    with clock.set_to(clock.now() + timedelta(hours=13)), app.app_context():
        outbox.do_due_work(app.extensions["database"], settings)
    db.expire_all()
    assert _files(settings) == []
    assert db.scalars(select(Upload)).all() == []


# The client keeps its own copy of what was refused open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_oversized_request_is_refused_clearly(visitor, job):
    answer = apply_to(visitor, job, cv=("cv.pdf", b"%PDF-" + bytes(32 * 1024 * 1024)))
    assert answer.status_code == 413
    assert "choose a smaller file: at most 10 MB" in shown(answer)
    del answer
    gc.collect()


@pytest.mark.parametrize("submission", ["", "short", "x" * 33, "x" * 31 + "é"])
def test_a_form_without_its_key_is_refused(visitor, job, db, submission):
    page = page_of(visitor, job)
    fields = fields_of(page) | {"submission": submission}
    assert visitor.client.post(f"/jobs/{job.slug}/apply", data=fields).status_code == 400


def test_a_form_of_another_site_is_refused(visitor, job, db):
    page = page_of(visitor, job)
    fields = fields_of(page) | {"form_token": "forged"}
    assert visitor.client.post(f"/jobs/{job.slug}/apply", data=fields).status_code == 400
    assert db.scalars(select(Application)).all() == []
    answer = visitor.client.post(
        f"/jobs/{job.slug}/apply", data=fields_of(page), headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_twenty_clicks_at_once_are_one_application_with_one_file(visitor, job, app, db, settings):
    page, address = page_of(visitor, job), f"/jobs/{job.slug}/apply"
    heard, answers = [], []

    def listen(application, **more):
        heard.append(more["came"])

    def send():
        with app.test_client() as client:
            answers.append(client.post(address, data=fields_of(page, cv=("cv.odt", samples.odt()))))

    received.connect(listen)
    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received.disconnect(listen)
    assert [answer.status_code for answer in answers] == [303] * 20
    assert len({answer.location for answer in answers}) == 1
    assert _one(db).name == "Nadia Benali"
    assert len(_files(settings)) == 1
    assert db.scalar(select(func.count(Mail.id))) == 1
    assert _one(db).code in answers[0].location


def test_a_cv_is_on_disk_with_its_name_before_its_application_is(
    visitor, job, db, settings, monkeypatch
):
    sync, seen = os.fsync, []

    def watched(handle):
        sync(handle)
        there = db.scalar(select(func.count(Application.id)))
        db.rollback()
        seen.append((str(Path(f"/proc/self/fd/{handle}").readlink()), there))

    monkeypatch.setattr(os, "fsync", watched)
    assert apply_to(visitor, job, cv=("cv.odt", samples.odt())).status_code == 303
    (path,) = _files(settings)
    assert seen[:2] == [(str(path.resolve()), 0), (str(path.parent.resolve()), 0)]


def test_an_application_that_cannot_be_stored_leaves_no_file(visitor, job, db, settings):
    def fail(application, **more):
        raise RuntimeError("the credit could not be decided")

    received.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            apply_to(visitor, job)
    finally:
        received.disconnect(fail)
    assert _files(settings) == []
    assert db.scalar(select(func.count(Application.id))) == 0
    assert db.scalar(select(func.count(Mail.id))) == 0


@pytest.mark.parametrize(
    ("fields", "came"),
    [
        ({}, Came()),
        ({"told_by": " Ada ", "without": ["answer"]}, Came(told_by="Ada", without={"answer"})),
        ({"via": "abc123.xyz", "sharer_sees": "steps"}, Came()),  # there is no such link
    ],
)
def test_who_told_the_candidate_is_announced_as_the_form_carried_it(visitor, job, db, fields, came):
    heard = []

    def listen(application, **more):
        heard.append((application.name, more["came"], more["db"].in_transaction()))

    received.connect(listen)
    answer = apply_to(visitor, job, **fields)
    received.disconnect(listen)
    assert answer.status_code == 303
    assert heard == [("Nadia Benali", came, True)]
    assert _one(db).sharer_sees == "nothing"


# -- the candidate's own page --------------------------------------------------------------------


def _act(visitor, address, act, fields=None):
    return visitor.post(f"{address}/{act}", fields, form_on=address)


def test_a_candidate_changes_what_the_sharer_sees(visitor, job, db):
    address = apply_to(visitor, job, via="abc123").location
    assert _act(visitor, address, "sharer", {"sharer_sees": "steps"}).status_code == 303
    assert _one(db).sharer_sees == "steps"
    assert _act(visitor, address, "sharer", {"sharer_sees": "all"}).status_code == 400


def test_a_candidate_withdraws_once(visitor, job, db):
    address = apply_to(visitor, job).location
    for _ in range(2):
        assert visitor.client.post(
            f"{address}/withdrawal", data={"form_token": visitor.form_token(address)}
        ).location.endswith(address)
    assert _one(db).stage == "withdrawn"
    assert [change.stage for change in db.scalars(select(StageChange))] == ["new", "withdrawn"]
    assert "You took it back" in shown(visitor.get(address))


def test_erasing_deletes_the_file_the_mail_and_every_word(visitor, job, db, settings, work):
    address = apply_to(visitor, job).location
    assert len(_files(settings)) == 1
    assert _act(visitor, address, "erasure").status_code == 303
    assert _files(settings) == []
    application = _one(db)
    assert application.stage == "withdrawn"
    assert application.erased_at is not None
    everything = " ".join(str(value) for value in vars(application).values())
    for word in ("Nadia", "nadia", "meters", "cv.pdf"):
        assert word not in everything
    assert db.scalar(select(func.count(Mail.id))) == 0
    work()
    page = visitor.get(address)
    assert "Your data is erased" in shown(page)
    assert "Nadia" not in shown(page)
    assert _act_again(visitor, address, job).status_code == 303


def _act_again(visitor, address, job):
    token = visitor.form_token(f"/jobs/{job.slug}/apply")
    return visitor.client.post(f"{address}/erasure", data={"form_token": token})


@pytest.mark.parametrize("act", ["sharer", "withdrawal", "erasure"])
def test_nobody_acts_on_what_is_not_theirs(visitor, job, db, app, act):
    apply_to(visitor, job)
    token = visitor.form_token(f"/jobs/{job.slug}/apply")
    for code in ("x" * 12, _one(db).code):
        address = f"/applications/mine/{code}/{act}"
        answer = Visitor(app).client.post(address, data={"form_token": token})
        assert answer.status_code == 404
        assert visitor.get(address).status_code in {404, 405}
    assert _one(db).name == "Nadia Benali"
