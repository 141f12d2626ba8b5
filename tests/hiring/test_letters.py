"""Letters to candidates: filled in, previewed, held back, in their language, and found again."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from careers.base import clock, outbox
from careers.base.mail import Mail
from careers.base.people import person_by_email
from careers.hiring.models import Application
from careers.hiring.pipeline import letters, standard_letters
from careers.hiring.pipeline.letters import PLACES, Words, filled, unknown_places
from careers.hiring.pipeline.models import Letter
from tests.cast import Cast
from tests.conftest import Visitor
from tests.hiring.candidates import apply_to, come_by, link_in, mails_to
from tests.hiring.pipeline import address, applied
from tests.jobs.samples import open_job

LATER = timedelta(minutes=11)


@pytest.fixture
def application(db):
    return applied(db, open_job(db), language="fr")


@pytest.fixture
def rosa(visit_as):
    return visit_as(Cast.RECRUITER)


def _standard(db):
    for values in standard_letters.LETTERS:
        letters.add_template(db, values, None)
    db.commit()
    return {one.name: one for one in letters.templates(db)}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Hello {name}, {job} at {company}, {recruiter}", []),
        ("{ name }", []),
        ("{names}", ["{names}"]),
        ("{}", ["{}"]),
        ("{name", ["{"]),
        ("name}", ["}"]),
        ("{{name}}", ["{", "}"]),
        ("{{ 7*7 }}", ["{ 7*7 }", "{", "}"]),
    ],
)
def test_only_known_places_are_filled_in(text, wrong):
    assert unknown_places(text) == wrong


@given(st.text(), st.text())
def test_what_is_filled_in_is_never_filled_in_again(name, job):
    values = {"name": name, "job": job, "company": "C", "recruiter": "R"}
    assert filled("{name}|{job}", values) == f"{name}|{job}"


def test_our_own_letters_can_be_filled_in_and_are_french_in_french():
    for values in standard_letters.LETTERS:
        for key in ("subject_en", "text_en", "subject_fr", "text_fr"):
            assert unknown_places(values[key]) == []
        for key in ("subject_fr", "text_fr"):
            assert " :" not in values[key]
            assert " ?" not in values[key]
            assert "« " not in values[key]
            assert "\xa0" in values["text_fr"] + values["subject_fr"]


def test_a_letter_is_written_looked_at_and_sent_in_the_candidate_s_language(
    rosa, application, db, work
):
    template = _standard(db)["Declined / Refus"]
    where = f"{address(application)}/letters/new"
    page = rosa.get(f"{where}?template={template.code}").get_data(as_text=True)
    assert "Bonjour Nadia Benali," in page
    assert "Rosa Klein" in page
    fields = {"subject": "Votre <b>candidature</b>", "text": "Bonjour,\n\nà bientôt", "key": "k"}
    seen = rosa.post(where, {**fields, "act": "preview"})
    assert "Votre &lt;b&gt;candidature&lt;/b&gt;" in seen.get_data(as_text=True)
    assert db.scalar(select(func.count(Mail.id))) == 0
    back = rosa.post(where, {**fields, "act": "edit"}).get_data(as_text=True)
    assert "à bientôt</textarea>" in back
    for _ in range(2):  # pressed twice
        assert rosa.post(where, {**fields, "act": "send"}).status_code == 303
    mail = db.scalars(select(Mail)).one()
    assert (mail.to, mail.subject) == (application.email, "Votre <b>candidature</b>")
    assert "à bientôt" in mail.text
    assert "Take it back" in rosa.get(address(application)).get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"subject": "", "text": "T"}, {"subject": "S", "text": ""},
                                    {"subject": "S" * 201, "text": "T"}])  # fmt: skip
def test_a_letter_that_lacks_something_is_not_lost(rosa, application, db, fields):
    where = f"{address(application)}/letters/new"
    answer = rosa.post(where, {**fields, "key": "k", "act": "send"})
    assert answer.status_code == 422
    assert db.scalar(select(func.count(Letter.id))) == 0


def test_a_letter_taken_back_is_never_sent_and_one_too_late_is(rosa, application, db):
    person = person_by_email(db, Cast.RECRUITER)
    first = letters.send_letter(db, application, person, Words("One", "1"), "a")
    second = letters.send_letter(db, application, person, Words("Two", "2"), "b")
    db.commit()
    where = f"{address(application)}/letters"
    rosa.post(f"{where}/{first.code}/taking-back", form_on=address(application))
    assert db.scalars(select(Mail.subject)).all() == ["Two"]
    with clock.set_to(clock.now() + LATER):
        assert [one.subject for one in letters.letters_sent(db, application)] == ["Two"]
        with pytest.raises(letters.TooLate):
            letters.take_back(db, second, person, application)
        db.rollback()
    page = rosa.get(address(application)).get_data(as_text=True)
    assert "taken back" in page


def test_no_mail_goes_out_while_its_letter_can_be_taken_back(application, db, database, settings):
    person = person_by_email(db, Cast.RECRUITER)
    sent = letters.send_letter(db, application, person, Words("One", "1"), "a")
    db.commit()
    due = db.scalars(select(outbox.Work).where(outbox.Work.kind == "mail")).one()
    assert due.due_at > sent.due_at
    outbox.do_due_work(database, settings)
    db.refresh(due)
    assert due.attempts == 0 and due.last_error is None


def test_the_candidate_s_page_shows_what_was_sent_to_who_reads_the_mail(visitor, db, app):
    answer = apply_to(visitor, open_job(db))
    application = db.scalars(select(Application)).one()
    person = person_by_email(db, Cast.RECRUITER)
    words = Words("Let’s talk", "Hello <i>Nadia</i>")
    letters.send_letter(db, application, person, words, "a")
    db.commit()
    assert "Let’s talk" not in visitor.get(answer.location).get_data(as_text=True)
    with clock.set_to(clock.now() + LATER):
        assert "Let’s talk" not in visitor.get(answer.location).get_data(as_text=True)
        reader = Visitor(app)
        come_by(reader, link_in(mails_to(db)[0]))
        page = reader.get(answer.location).get_data(as_text=True)
        kept = reader.get(f"{answer.location}/data.zip").data
    assert "Let’s talk" in page
    assert "Let’s talk" in zipfile.ZipFile(io.BytesIO(kept)).read("application.json").decode()
    assert "Hello &lt;i&gt;Nadia&lt;/i&gt;" in page


def test_templates_are_begun_with_ours_changed_and_deleted(rosa, db):
    assert "No letters are prepared yet" in rosa.get("/recruiting/letters").get_data(as_text=True)
    for _ in range(2):
        rosa.post("/recruiting/letters/standard", form_on="/recruiting/letters/new")
    assert len(letters.templates(db)) == len(standard_letters.LETTERS)
    values = {**standard_letters.LETTERS[0], "text_fr": "Bonjour {prenom}"}
    refused = rosa.post("/recruiting/letters/new", values)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "{prenom} can’t be filled in" in page
    assert re.findall(r"<dt><code>{(\w+)}</code>", page) == list(PLACES)
    one = letters.templates(db)[0]
    rosa.post(f"/recruiting/letters/{one.code}/deletion", form_on="/recruiting/letters")
    assert len(letters.templates(db)) == len(standard_letters.LETTERS) - 1


def test_a_template_is_looked_at_in_both_languages_before_it_is_kept(rosa, db):
    where = f"/recruiting/letters/{_standard(db)['Invitation'].code}"
    fields = {
        "name": "Invitation", "version": "1", "subject_en": "Let us talk, {name}",
        "text_en": "About {job}. {recruiter}", "subject_fr": "Parlons-en, {name}",
        "text_fr": "Au sujet de {job}. {recruiter}, {company}",
    }  # fmt: skip
    for address_, kept in ((where, "Invitation"), ("/recruiting/letters/new", None)):
        answer = rosa.post(address_, {**fields, "act": "preview"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        for words in ("Let us talk, Nadia Benali", "About the title of the job. Rosa Klein",
                      "Parlons-en, Nadia Benali", "Au sujet de l’intitulé", "Nothing is kept yet."):  # fmt: skip
            assert words in page, words
        assert "{recruiter}, {company}" in page  # still in the form
        db.expire_all()
        assert [one.name for one in letters.templates(db)].count("Invitation") == 1
        assert not any("Let us talk" in one.subject_en for one in letters.templates(db)), kept
    wrong = rosa.post(where, {**fields, "text_en": "{nobody}", "act": "preview"})
    assert wrong.status_code == 422
    assert "Nothing is kept yet." not in wrong.get_data(as_text=True)


def test_declining_asks_for_a_reason_and_leads_to_the_letter(rosa, application, db):
    template = _standard(db)["Declined / Refus"]
    where = f"{address(application)}/stage"
    fields = {"from": "new", "version": "1", "to": "rejected", "words": "Bien, mais…"}
    answer = rosa.post(where, fields, form_on=address(application))
    assert answer.status_code == 422
    assert "Bien, mais…</textarea>" in answer.get_data(as_text=True)
    fields |= {"reason": "terms", "template": template.code}
    answer = rosa.post(where, fields, form_on=address(application))
    assert answer.location.endswith(f"/letters/new?template={template.code}")
    page = rosa.get(address(application)).get_data(as_text=True)
    assert "Salary, hours or start. Bien, mais…" in page
