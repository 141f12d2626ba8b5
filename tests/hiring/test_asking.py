"""Phone, link, and the questions of a job: asked, answered, shown, erased."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.base.people import person_by_email
from careers.hiring.asking import MOST, Asked, add_question, questions_of
from careers.hiring.models import Application, Asks, Question
from careers.hiring.phones import plain_phone, region_of, shown_phone
from tests.cast import Cast
from tests.hiring.candidates import apply_to, fields_of, page_of, shown
from tests.jobs.samples import open_job


@pytest.fixture
def job(db):
    return open_job(db)


@pytest.fixture
def recruiter(visit_as):
    return visit_as(Cast.RECRUITER)


def _ask(recruiter, job, **more):
    address = f"/recruiting/jobs/{job.code}/questions"
    fields = {"words": "May you work in the EU?", "asks": "yes-no", **more}
    return recruiter.post(address, fields, form_on=address)


def _questions(db, job):
    db.expire_all()
    return questions_of(db, job)


def _one(db) -> Application:
    db.expire_all()
    return db.scalars(select(Application)).one()


# -- phone and link ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "region", "kept"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "GB", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("(212) 555-2368", "US", "+12125552368"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+49 30 901820", None, "+4930901820"),
    ],
)
def test_a_phone_number_is_kept_in_one_way_however_it_is_written(written, region, kept):
    assert plain_phone(written, region) == kept
    assert plain_phone(shown_phone(kept), None) == kept


@pytest.mark.parametrize("written", ["12", "call me", "06 12 34", "+33 9", "0" * 40, "+33 6 12"])
def test_what_no_telephone_has_is_refused(written):
    with pytest.raises(ValueError):
        plain_phone(written, "FR")


def test_a_time_zone_says_where_a_number_is_meant():
    assert (region_of("Europe/Paris"), region_of("Mars/Base")) == ("FR", None)


def test_phone_and_link_are_kept_shown_and_erased(visitor, recruiter, job, db):
    answer = apply_to(visitor, job, phone="06 12 34 56 78", link="nadia.example/work")
    assert answer.status_code == 303, shown(answer)
    application = _one(db)
    assert (application.phone, application.link) == ("+33612345678", "https://nadia.example/work")
    for page in (
        shown(visitor.get(answer.location)),
        shown(recruiter.get(f"/recruiting/applications/{application.code}")),
    ):
        assert "+33 6 12 34 56 78" in page
        assert 'href="https://nadia.example/work" rel="noopener noreferrer nofollow"' in page
    visitor.post(f"{answer.location}/erasure", form_on=answer.location)
    assert (_one(db).phone, _one(db).link) == ("", "")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"phone": "call me"}, "does not look like a phone number"),
        ({"phone": "0" * 41}, "too long for a phone number"),
        ({"link": "javascript:alert(1)"}, "does not look like an address"),
        ({"link": "https://user:pass@example.com"}, "does not look like an address"),
        ({"link": "https://exa mple.com"}, "does not look like an address"),
        ({"link": "http://[::1"}, "does not look like an address"),
        ({"link": "https://example.com:99999"}, "does not look like an address"),
        ({"link": "x" * 501}, "under 500 characters"),
        ({"link": "x." * 249 + "yz"}, "does not look like an address"),  # with its beginning
    ],
)
def test_a_wrong_phone_or_link_is_said(visitor, job, db, more, says):
    answer = apply_to(visitor, job, **more)
    assert answer.status_code == 422
    assert says in shown(answer)
    assert db.scalars(select(Application)).all() == []


# -- questions -----------------------------------------------------------------------------------


def test_what_a_job_asks_is_answered_shown_and_erased(visitor, recruiter, job, db):
    assert _ask(recruiter, job, is_required="y").status_code == 303
    _ask(recruiter, job, words="Which team?", asks="choice", choices="Data\nPlatform\n\nData")
    _ask(recruiter, job, words="Why us?", asks="text")
    one, two, three = _questions(db, job)
    assert two.choices == ["Data", "Platform"]
    names = {question: f"question-{question.code}" for question in (one, two, three)}

    refused = apply_to(visitor, job)
    assert refused.status_code == 422
    assert "Please answer this question." in shown(refused)

    given = {names[one]: "no", names[two]: "Platform", names[three]: "Because <b>."}
    answer = apply_to(visitor, job, **given)
    assert answer.status_code == 303, shown(answer)
    application = _one(db)
    assert application.answers == [
        {"question": "May you work in the EU?", "answer": False},
        {"question": "Which team?", "answer": "Platform"},
        {"question": "Why us?", "answer": "Because <b>."},
    ]
    for page in (
        shown(visitor.get(answer.location)),
        shown(recruiter.get(f"/recruiting/applications/{application.code}")),
    ):
        assert "Which team?" in page
        assert "Because &lt;b&gt;." in page
    visitor.post(f"{answer.location}/erasure", form_on=answer.location)
    assert _one(db).answers == []


def test_what_is_answered_wrongly_or_left_open(visitor, recruiter, job, db):
    _ask(recruiter, job, words="Which team?", asks="choice", choices="Data\nPlatform")
    (question,) = _questions(db, job)
    answer = apply_to(visitor, job, **{f"question-{question.code}": "Sales"})
    assert answer.status_code == 422
    assert apply_to(visitor, job).status_code == 303
    assert _one(db).answers == []


def test_answers_stay_when_something_else_is_wrong(visitor, recruiter, job, db):
    _ask(recruiter, job, words="Why us?", asks="text")
    _ask(recruiter, job)
    one, two = _questions(db, job)
    given = {f"question-{one.code}": "I like meters, & you.", f"question-{two.code}": "yes"}
    page = shown(
        apply_to(visitor, job, email="nadia", phone="0612345678", link="a.example", **given)
    )
    assert "I like meters, &amp; you." in page
    assert re.search(r'<input[^>]*checked[^>]*value="yes"', page)
    assert 'value="+33 6 12 34 56 78"' in page
    assert 'value="https://a.example"' in page


@pytest.mark.parametrize(
    "more",
    [
        {"words": "What is your current salary?"},
        {"words": "Votre salaire actuel ?"},
        {"words": "Which of these?", "asks": "choice", "choices": "My last salary\nMy name"},
    ],
)
def test_nobody_asks_what_somebody_earned(recruiter, job, db, more):
    answer = _ask(recruiter, job, **more)
    assert answer.status_code == 422
    assert "asks what somebody earned before" in shown(answer)
    assert _questions(db, job) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"words": "  "}, "write the question"),
        ({"words": "x" * 301}, "under 300"),
        ({"asks": "poem"}, ""),
        ({"asks": "choice", "choices": "one"}, "2 to 12 answers"),
        ({"asks": "choice", "choices": "\n".join(map(str, range(13)))}, "2 to 12 answers"),
        ({"asks": "choice", "choices": "a\n" + "x" * 121}, "under 120"),
    ],
)
def test_a_question_must_hold(recruiter, job, db, more, says):
    answer = _ask(recruiter, job, **more)
    assert answer.status_code == 422
    assert says in shown(answer)
    assert _questions(db, job) == []


def test_a_question_is_changed_moved_and_removed(visitor, recruiter, job, db):
    _ask(recruiter, job, words="First?")
    _ask(recruiter, job, words="Second?")
    first, second = _questions(db, job)
    address = f"/recruiting/jobs/{job.code}/questions"
    recruiter.post(f"{address}/{second.code}/place", {"to": "up"}, form_on=address)
    assert [one.words for one in _questions(db, job)] == ["Second?", "First?"]
    recruiter.post(f"{address}/{second.code}/place", {"to": "up"}, form_on=address)
    assert [one.words for one in _questions(db, job)] == ["Second?", "First?"]
    where = f"{address}/{first.code}"
    fields = {"words": "First, changed?", "asks": "text", "version": "1"}
    assert recruiter.post(where, fields, form_on=where).status_code == 303
    late = recruiter.post(where, fields | {"words": "Too late?"}, form_on=where)
    assert late.status_code == 422
    assert "First, changed?" in shown(late)
    assert "Too late?" in shown(late)
    recruiter.post(f"{where}/removal", form_on=address)
    assert [one.words for one in _questions(db, job)] == ["Second?"]


def test_a_job_asks_no_end_of_questions(recruiter, job, db):
    person = person_by_email(db, Cast.RECRUITER)
    for number in range(MOST):
        add_question(db, job, Asked(f"Question {number}?", Asks.TEXT), person)
    db.commit()
    form = recruiter.form_token(
        f"/recruiting/jobs/{job.code}/questions/{_questions(db, job)[0].code}"
    )
    recruiter.client.post(
        f"/recruiting/jobs/{job.code}/questions",
        data={"form_token": form, "words": "More?", "asks": "text"},
    )
    assert len(_questions(db, job)) == MOST


def test_questions_are_those_of_their_job(visitor, recruiter, job, db):
    _ask(recruiter, job)
    (question,) = _questions(db, job)
    other = open_job(db, number=102)
    assert (
        recruiter.get(f"/recruiting/jobs/{other.code}/questions/{question.code}").status_code == 404
    )
    assert "May you work" not in page_of(visitor, other)
    assert fields_of(page_of(visitor, other))
    assert db.scalars(select(Question)).all() == [question]
