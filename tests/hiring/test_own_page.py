"""What candidates do with what is theirs: see it, save it, recognise it, have it erased."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from limits import parse
from sqlalchemy import MetaData, func, make_url, select

from careers.app import create_app
from careers.base import clock
from careers.base.mail import Mail
from careers.base.web import limiter
from careers.hiring.models import Application
from careers.hiring.pages import candidates as candidates_pages
from tests.conftest import Visitor
from tests.hiring import samples
from tests.hiring.candidates import (
    apply_to,
    come_by,
    fields_of,
    hidden,
    link_in,
    mails_to,
    page_of,
    send,
    shown,
)
from tests.jobs.samples import open_job

ODT = ("cv.odt", samples.odt())


@pytest.fixture
def job(db):
    return open_job(db)


def _applications(db) -> list[Application]:
    db.expire_all()
    return list(db.scalars(select(Application).order_by(Application.id)))


def test_all_that_is_kept_can_be_saved(visitor, job):
    address = apply_to(visitor, job, cv=ODT, phone="0612345678", told_by="A friend").location
    answer = visitor.get(f"{address}/data.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.read("cv/cv.odt") == ODT[1]
        kept = json.loads(packed.read("application.json"))
    assert kept["name"] == "Nadia Benali"
    assert kept["phone"] == "+33612345678"
    assert kept["message"] == "I like meters."
    assert [step["stage"] for step in kept["stages"]] == ["new"]
    assert [touch["said"] for touch in kept["how_they_came"]] == ["A friend"]
    visitor.post(f"{address}/erasure", form_on=address)
    assert visitor.get(f"{address}/data.zip").status_code == 404
    assert visitor.get("/applications/mine/xxxxxxxxxxxx/data.zip").status_code == 404


def test_a_link_opens_by_a_button_and_for_this_browser_only(visitor, job, db, app):
    sent_by = apply_to(visitor, job, cv=ODT).location
    (mail,) = mails_to(db)
    link = link_in(mail)
    assert link.rpartition("/")[2] not in str(vars(_applications(db)[0]))
    reader = Visitor(app)
    for _ in range(2):  # programs that open links open nothing
        answer = reader.get(link)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "Nadia" not in shown(answer)
    assert _applications(db)[0].email_confirmed_at is None
    answer = come_by(reader, link)
    assert answer.location == sent_by  # the address says nothing any more
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Nadia Benali" in shown(reader.get(sent_by))
    assert _applications(db)[0].email_confirmed_at is not None
    assert reader.get(link).location == sent_by
    reader.post(f"{sent_by}/closing", form_on=sent_by)
    assert reader.get(sent_by).status_code == 404
    assert "Open my application" in shown(reader.get(link))


def test_a_session_is_a_new_one_once_it_opens_an_application(visitor, job, db, app):
    """Whoever gave somebody else a cookie of theirs sees nothing by it."""
    apply_to(visitor, job, cv=ODT)
    given = visitor.client.get_cookie("entourage").value
    other = Visitor(app)
    other.client.set_cookie("entourage", given)
    second = apply_to(other, job, cv=ODT, name="Bob Martin").location
    assert other.get(second).status_code == 200
    assert visitor.get(second).status_code == 404
    assert other.client.get_cookie("entourage").value != given


def test_every_form_of_the_page_holds_after_another_was_sent(visitor, job, db):
    address = apply_to(visitor, job, cv=ODT, told_by="A friend").location
    page = shown(visitor.get(address))
    for act, fields in [
        ("sharer", {"sharer_sees": "nothing"}),
        ("touches", {"told_by": ""}),
        ("withdrawal", {}),
    ]:
        data = fields | {"form_token": hidden(page, "form_token")}
        answer = visitor.client.post(f"{address}/{act}", data=data)
        assert answer.status_code == 303, act
        page = shown(visitor.get(answer.location))
    assert _applications(db)[0].stage == "withdrawn"


def test_a_link_holds_for_thirty_days_and_can_be_had_again(visitor, job, db, app):
    apply_to(visitor, job, cv=ODT)
    first = link_in(mails_to(db)[0])
    mails_to(db)[0].sent_at = clock.now()
    db.commit()
    asked = {"email": " Nadia@Example.com "}
    later = f"{int(first.rpartition('/')[2].partition('-')[0], 16) + 9:x}"
    forged = f"/applications/{later}-{first.partition('-')[2]}"
    assert visitor.get(first).status_code == 200
    assert visitor.get(forged).status_code == 404
    with clock.set_to(clock.now() + timedelta(days=31)):
        lost = visitor.get(first)
        assert lost.status_code == 404
        assert "Send me the link" in shown(lost)
        known = shown(visitor.post("/applications", asked))
        (mail,) = mails_to(db)
        assert come_by(Visitor(app), link_in(mail)).status_code == 303
        assert visitor.get(first).status_code == 404
    before = len(db.scalars(select(Mail)).all())
    unknown = shown(visitor.post("/applications", {"email": "paul@example.com"}))
    assert len(db.scalars(select(Mail)).all()) == before
    assert _plain(known) == _plain(unknown)
    assert visitor.post("/applications", {"email": "nadia"}).status_code == 422


def _plain(page: str) -> str:
    """A page without what is new each time, and whom it is for."""
    return re.sub(r'nonce="[^"]*"|"[\w.-]{40,}"|(nadia|paul)@example.com', "", page)


def test_a_mailbox_gets_four_such_mails_a_day_and_nobody_learns_it(job, db, settings):
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    try:
        visitor, seen, written = Visitor(app), set(), []
        apply_to(visitor, job, cv=ODT)
        for _ in range(6):
            (mail,) = mails_to(db)
            mail.sent_at = clock.now()
            db.commit()
            answer = visitor.post("/applications", {"email": "nadia@example.com"})
            seen.add((answer.status_code, _plain(shown(answer))))
            written.append(mails_to(db)[0].sent_at is None)
        assert len(seen) == 1
        assert written == [True] * 4 + [False] * 2
    finally:
        limiter.enabled = False
        app.extensions["database"].dispose()


def test_a_job_takes_so_many_a_day_and_loses_no_word_of_the_next(visitor, job, db, monkeypatch):
    monkeypatch.setattr("careers.hiring.applying.JOB_TAKES", 1)
    assert apply_to(visitor, job, cv=ODT).status_code == 303
    page = page_of(visitor, job)
    answer = send(visitor, job, fields_of(page, cv=ODT, email="paul@example.com"))
    assert answer.status_code == 429
    assert "for this job today that we take the next ones tomorrow" in shown(answer)
    assert "I like meters." in shown(answer)
    other = open_job(db, number=102, title="Cook")
    assert apply_to(visitor, other, cv=ODT, email="paul@example.com").status_code == 303
    with clock.set_to(clock.now() + timedelta(hours=25)):
        again = apply_to(visitor, job, cv=ODT, email="paul@example.com")
        assert again.status_code == 303


def test_a_mailbox_applies_so_often_a_day_and_no_more(job, db, settings, monkeypatch):
    monkeypatch.setattr(candidates_pages, "FROM_ONE_MAILBOX", parse("2/day"))
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    try:
        for email in ("nadia@example.com", "na.dia+jobs@example.com"):
            assert apply_to(Visitor(app), job, cv=ODT, email=email).status_code == 303
        visitor = Visitor(app)
        page = page_of(visitor, job)
        fields = fields_of(page, cv=ODT, email="NADIA@example.com")
        answer = send(visitor, job, fields)
        assert answer.status_code == 429
        assert "we take the next ones tomorrow" in shown(answer)
        assert "I like meters." in shown(answer)
        assert ODT[0] in shown(answer)
        assert apply_to(Visitor(app), job, cv=ODT, email="paul@example.com").status_code == 303
    finally:
        limiter.enabled = False
        app.extensions["database"].dispose()
    assert db.scalar(select(func.count(Application.id))) == 3


def test_others_are_listed_only_to_who_reads_the_mail(visitor, job, db, app):
    first = apply_to(visitor, job, cv=ODT).location
    other = open_job(db, number=102, title="Grid planner")
    second = apply_to(visitor, other, cv=ODT).location
    for address in (first, second):
        assert "What else you sent us" not in shown(visitor.get(address))
    reader = Visitor(app)
    page = shown(reader.get(come_by(reader, link_in(mails_to(db)[1])).location))
    assert "What else you sent us" in page
    assert "Data engineer" in page
    assert reader.get(first).status_code == 200
    # Whoever only typed somebody's address learns nothing by its confirmation.
    for address in (first, second):
        assert "What else you sent us" not in shown(visitor.get(address))


def test_what_was_sent_twice_is_one_once_the_address_is_confirmed(visitor, job, db, app):
    apply_to(visitor, job, cv=ODT)
    apply_to(visitor, job, cv=ODT, message="A second tab.")
    answer = come_by(Visitor(app), link_in(mails_to(db)[1]))
    assert "said=doubles" in answer.location
    assert "We keep this one" in shown(visitor.get(answer.location))
    assert [one.stage for one in _applications(db)] == ["withdrawn", "new"]
    come_by(Visitor(app), link_in(mails_to(db)[0]))
    assert [one.stage for one in _applications(db)] == ["withdrawn", "new"]


@pytest.mark.parametrize("apart", ["later", "read", "confirmed"])
def test_what_is_no_double_stays(visitor, job, db, app, apart):
    apply_to(visitor, job, cv=ODT)
    if apart == "confirmed":
        come_by(Visitor(app), link_in(mails_to(db)[-1]))
    if apart == "read":
        db.scalars(select(Application)).one().stage = "screening"
        db.commit()
    with clock.set_to(clock.now() + timedelta(hours=25 if apart == "later" else 0)):
        apply_to(visitor, job, cv=ODT)
        come_by(Visitor(app), link_in(mails_to(db)[-1]))
    assert "withdrawn" not in [one.stage for one in _applications(db)]


def test_a_stranger_learns_nothing_by_applying_with_somebodys_address(visitor, job, db):
    apply_to(visitor, job, cv=ODT)
    answer = apply_to(visitor, job, cv=ODT, name="A stranger", message="")
    page = shown(visitor.get(answer.location))
    assert "I like meters." not in page
    assert "Nadia Benali" not in page
    assert "What else you sent us" not in page


def test_nothing_that_a_candidate_gave_is_left_in_any_table(visitor, job, db, database_url, work):
    words = {
        "name": "Zazie Quokka", "email": "zazie@quokka.example", "phone": "+33 6 98 76 54 32",
        "link": "https://quokka.example", "message": "Marsupials everywhere.",
        "told_by": "Uncle Wombat",
    }  # fmt: skip
    address = apply_to(visitor, job, cv=("quokka.odt", ODT[1]), **words).location
    apply_to(visitor, job, cv=("quokka.odt", ODT[1]), **words | {"email": "wrong"})
    assert _left(db, "quokka") != []
    visitor.post(f"{address}/erasure", form_on=address)
    with clock.set_to(clock.now() + timedelta(hours=13)):
        work()
    for word in ("Zazie", "Quokka", "698765432", "Marsupials", "Wombat"):
        assert _left(db, word) == [], word


def test_nothing_that_a_candidate_gave_is_left_in_any_file(
    visitor, job, db, settings, database, database_url, work
):
    """Neither in those of SQLite, its log among them, nor in an index, nor beside a CV."""
    words = {"name": "Zazie Quokka", "email": "zazie@quokka.example", "message": "Wombats. " * 400}
    address = apply_to(visitor, job, cv=("quokka.odt", ODT[1]), **words).location
    files = [settings.folder()]
    if database.is_sqlite:
        path = Path(make_url(database_url).database)
        files += [path, path.with_name(f"{path.name}-wal")]
        assert b"Wombats" in b"".join(one.read_bytes() for one in files[1:])
    visitor.post(f"{address}/erasure", form_on=address)
    work()
    db.close()
    database.dispose()
    database.forget_deleted()
    found = [one for file in files for one in (file.rglob("*") if file.is_dir() else [file])]
    for one in filter(Path.is_file, found):
        content = one.read_bytes()
        assert not [w for w in (b"Zazie", b"quokka", b"Wombats") if w in content], one


def _left(db, word: str) -> list[str]:
    """The tables that hold `word`, in any column."""
    db.rollback()
    tables = MetaData()
    tables.reflect(db.get_bind())
    return [
        table.name
        for table in tables.sorted_tables
        if any(word.lower() in str(tuple(row)).lower() for row in db.execute(select(table)))
    ]
