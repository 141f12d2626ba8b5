"""Visitors ask, editors look, experts answer; nobody sees the asker's address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.app import create_app
from careers.base import clock
from careers.base.mail import Mail
from careers.base.people import leave, person_by_email
from experts import questions
from experts.models import Asked
from experts.showing import QUESTIONS, agree
from tests.cast import Cast
from tests.conftest import Visitor
from tests.unsent import HERE, send_again

PAGE, ASK = "/experts/ada-engel", "/experts/ada-engel/ask"
WORDS = {"words": "Is on-call part of the job?", "name": "Zoé", "email": "zoe@outside.example"}


@pytest.fixture
def ada(show, visit_as, database):
    show(Cast.ENGINEER)
    with database.writing() as db:
        agree(db, person_by_email(db, Cast.ENGINEER), QUESTIONS)
        db.commit()
    return visit_as(Cast.ENGINEER)


def code_of(db) -> str:
    code = db.scalars(select(Asked.code).order_by(Asked.id.desc())).first()
    db.rollback()
    return code


def passed(visitor, visit_as, db, **fields) -> str:
    visitor.post(ASK, WORDS | fields)
    code = code_of(db)
    visit_as(Cast.EDITOR).post(f"/editing/questions/{code}/pass", form_on="/editing/questions")
    return code


def test_a_question_is_asked_passed_on_and_answered_for_everybody(visitor, visit_as, ada, db):
    assert 'action="/experts/ada-engel/ask"' in visitor.get(PAGE).text
    sent = visitor.post(ASK, WORDS, form_on=PAGE)
    assert sent.status_code == 303
    assert "Set-Cookie" not in sent.headers
    assert "Thank you for asking" in visitor.get(sent.location).text
    assert "on-call" not in ada.get("/me/questions").text, "an editor looks first"
    edith = visit_as(Cast.EDITOR)
    queue = edith.get("/editing/questions").text
    assert "Is on-call part of the job?" in queue
    code = code_of(db)
    edith.post(f"/editing/questions/{code}/pass", form_on="/editing/questions")
    assert "on-call" not in visitor.get(PAGE).text
    mine = ada.get("/me/questions").text
    assert "Zoé" in mine
    answer = {"answer": "One week in seven, paid.", "is_public": "y"}
    ada.post(f"/me/questions/{code}/answer", answer, form_on="/me/questions")
    page = visitor.get(PAGE).text
    for words in ("Is on-call part of the job?", "One week in seven, paid.", "Zoé asked"):
        assert words in page
    assert "One week in seven" in visitor.get(f"{PAGE}?kind=answer").text
    mails = {mail.to: mail.text for mail in db.scalars(select(Mail))}
    assert "One week in seven, paid." in mails["zoe@outside.example"]
    assert "on-call" in mails[Cast.ENGINEER]
    assert db.scalars(select(Asked.email)).one() is None, "it is erased once it was used"
    for seen in (queue, mine, page, ada.get("/me/questions").text, mails[Cast.ENGINEER]):
        assert "zoe@outside" not in seen
    db.rollback()
    ada.post(f"/me/questions/{code}/delete", form_on="/me/questions")
    assert "on-call" not in visitor.get(PAGE).text


def test_an_answer_that_would_reach_nobody_is_not_taken(visitor, visit_as, ada, db):
    code = passed(visitor, visit_as, db, email="", name="")
    assert "Questions to me (1)" in ada.get("/me/profile").text
    assert "They left no address" in ada.get("/me/questions").text
    refused = ada.post(f"/me/questions/{code}/answer", {"answer": "Yes."}, form_on="/me/questions")
    assert refused.status_code == 422
    assert "They left no address: tick that everybody may read it" in refused.text
    answer = {"answer": "Yes.", "is_public": "y"}
    ada.post(f"/me/questions/{code}/answer", answer, form_on="/me/questions")
    page = visitor.get(PAGE).text
    assert "Somebody asked" in page
    assert "You asked" not in page, "whoever reads it did not"
    assert "Questions to me (" not in ada.get("/me/profile").text


def test_an_answer_may_be_for_the_asker_alone(visitor, visit_as, ada, db):
    code = passed(visitor, visit_as, db, name="")
    ada.post(f"/me/questions/{code}/answer", {"answer": "Yes."}, form_on="/me/questions")
    assert "on-call" not in visitor.get(PAGE).text
    sent = db.scalars(select(Mail).where(Mail.to == "zoe@outside.example")).one()
    assert "Yes." in sent.text
    assert not sent.is_kept  # her address is used once


@pytest.mark.parametrize("how", ["refuse", "decline"])
def test_what_is_not_answered_is_told_to_nobody_and_forgotten(
    visitor, visit_as, ada, database, db, how
):
    if how == "refuse":
        visitor.post(ASK, WORDS)
        code = code_of(db)
        edith = visit_as(Cast.EDITOR)
        edith.post(f"/editing/questions/{code}/refuse", form_on="/editing/questions")
        assert "on-call" not in ada.get("/me/questions").text
    else:
        code = passed(visitor, visit_as, db)
        ada.post(f"/me/questions/{code}/decline", form_on="/me/questions")
    assert db.scalars(select(Asked.email)).one() is None
    assert not db.scalars(select(Mail).where(Mail.to == "zoe@outside.example")).all()
    db.rollback()
    with clock.set_to(clock.now() + timedelta(days=31)), database.writing() as session:
        questions.forget_questions(session)
        session.commit()
    assert db.scalars(select(Asked)).all() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"words": " "}, {"words": "x" * 601}, {"email": "zoe"}, {"name": "x" * 81},
        {"website": "https://spam.example"},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_hold_is_said_and_not_kept(visitor, ada, db, fields):
    assert visitor.post(ASK, WORDS | fields).status_code == 422
    assert db.scalars(select(Asked)).all() == []


def test_who_takes_no_questions_is_asked_none(visitor, show, ada):
    ada.post("/me/consents/questions/withdraw", form_on="/me/consents")
    assert "/ask" not in visitor.get(PAGE).text
    assert visitor.get(ASK).status_code == 404
    ada.post("/me/profile/take-down", form_on="/me/profile")
    assert visitor.get(ASK).status_code == 410
    assert visitor.get("/experts/nobody/ask").status_code == 404


def test_others_neither_read_nor_answer_nor_moderate(visitor, visit_as, ada, db):
    code = passed(visitor, visit_as, db)
    carl = visit_as(Cast.COLLEAGUE)
    token = {"form_token": carl.form_token("/me/profile"), "answer": "No."}
    for act in ("/me/questions/{}/answer", "/me/questions/{}/decline", "/me/questions/{}/delete",
                "/editing/questions/{}/pass", "/editing/questions/{}/refuse"):  # fmt: skip
        assert carl.client.post(act.format(code), data=token).status_code == 404
    assert "on-call" not in carl.get("/me/questions").text
    assert db.scalars(select(Asked.state)).one() == "passed"


def test_the_second_of_two_editors_changes_nothing(visitor, visit_as, ada, db):
    code = passed(visitor, visit_as, db)
    edith = visit_as(Cast.EDITOR)
    edith.post(f"/editing/questions/{code}/refuse", form_on="/me/profile")
    assert db.scalars(select(Asked.state)).one() == "passed"


def test_too_many_that_wait_are_too_many(visitor, ada, monkeypatch, db):
    monkeypatch.setattr(questions, "MOST_WAITING", 2)
    assert [visitor.post(ASK, WORDS).status_code for _ in "123"] == [303, 303, 429]
    assert len(db.scalars(select(Asked)).all()) == 2


def test_nobody_asks_without_end(settings, ada):
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    somebody = Visitor(app)
    answers = [somebody.post(ASK, WORDS).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    app.extensions["database"].dispose()


def test_questions_go_with_who_leaves(visitor, visit_as, ada, db):
    passed(visitor, visit_as, db)
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    assert db.scalars(select(Asked)).all() == []


def test_a_question_outlives_a_page_that_was_open_too_long(visitor, ada, db):
    late = visitor.client.post(ASK, data=WORDS | {"form_token": "yesterday"}, headers=HERE)
    assert late.status_code == 400
    assert "Is on-call part of the job?</pre>" in late.text
    assert "Set-Cookie" not in late.headers
    assert send_again(visitor.client, late).status_code == 303
    assert db.scalars(select(Asked.words)).all() == [WORDS["words"]]


def test_what_another_site_sends_is_never_shown_again(visitor, ada):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        sent = visitor.client.post(ASK, data=WORDS | {"form_token": "x"}, headers=headers)
        assert sent.status_code == (403 if headers else 400)
        assert "on-call" not in sent.text


def test_an_answer_outlives_an_old_page_and_a_second_window(visitor, visit_as, ada, db):
    code = passed(visitor, visit_as, db)
    address, answer = f"/me/questions/{code}/answer", {"answer": "Yes, <paid>.", "is_public": "y"}
    late = ada.client.post(address, data=answer | {"form_token": "long ago"}, headers=HERE)
    assert "Yes, &lt;paid&gt;.</pre>" in late.text
    assert send_again(ada.client, late).status_code == 303
    token = ada.form_token("/me/questions")
    other = {"answer": "From the second window.", "form_token": token}
    told = ada.client.post(address, data=other, headers=HERE)
    assert told.status_code == 409
    assert "From the second window.</pre>" in told.text
    assert db.scalars(select(Asked.answer)).all() == ["Yes, <paid>."]
